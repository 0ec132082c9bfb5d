package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.commands;
import static io.raftify.replication.ReplicationTestSupport.context;
import static io.raftify.replication.upgrade.AdmissionsSight.isAdmitted;
import static io.raftify.replication.upgrade.AdmissionsSight.isApplied;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.NodeStatus;
import io.raftify.node.PeerStatus;
import io.raftify.node.ReadUnavailableException;
import io.raftify.node.Role;
import io.raftify.node.UnsupportedEntryException;
import io.raftify.replication.upgrade.Admissions;
import io.raftify.replication.upgrade.AdmissionsSight;
import io.raftify.replication.upgrade.BuildCatalogue;
import io.raftify.replication.wire.WireFormat;
import io.raftify.testnode.SingleMemberNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Which commands a member lets into the log, by what it knows of two others. */
class HoldBackTests {

    private final ApplicationContextRunner runner = context(Counter.class);

    @Test
    void aCommandIsAcceptedOnceTheLastMemberHasIt() {
        runner.run(context -> {
            Counter counter = context.getBean(Counter.class);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            node.seenAs(withPeers(true, true, true));
            node.announcedBy("n2", BuildCatalogue.PART, build(1, "counter.add"));
            node.announcedBy("n3", BuildCatalogue.PART, build(2, "counter.add"));

            assertThatExceptionOfType(UnsupportedCommandException.class)
                    .isThrownBy(counter::add)
                    .withMessageContaining("command 'counter.add' version 2")
                    .withMessageContaining("the build of the application on n2 does not have it");
            assertThat(commands(node)).isEmpty();

            node.announcedBy("n2", BuildCatalogue.PART, build(2, "counter.add"));
            assertThat(counter.add()).isEqualTo(1);

            node.announcedBy("n2", BuildCatalogue.PART, build(1, "counter.add"));
            assertThat(counter.add())
                    .as("it is in the log now: n2 is parked, and holding it back would not help")
                    .isEqualTo(2);
        });
    }

    @Test
    void aMemberThatSaysNothingOfItsBuildLacksEverything() {
        runner.run(context -> {
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            node.seenAs(withPeers(true, true, false));

            assertThatExceptionOfType(UnsupportedCommandException.class)
                    .isThrownBy(() -> context.getBean(Counter.class).add())
                    .satisfies(refused -> assertThat(refused.lacking()).containsExactly("n2"))
                    .satisfies(refused -> assertThat(refused.unheard()).containsExactly("n3"));

            node.announcedBy("n2", BuildCatalogue.PART, new byte[] {1, 2, 3});
            assertThatExceptionOfType(UnsupportedCommandException.class)
                    .isThrownBy(() -> context.getBean(Counter.class).add())
                    .satisfies(refused -> assertThat(refused.lacking()).containsExactly("n2"));
        });
    }

    @Test
    void aMemberThatWasNotHeardOfHoldsNothingBackInANewClusterButANewCommandAfterwards() {
        context(Counter.class, Second.class).run(context -> {
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            Admissions admissions = context.getBean(ReplicatedBeans.class).admissions();
            node.announcedBy("n2", BuildCatalogue.PART, build(2, "counter.add"));
            node.seenAs(withPeers(false, true, false));
            assertThatExceptionOfType(UnsupportedCommandException.class)
                    .as("this member has not caught up: it cannot know whether the cluster is new")
                    .isThrownBy(() -> context.getBean(Counter.class).add());

            node.seenAs(withPeers(true, true, false));
            assertThat(context.getBean(Counter.class).add()).isEqualTo(1);

            await().atMost(Duration.ofSeconds(20)).until(() -> !AdmissionsSight.isNew(admissions));
            assertThat(isAdmitted(admissions, "second.add", 1)).isFalse();
            node.announcedBy("n2", BuildCatalogue.PART, build(2, "counter.add", "second.add"));
            assertThatExceptionOfType(UnsupportedCommandException.class)
                    .isThrownBy(() -> context.getBean(Second.class).add())
                    .satisfies(refused -> assertThat(refused.lacking()).isEmpty())
                    .satisfies(refused -> assertThat(refused.unheard()).containsExactly("n3"));

            node.announcedBy("n3", BuildCatalogue.PART, build(2, "counter.add", "second.add"));
            await().atMost(Duration.ofSeconds(20)).until(() -> isAdmitted(admissions, "second.add", 1));
            node.announcedBy("n3", BuildCatalogue.PART, null);
            assertThat(context.getBean(Second.class).add())
                    .as("not heard of, but it had it once")
                    .isEqualTo(1);
        });
    }

    @Test
    void whatWasAppliedAndAdmittedStandsInSnapshots() throws Exception {
        runner.run(context -> {
            Admissions admissions = context.getBean(ReplicatedBeans.class).admissions();
            context.getBean(Counter.class).add();
            byte[] written = write(admissions);
            Admissions other = new Admissions((command, version, bean) -> true, (command, bean) -> true);
            assertThat(isAdmitted(other, "counter.add", 2)).isFalse();

            other.read(new DataInputStream(new ByteArrayInputStream(written))).run();

            assertThat(isApplied(other, "counter.add", 2)).isTrue();
            assertThat(isApplied(other, "cbor")).isTrue();
            assertThat(isApplied(other, "counter.add", 1)).isFalse();
            assertThat(write(other)).isEqualTo(written);
        });
    }

