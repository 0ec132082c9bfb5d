package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.raftify.actuate.RaftHealthIndicator;
import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.PeerStatus;
import io.raftify.node.RaftNode;
import io.raftify.node.ReadUnavailableException;
import io.raftify.replication.CommandUpcaster;
import io.raftify.replication.UnsupportedCommandException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;

/** Members that run two builds of an application, one after the other and beside each other. */
@ExtendWith(OutputCaptureExtension.class)
class RollingUpgradeTests {

    private static final Duration DEADLINE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Test
    void membersAreUpgradedOneByOneAndANewCommandWaitsForTheLast(CapturedOutput output) {
        // With snapshots, so that some members begin from what the former build made of an entry and others apply it
        // again.
        try (Members members = new Members(3, directory, OldBuild.class, "raftify.snapshot.entries=3").start()) {
            assertThat(accepted(() -> members.bean("n1", OldInventory.class).add("a", 2)))
                    .isEqualTo(2);

            upgrade(members, "n1");
            NewInventory upgraded = members.bean("n1", NewInventory.class);
            awaitHeard(members, "n1");
            assertThatExceptionOfType(UnsupportedCommandException.class)
                    .isThrownBy(() -> upgraded.audit("ann"))
                    .withMessageContaining("command 'inventory.audit' version 1")
                    .withMessageContaining("on n2, n3 does not have it")
                    .satisfies(refused -> {
                        assertThat(refused.command()).isEqualTo("inventory.audit");
                        assertThat(refused.version()).isEqualTo(1);
                        assertThat(refused.lacking()).containsExactly("n2", "n3");
                        assertThat(refused.unheard()).isEmpty();
                    });
            assertThatExceptionOfType(UnsupportedCommandException.class)
                    .isThrownBy(() -> upgraded.add("a", 1, "north"))
                    .withMessageContaining("command 'inventory.add' version 2");
            assertThat(upgraded.remove("a", 1)).as("a command that all have").isEqualTo(1);
            awaitAdded(output, "n2, n3 do not have it yet");

            members.stop("n1");
            members.runs("n1", OldBuild.class).start("n1");
            assertThat(members.bean("n1", OldInventory.class).add("a", 3))
                    .as("the former build goes on where the new one was")
                    .isEqualTo(4);
            assertThat(members.status("n1").parked()).isNull();

            upgrade(members, "n1");
            upgrade(members, "n2");
            // The old build still writes version 1, and members with the new one apply it too.
            assertThat(members.bean("n3", OldInventory.class).add("b", 7)).isEqualTo(7);
            awaitHeard(members, "n2");
            NewInventory second = members.bean("n2", NewInventory.class);
            assertThatExceptionOfType(UnsupportedCommandException.class)
                    .isThrownBy(() -> second.audit("ann"))
                    .satisfies(refused -> assertThat(refused.lacking()).containsExactly("n3"));
            awaitAdded(output, "n3 does not have it yet");

            upgrade(members, "n3");
            assertThat(accepted(() -> second.audit("ann"))).isEqualTo(1);
            assertThat(accepted(() -> second.add("a", 5, "north"))).isEqualTo(9);
            for (String id : members.ids()) {
                NewInventory inventory = members.bean(id, NewInventory.class);
                assertThat(inventory.available("a")).isEqualTo(9);
                assertThat(inventory.at("north")).isEqualTo(5);
                assertThat(inventory.auditors()).isEqualTo(1);
            }
            await().atMost(DEADLINE)
                    .until(
                            () -> output.getOut()
                                    .contains(
                                            "Every member has now what this build of the application"
                                                    + " added: command 'inventory.add' version 2, command 'inventory.audit' version 1"));
            assertStatesAreComparedAndEqual(members, second, output);
        }
    }

