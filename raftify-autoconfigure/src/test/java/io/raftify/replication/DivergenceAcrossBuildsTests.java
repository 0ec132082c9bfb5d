package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.NodeStoppedException;
import io.raftify.node.PeerStatus;
import io.raftify.node.RaftNode;
import io.raftify.replication.divergence.DivergenceWatch;
import io.raftify.replication.upgrade.BuildCatalogue;
import io.raftify.replication.wire.DigestReport;
import io.raftify.testnode.SingleMemberNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A member among two whose digests are other than its own. */
@ExtendWith(OutputCaptureExtension.class)
class DivergenceAcrossBuildsTests {

    @Test
    void digestsOfTheSameBuildAreCompared() {
        context(Counter.class).run(context -> {
            amongOthers(context, own(context));

            try {
                countToTheFirstCheckpoint(context);
            } catch (NodeStoppedException foundBeforeTheLast) {
                // The comparison has a thread of its own, and may be quicker than the calls after the checkpoint.
                assertThat(foundBeforeTheLast).hasMessageContaining("differs from that of the majority");
            }

            await().atMost(Duration.ofSeconds(20))
                    .until(() ->
                            context.getBean(ReplicatedBeans.class).divergence().reason() != null);
        });
    }

    @Test
    void digestsOfAnotherBuildAreNot() {
        context(Counter.class).run(context -> {
            BuildCatalogue own = own(context);
            amongOthers(
                    context,
                    new BuildCatalogue(
                            own.entryFormat(),
                            new TreeSet<>(own.codecs()),
                            own.commands(),
                            Map.of("counter.count", "long"),
                            "another"));

            countToTheFirstCheckpoint(context);

            await().atMost(Duration.ofSeconds(20))
                    .until(() -> context.getBean(SingleMemberNode.class).announced("n1", DivergenceWatch.PART) != null);
            await().during(Duration.ofMillis(500))
                    .atMost(Duration.ofSeconds(20))
                    .until(() ->
                            context.getBean(ReplicatedBeans.class).divergence().reason() == null);
            assertThat(context.getBean(Counter.class).add()).isPositive();
        });
    }

    @Test
    void anApplicationThatAnnouncesMuchItselfIsNotStoppedAtTheNextCheckpointButTold(CapturedOutput output) {
        context(Counter.class).run(context -> {
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            node.announce(DivergenceWatch.PART, new byte[0]);
            node.announce("of the application", new byte[RaftNode.MAX_ANNOUNCEMENT_BYTES - 1_000]);
            node.announce(
                    "of the application, too", new byte[1_000 - own(context).toBytes().length]);

            countToTheFirstCheckpoint(context);

            assertThat(context.getBean(Counter.class).add()).isEqualTo(1_001);
            assertThat(output).contains("too much to announce").contains("cannot be compared");
        });
    }

    private static BuildCatalogue own(AssertableApplicationContext context) {
        return context.getBean(ReplicatedBeans.class).build().catalogue();
    }

    /** The two others agree with each other, and not with this member. */
    private static void amongOthers(AssertableApplicationContext context, BuildCatalogue build) {
        SingleMemberNode node = context.getBean(SingleMemberNode.class);
        byte[] other = digestsOfAnotherState();
        for (String peer : List.of("n2", "n3")) {
            node.announcedBy(peer, BuildCatalogue.PART, build.toBytes());
            node.announcedBy(peer, DivergenceWatch.PART, other);
        }
        node.seenAs(HoldBackTests.with(true, List.of(peer("n2"), peer("n3"))));
    }

    private static PeerStatus peer(String name) {
        return HoldBackTests.peer(name, true);
    }

    private static byte[] digestsOfAnotherState() {
        byte[][] changed = new byte[1][];
        context(Counter.class).run(context -> {
            countToTheFirstCheckpoint(context);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            await().atMost(Duration.ofSeconds(20)).until(() -> node.announced("n1", DivergenceWatch.PART) != null);
            changed[0] = changed(node.announced("n1", DivergenceWatch.PART));
        });
        return changed[0];
    }

    private static byte[] changed(byte[] announced) throws InvalidProtocolBufferException {
        DigestReport.Builder report = DigestReport.parseFrom(announced).toBuilder();
        report.getCheckpointsBuilderList()
                .forEach(checkpoint -> checkpoint
                        .getFieldsBuilderList()
                        .forEach(field -> field.setDigest(ByteString.copyFrom(new byte[16]))));
        return report.build().toByteArray();
    }

    private static void countToTheFirstCheckpoint(AssertableApplicationContext context) {
        Counter counter = context.getBean(Counter.class);
        // One in each thousand entries.
        for (int i = 0; i < 1_000; i++) {
            counter.add();
        }
    }

    static class Counter {

        @ReplicatedState
        private int count;

        @ReplicatedCommand("counter.add")
        public int add() {
            return ++count;
        }
    }
}