    @Test
    void aBuildWithoutACommandDoesNotRestoreWhatTheCommandDidUnlessItWasRetired() {
        runner.run(context -> {
            context.getBean(Counter.class).add();
            byte[] written = write(context.getBean(ReplicatedBeans.class).admissions());

            context(Former.class)
                    .run(former -> assertThatExceptionOfType(UnsupportedEntryException.class)
                            .isThrownBy(() -> read(former.getBean(ReplicatedBeans.class), written))
                            .withMessageContaining("command 'counter.add' version 2 did to the bean '")
                            .withMessageContaining("first at entry 2")
                            .withMessageContaining("deploy here a version that does"));
            context(Second.class)
                    .run(without -> assertThatExceptionOfType(UnsupportedEntryException.class)
                            .isThrownBy(() -> read(without.getBean(ReplicatedBeans.class), written))
                            .withMessageContaining("new RetiredCommand(\"counter.add\")"));
            context(Second.class, Retired.class)
                    .run(later -> assertThat(read(later.getBean(ReplicatedBeans.class), written))
                            .isNotNull());
        });
    }

    @Test
    void theFormerBuildRestoresASnapshotOfTheNewOneUntilANewCommandWasApplied() {
        context(Counter.class, Second.class).run(upgraded -> {
            SingleMemberNode node = upgraded.getBean(SingleMemberNode.class);
            upgraded.getBean(Counter.class).add();
            byte[] before = node.writeSnapshot();
            upgraded.getBean(Second.class).add();
            byte[] after = node.writeSnapshot();

            runner.run(former -> {
                former.getBean(SingleMemberNode.class).restore(before);
                assertThat(former.getBean(Counter.class).lastKnown()).isEqualTo(1);

                assertThatExceptionOfType(UnsupportedEntryException.class)
                        .isThrownBy(() -> former.getBean(SingleMemberNode.class).restore(after))
                        .withMessageContaining("command 'second.add' version 1");
                assertThat(former.getBean(Counter.class).lastKnown())
                        .as("what it has is whole, only behind")
                        .isEqualTo(1);
            });
            runner.run(former -> {
                assertThatExceptionOfType(UnsupportedEntryException.class)
                        .isThrownBy(() -> former.getBean(SingleMemberNode.class).restore(after));
                assertThatExceptionOfType(ReadUnavailableException.class)
                        .as("it has nothing at all")
                        .isThrownBy(() -> former.getBean(Counter.class).lastKnown())
                        .withMessageContaining("second.add");
            });
        });
    }

    @Test
    void aCommandThatWasCalledWithinAnotherIsNotAppliedUntilItHasAnEntryOfItsOwn() {
        context(Second.class, Outer.class).run(context -> {
            context.getBean(Outer.class).addToSecond();

            Admissions admissions = context.getBean(ReplicatedBeans.class).admissions();
            assertThat(isApplied(admissions, "outer.add", 1)).isTrue();
            assertThat(isApplied(admissions, "second.add", 1)).isFalse();

            context.getBean(Second.class).add();
            assertThat(isApplied(admissions, "second.add", 1)).isTrue();
        });
    }

    @Test
    void aRetiredCommandThatIsStillThereIsRefusedAtTheStart() {
        context(Counter.class, Retired.class)
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .isInstanceOf(ReplicatedBeanException.class)
                        .hasMessageContaining("'retired'")
                        .hasMessageContaining("'counter.add', which is still there"));
    }

    private static byte[] write(Admissions admissions) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            admissions.write(new DataOutputStream(out));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    private static Runnable read(ReplicatedBeans beans, byte[] written) throws IOException {
        return beans.admissions().read(new DataInputStream(new ByteArrayInputStream(written)));
    }

    private static byte[] build(int version, String... names) {
        Map<String, BuildCatalogue.Versions> commands = new TreeMap<>();
        for (String name : names) {
            commands.put(name, new BuildCatalogue.Versions(1, name.startsWith("second") ? 1 : version));
        }
        return new BuildCatalogue(WireFormat.VERSION, new TreeSet<>(List.of("cbor")), commands, Map.of(), "").toBytes();
    }

    private static UnaryOperator<NodeStatus> withPeers(boolean caughtUp, boolean n2Heard, boolean n3Heard) {
        return with(caughtUp, List.of(peer("n2", n2Heard), peer("n3", n3Heard)));
    }

    static UnaryOperator<NodeStatus> with(boolean caughtUp, List<PeerStatus> peers) {
        return status -> new NodeStatus(
                status.nodeId(),
                status.clusterName(),
                status.role(),
                status.term(),
                status.leaderId(),
                status.firstIndex(),
                status.lastIndex(),
                status.commitIndex(),
                status.appliedIndex(),
                status.snapshotIndex(),
                status.elections(),
                caughtUp,
                peers,
                status.storage(),
                status.failure(),
                status.parked());
    }

    static PeerStatus peer(String name, boolean heard) {
        return new PeerStatus(
                name,
                name + ":9090",
                heard,
                heard ? Role.FOLLOWER : null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null);
    }

    static class Counter {

        @ReplicatedState
        private int count;

        @ReplicatedCommand(value = "counter.add", version = 2)
        public int add() {
            return ++count;
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int lastKnown() {
            return count;
        }
    }

    static class Former {

        @ReplicatedState
        private int count;

        @ReplicatedCommand("counter.add")
        public int add() {
            return ++count;
        }
    }

    static class Second {

        @ReplicatedState
        private int count;

        @ReplicatedCommand("second.add")
        public int add() {
            return ++count;
        }
    }

    static class Outer {

        @ReplicatedState
        private int count;

        private final Second second;

        Outer(Second second) {
            this.second = second;
        }

        @ReplicatedCommand("outer.add")
        public int addToSecond() {
            return ++count + second.add();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Retired {

        @Bean
        RetiredCommand retired() {
            return new RetiredCommand("counter.add");
        }
    }
}