    private static void assertStatesAreComparedAndEqual(
            Members members, NewInventory inventory, CapturedOutput output) {
        for (int i = 0; i < 1_000; i++) {
            inventory.add("a", 1, "north");
        }
        for (String id : members.ids()) {
            await().atMost(DEADLINE)
                    .until(() -> members.ids().stream()
                            .filter(peer -> !peer.equals(id))
                            .allMatch(peer -> members.bean(id, RaftNode.class).announced(peer, "digests") != null));
            assertThat(members.bean(id, NewInventory.class).at("north")).isEqualTo(1_005);
        }
        assertThat(output).doesNotContain("is not deterministic");
    }

    /** One line says what is new and who lacks it. */
    private static void awaitAdded(CapturedOutput output, String lacking) {
        String adds = "This build of the application adds: command 'inventory.add' version 2, command 'inventory.audit'"
                + " version 1, state 'inventory.auditors', a ";
        await().atMost(DEADLINE)
                .until(() -> output.getOut()
                        .lines()
                        .anyMatch(line -> line.contains(adds) && line.contains(". " + lacking + "; new commands are")));
    }

    @Test
    void afterTheFirstNewCommandTheFormerBuildParksAndTheOthersGoOn() {
        try (Members members = new Members(3, directory, NewBuild.class).start()) {
            NewInventory inventory = members.bean("n1", NewInventory.class);
            assertThat(accepted(() -> inventory.add("a", 2, "main"))).isEqualTo(2);
            assertThat(inventory.remove("a", 1)).isEqualTo(1);
            members.stop("n3");
            assertThat(accepted(() -> inventory.audit("ann")))
                    .as("n3 is down, but was known to have it")
                    .isEqualTo(1);

            members.runs("n3", OldBuild.class).start("n3");
            await().atMost(DEADLINE).until(() -> members.status("n3").parked() != null);

            assertThat(members.status("n3").parked())
                    .startsWith("Entry " + (members.status("n3").appliedIndex() + 1) + ", proposed by 'n1', holds the"
                            + " command 'inventory.add' version 2, this application has version 1");
            Health health = Objects.requireNonNull(
                    members.bean("n3", RaftHealthIndicator.class).health());
            assertThat(health.getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            assertThat((String) health.getDetails().get("reason"))
                    .startsWith("the member is parked after index ")
                    .contains("deploy here a version that has it");
            OldInventory parked = members.bean("n3", OldInventory.class);
            assertThat(parked.lastKnown("a")).as("what it had applied").isZero();
            assertThatExceptionOfType(ReadUnavailableException.class)
                    .isThrownBy(() -> parked.available("a"))
                    .withMessageContaining("parked");

            assertThat(inventory.add("a", 1, "north")).isEqualTo(2);
            await().atMost(DEADLINE)
                    .until(() -> members.status("n1").peers().stream()
                            .filter(peer -> peer.nodeId().equals("n3"))
                            .map(PeerStatus::parked)
                            .anyMatch(Objects::nonNull));

            members.stop("n3");
            members.runs("n3", NewBuild.class).start("n3");
            NewInventory again = members.bean("n3", NewInventory.class);
            assertThat(again.available("a")).isEqualTo(2);
            assertThat(again.at("north")).isEqualTo(1);
            assertThat(members.status("n3").parked()).isNull();
        }
    }

    @Test
    void twoOfThreeNewMembersNeedNotWaitForTheThirdAndWhatWasAdmittedStaysAllowed(CapturedOutput output) {
        try (Members members = new Members(3, directory, NewBuild.class)) {
            members.startOnly("n1", "n2");
            assertThat(accepted(() -> members.bean("n1", NewInventory.class).add("a", 1, "main")))
                    .isEqualTo(1);
            await().atMost(DEADLINE)
                    .until(() -> output.getOut()
                            .contains("also while one of them is down: [command 'inventory.add'"
                                    + " version 2, command 'inventory.audit' version 1,"));
            members.stop("n1");
            members.stop("n2");

            members.runs("n1", NewestBuild.class).runs("n2", NewestBuild.class).startOnly("n1", "n2");
            awaitHeard(members, "n1");
            NewestInventory inventory = members.bean("n1", NewestInventory.class);
            assertThat(accepted(() -> inventory.audit("ann")))
                    .as("nobody ever called it, and n3 was never heard of")
                    .isEqualTo(1);
            assertThatExceptionOfType(UnsupportedCommandException.class)
                    .isThrownBy(inventory::stocktake)
                    .withMessageContaining("n3 has not been heard of since this member started")
                    .satisfies(refused -> {
                        assertThat(refused.lacking()).isEmpty();
                        assertThat(refused.unheard()).containsExactly("n3");
                    });

            members.runs("n3", NewestBuild.class).start("n3");
            assertThat(accepted(inventory::stocktake)).isZero();
        }
    }

    private static void upgrade(Members members, String id) {
        members.stop(id);
        members.runs(id, NewBuild.class).start(id);
    }

    private static void awaitHeard(Members members, String by) {
        await().alias(by + " knows the builds of the others")
                .atMost(DEADLINE)
                .until(() -> members.ids().stream()
                        .filter(id -> !id.equals(by))
                        .allMatch(id -> members.bean(by, RaftNode.class).announced(id, "catalogue") != null));
    }

    /** A member that was just started again is judged by its former build until the others have heard of the new one. */
    private static int accepted(Callable<Integer> call) {
        Integer[] result = new Integer[1];
        await().atMost(DEADLINE)
                .ignoreExceptionsMatching(UnsupportedCommandException.class::isInstance)
                .until(() -> {
                    result[0] = call.call();
                    return true;
                });
        return result[0];
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class OldBuild {

        @Bean
        OldInventory inventory() {
            return new OldInventory();
        }
    }

    static class OldInventory {

        @ReplicatedState
        private final Map<String, Integer> stock = new HashMap<>();

        @ReplicatedCommand("inventory.add")
        public int add(String sku, int quantity) {
            return stock.merge(sku, quantity, Integer::sum);
        }

        @ReplicatedCommand("inventory.remove")
        public int remove(String sku, int quantity) {
            return stock.merge(sku, -quantity, Integer::sum);
        }

        @ReplicatedQuery
        public int available(String sku) {
            return stock.getOrDefault(sku, 0);
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int lastKnown(String sku) {
            return stock.getOrDefault(sku, 0);
        }
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class NewBuild {

        @Bean
        NewInventory inventory() {
            return new NewInventory();
        }

        @Bean
        CommandUpcaster addHadNoWarehouse() {
            return CommandUpcaster.of("inventory.add", 1, arguments -> arguments.addNull());
        }
    }

    static class NewInventory {

        @ReplicatedState
        private final Map<String, Integer> stock = new HashMap<>();

        @ReplicatedState
        private final Map<String, Integer> warehouses = new HashMap<>();

        @ReplicatedState
        private final Map<String, Integer> auditors = new HashMap<>();

        @ReplicatedCommand(value = "inventory.add", version = 2)
        public int add(String sku, int quantity, @Nullable String warehouse) {
            // Entries of version 1 do what they did there: some members have applied them with the former build.
            if (warehouse != null) {
                warehouses.merge(warehouse, quantity, Integer::sum);
            }
            return stock.merge(sku, quantity, Integer::sum);
        }

        @ReplicatedCommand("inventory.remove")
        public int remove(String sku, int quantity) {
            return stock.merge(sku, -quantity, Integer::sum);
        }

        @ReplicatedCommand("inventory.audit")
        public int audit(String auditor) {
            return auditors.merge(auditor, 1, Integer::sum);
        }

        @ReplicatedQuery
        public int available(String sku) {
            return stock.getOrDefault(sku, 0);
        }

        @ReplicatedQuery
        public int at(String warehouse) {
            return warehouses.getOrDefault(warehouse, 0);
        }

        @ReplicatedQuery
        public int auditors() {
            return auditors.size();
        }
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class NewestBuild {

        @Bean
        NewestInventory inventory() {
            return new NewestInventory();
        }

        @Bean
        CommandUpcaster addHadNoWarehouse() {
            return CommandUpcaster.of("inventory.add", 1, arguments -> arguments.addNull());
        }
    }

    static class NewestInventory extends NewInventory {

        @ReplicatedCommand("inventory.stocktake")
        public int stocktake() {
            return 0;
        }
    }
}
