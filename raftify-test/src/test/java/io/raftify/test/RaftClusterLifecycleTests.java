package io.raftify.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.raftify.node.StorageType;
import io.raftify.test.RaftClusterTest.FreshFor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.util.AopTestUtils;

/** When a cluster begins and ends, and what one method leaves to the next. */
class RaftClusterLifecycleTests {

    /** Not a component: there only where it is imported. */
    static class Extra {}

    @RaftClusterTest(storage = StorageType.MEMORY, nodes = 3, properties = "raftify.proposal.timeout=30s")
    @ActiveProfiles("of-the-test")
    @Import(Extra.class)
    @TestMethodOrder(OrderAnnotation.class)
    @Nested
    class OnePerClass {

        @Test
        @Order(1)
        void oneMethodLeavesAMess(RaftCluster cluster) {
            assertThat(cluster.node("n1").bean(Stock.class).add("left", 1)).isEqualTo(1);
            cluster.awaitAgreement();
            cluster.kill(cluster.follower());
            cluster.pause(cluster.nodes().get(0));
            cluster.cut(cluster.nodes().get(1));
        }

        @Test
        @Order(2)
        void theNextFindsAllNodesReadyAndTheDataStillThere(RaftCluster cluster) {
            assertThat(cluster.nodes()).allMatch(RaftClusterNode::running);
            for (RaftClusterNode node : cluster.nodes()) {
                assertThat(node.bean(Stock.class).available("left")).isEqualTo(1);
            }
            cluster.awaitAgreement();
        }

        @Test
        @Order(3)
        void whatSpringTestsUnderstandIsUnderstood(RaftCluster cluster) {
            RaftClusterNode node = cluster.node("n2");
            assertThat(node.context().getEnvironment().getActiveProfiles()).containsExactly("of-the-test");
            assertThat(node.bean(Extra.class)).isNotSameAs(cluster.node("n1").bean(Extra.class));
            assertThat(node.context().getBeanNamesForType(Clerk.class)).hasSize(1);
        }

        @Nested
        class Inside {

            RaftCluster injected;

            @Test
            void aNestedClassUsesTheClusterOfTheOneAround(RaftCluster cluster) {
                assertThat(injected).isSameAs(cluster);
                assertThat(cluster.node("n1").bean(Stock.class).available("left"))
                        .isEqualTo(1);
            }
        }
    }

    @RaftClusterTest(
            storage = StorageType.MEMORY,
            nodes = 1,
            freshFor = FreshFor.EACH_METHOD,
            classes = StockApplication.class)
    @Nested
    class OnePerMethod {

        RaftCluster injected;

        @Test
        void oneMethod(RaftCluster cluster) {
            assertThat(injected).isSameAs(cluster);
            assertThat(cluster.leader().bean(Stock.class).add("one", 1)).isEqualTo(1);
        }

        @Test
        void doesNotFindWhatAnotherAdded(RaftCluster cluster) {
            assertThat(cluster.leader().bean(Stock.class).add("one", 1)).isEqualTo(1);
        }
    }

    @RaftClusterTest(storage = StorageType.MEMORY, nodes = 3, properties = "raftify.proposal.timeout=30s")
    @Nested
    class WithAnOddNode {

        @Test
        void nodesThatDifferDoNotAgreeAndItIsSaidWhereTheyDiffer(RaftCluster cluster) {
            cluster.leader().bean(Stock.class).add("book", 1);
            cluster.awaitAgreement();
            Stock odd = AopTestUtils.getUltimateTargetObject(cluster.node("n2").bean(Stock.class));

            odd.pieces.put("book", 7);

            assertThat(new Agreement(cluster.nodes()).missing())
                    .hasValueSatisfying(difference -> assertThat(difference)
                            .contains("n1 and n2 differ in the field 'pieces' of bean 'stock' (Stock)")
                            .contains("book=1", "book=7")
                            .doesNotContain("n1 and n3"));
            odd.pieces.put("book", 1);
            assertThat(new Agreement(cluster.nodes()).missing()).isEmpty();
        }
    }

    @RaftClusterTest(nodes = 2, classes = StockApplication.class)
    static class Settings {}

    @Test
    void aClusterThatHasEndedLeavesNoThreads(@TempDir Path directory) {
        RaftClusterTest annotation = annotationOf(Settings.class);
        NodeApplication application = new NodeApplication(
                ClusterBootstrapper.configurationOf(Settings.class, annotation), WebEnvironment.NONE);
        RaftCluster cluster = new RaftCluster(application, 2, directory, Duration.ofSeconds(30));
        List<Thread> before = new ArrayList<>(Thread.getAllStackTraces().keySet());

        cluster.startAll();
        cluster.awaitLeader().bean(Stock.class).add("one", 1);
        assertThat(added(before)).isNotEmpty();
        assertThat(directory.resolve("n1")).isDirectory();
        cluster.close();

        Patience.await("threads to end", Duration.ofSeconds(30), () -> {
            List<String> left = added(before);
            return left.isEmpty() ? null : left.toString();
        });
        assertThat(Files.exists(directory.resolve("n2"))).isTrue();
    }

    /** Those of a member; pools of the engine and the JVM's own that all members share stay. */
    private static List<String> added(List<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name ->
                        name.startsWith("raftify-") || name.startsWith("JRaft-FSM") || name.startsWith("JRaft-Log"))
                .toList();
    }

    @Test
    void waitingEndsByTheTimeoutAndSaysWhatWasSeen() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> Patience.await("the sun", Duration.ofMillis(50), () -> "clouds"))
                .withMessage("Waited 50 ms for the sun. Last seen: clouds");
        assertThat(Patience.find("the sun", Duration.ofMillis(50), () -> "sun", () -> "clouds"))
                .isEqualTo("sun");
    }

    @RaftClusterTest(nodes = 0)
    static class NoNodes {}

    @RaftClusterTest(webEnvironment = WebEnvironment.DEFINED_PORT)
    static class OnePortForAll {}

    @RaftClusterTest(timeout = "soon")
    static class Soon {}

    @Test
    void whatMakesNoClusterIsRefusedNamingTheClassAndTheAttribute() {
        Map.of(NoNodes.class, "nodes", OnePortForAll.class, "webEnvironment", Soon.class, "timeout")
                .forEach((testClass, attribute) -> assertThatExceptionOfType(ExtensionConfigurationException.class)
                        .isThrownBy(() -> RaftClusterExtension.check(annotationOf(testClass), testClass))
                        .withMessageContaining(testClass.getName())
                        .withMessageContaining(attribute + " must be"));
        assertThat(RaftClusterExtension.check(annotationOf(Settings.class), Settings.class))
                .isEqualTo(Duration.ofSeconds(30));
    }

    private static RaftClusterTest annotationOf(Class<?> type) {
        RaftClusterTest annotation = AnnotatedElementUtils.findMergedAnnotation(type, RaftClusterTest.class);
        if (annotation == null) {
            throw new AssertionError(type + " has none");
        }
        return annotation;
    }
}
