package io.raftify.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.raftify.docs.ProgrammingModel.BoxOffice;
import io.raftify.docs.ProgrammingModel.Callers;
import io.raftify.docs.ProgrammingModel.Inventory;
import io.raftify.docs.ProgrammingModel.Orders;
import io.raftify.docs.ProgrammingModel.OutOfStockException;
import io.raftify.docs.ProgrammingModel.Theatre;
import io.raftify.docs.ProgrammingModel.Tokens;
import io.raftify.docs.ProgrammingModel.Upcasters;
import io.raftify.replication.CommandOutcomes;
import io.raftify.replication.ReplicatedBeans;
import io.raftify.replication.ReplicatedStateMachine;
import io.raftify.replication.ReplicationConfiguration;
import io.raftify.replication.ReplicationSettings;
import io.raftify.testnode.SingleMemberNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The snippets of the documentation are compiled, and what they show works. */
class DocumentedSnippetsTests {

    private static final Path PAGE = Path.of("../docs/programming-model.md");
    private static final Path SOURCE = Path.of("src/test/java/io/raftify/docs/ProgrammingModel.java");
    private static final Pattern SNIPPET = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void everySnippetOfTheProgrammingModelIsInTheSourceThatIsCompiled() throws IOException {
        String source = withoutSpace(Files.readString(SOURCE));
        List<String> missing = new ArrayList<>();
        int found = 0;
        Matcher snippets = SNIPPET.matcher(Files.readString(PAGE));
        while (snippets.find()) {
            // In parts: the class of the first snippet goes on in the source with what later ones show.
            for (String part : snippets.group(1).split("\n\n")) {
                found++;
                if (!source.contains(withoutSpace(part).replaceAll("}}$", "}"))) {
                    missing.add(part);
                }
            }
        }

        assertThat(missing).isEmpty();
        assertThat(found).isGreaterThan(15);
    }

    private static String withoutSpace(String code) {
        return code.replaceAll("\\s+", "").replace("staticclass", "class");
    }

    @Test
    void whatTheSnippetsShowWorks() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class))
                .withUserConfiguration(ReplicationConfiguration.class, Member.class, Upcasters.class)
                .withUserConfiguration(Inventory.class, Orders.class, Tokens.class, Theatre.class, BoxOffice.class)
                .run(context -> {
                    Inventory inventory = context.getBean(Inventory.class);
                    Callers callers = new Callers(inventory, context.getBean(CommandOutcomes.class));
                    assertThat(inventory.restock("pen", 5).join()).isEqualTo(5);
                    assertThat(callers.reserve("pen", 2)).isEqualTo(3);
                    assertThatExceptionOfType(OutOfStockException.class).isThrownBy(() -> callers.reserve("pen", 9));
                    assertThat(inventory.available("pen")).isEqualTo(3);
                    assertThat(inventory.count()).isEqualTo(3);
                    assertThat(callers.describe("4711-1")).contains("not known any more");

                    Orders orders = context.getBean(Orders.class);
                    UUID order = new UUID(0, 7);
                    assertThat(orders.place(order, "pen", 1)).isEqualTo(1);
                    assertThat(orders.place(order, "pen", 1)).isEqualTo(1);
                    assertThat(context.getBean(Tokens.class).issue("ann", null).owner())
                            .isEqualTo("ann");
                    assertThat(context.getBean(Theatre.class).open(1, "A1")).isZero();
                    assertThat(context.getBean(BoxOffice.class).sell(1, "ann", "web"))
                            .isEqualTo(1);
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class Member {

        @Bean
        ReplicationSettings settings() {
            return new ReplicationSettings("n1", Duration.ofSeconds(10), Duration.ofSeconds(10));
        }

        @Bean
        ReplicatedStateMachine stateMachine(ReplicatedBeans beans) {
            return new ReplicatedStateMachine(beans);
        }

        @Bean(initMethod = "start", destroyMethod = "close")
        SingleMemberNode node(ReplicatedStateMachine stateMachine) {
            return new SingleMemberNode("n1", stateMachine);
        }
    }
}
