package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.Verdict;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.replication.wire.CommandOutcome;
import io.raftify.replication.wire.GiveUp;
import io.raftify.replication.wire.LogEntry;
import io.raftify.replication.wire.WireFormat;
import io.raftify.testnode.SingleMemberNode;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.springframework.context.ApplicationContext;

/** What the state keeps of entries that were given up, through snapshots. */
class GivenUpEntriesTests {

    private static final Verdict GIVEN_UP = new Verdict() {
        @Override
        public boolean givenUp() {
            return true;
        }

        @Override
        public boolean counts() {
            return false;
        }
    };

    private static byte[] entry(LogEntry.Builder content) {
        return content.setFormatVersion(WireFormat.VERSION)
                .setProposer("n1")
                .setProposedAtMillis(1_000)
                .build()
                .toByteArray();
    }

    /** Of a session that nobody knows. */
    private static byte[] command(ApplicationContext context) {
        ReplicatedMethod method =
                context.getBean(ReplicatedBeans.class).command("tally.add").method();
        Codecs codecs = context.getBean(ReplicatedBeans.class).codecs();
        return entry(LogEntry.newBuilder()
                .setCommand(CommandEnvelope.newBuilder()
                        .setCommand("tally.add")
                        .setVersion(method.version())
                        .setCodec(codecs.primary().id())
                        .setSeed(ByteString.copyFrom(new byte[16]))
                        .setPayload(ByteString.copyFrom(codecs.primary().encodeCall(method, new Object[] {1})))));
    }

    private static byte[] giveUp(long index) {
        return entry(LogEntry.newBuilder().setGiveUp(GiveUp.newBuilder().setIndex(index)));
    }

    private static CommandOutcome outcome(byte[] bytes) throws InvalidProtocolBufferException {
        return WireFormat.parseOutcome(bytes).getCommand();
    }

    @Test
    void anEntryThatWasGivenUpIsNotRunFailsWithItsNameAndTheOneThatGivesItUpIsApplied() throws Exception {
        AtomicReference<byte[]> snapshot = new AtomicReference<>();
        context(Tally.class).run(context -> {
            ReplicatedStateMachine machine = context.getBean(ReplicatedStateMachine.class);
            byte[] command = command(context);

            CommandOutcome outcome = outcome(machine.apply(100, 1, command, GIVEN_UP));

            assertThat(outcome.getException().getType()).isEqualTo(CommandGivenUpException.class.getName());
            assertThat(outcome.getException().getMessage()).contains("'tally.add' in entry 100");
            assertThat(machine.givenUpBy(giveUp(100))).isEqualTo(100);
            assertThat(machine.givenUpBy(command)).isZero();
            machine.apply(101, 1, command);
            snapshot.set(context.getBean(SingleMemberNode.class).writeSnapshot());
            machine.apply(102, 1, giveUp(100));
            machine.apply(103, 1, giveUp(100));
        });

        context(Tally.class).run(context -> {
            context.getBean(SingleMemberNode.class).restore(snapshot.get());
            context.getBean(ReplicatedStateMachine.class).apply(102, 1, giveUp(100));
        });
    }

    @Test
    void aMemberThatRanItStopsAtTheOneThatGivesItUp() throws Exception {
        AtomicReference<byte[]> snapshot = new AtomicReference<>();
        context(Tally.class).run(context -> {
            ReplicatedStateMachine machine = context.getBean(ReplicatedStateMachine.class);
            machine.apply(100, 1, command(context));
            snapshot.set(context.getBean(SingleMemberNode.class).writeSnapshot());

            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> machine.apply(101, 1, giveUp(100)))
                    .withMessageContaining("entry 100, but it was applied here");
            assertThat(machine.refusal()).contains("entry 101");
        });
        context(Tally.class).run(context -> {
            ReplicatedStateMachine machine = context.getBean(ReplicatedStateMachine.class);
            machine.apply(50, 1, command(context), GIVEN_UP);
            context.getBean(SingleMemberNode.class).restore(snapshot.get());

            assertThatExceptionOfType(IllegalStateException.class)
                    .as("the snapshot knows of none")
                    .isThrownBy(() -> machine.apply(101, 1, giveUp(50)));
        });
    }

    @Test
    void formerBuildsCanReadSnapshotsUntilSomethingWasGivenUp() {
        context(Tally.class).run(context -> {
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            assertThat(new String(node.writeSnapshot(), StandardCharsets.ISO_8859_1))
                    .doesNotContain("given-up");

            context.getBean(ReplicatedStateMachine.class).apply(100, 1, command(context), GIVEN_UP);

            assertThat(new String(node.writeSnapshot(), StandardCharsets.ISO_8859_1))
                    .contains("given-up");
        });
    }

    static class Tally {

        @ReplicatedState
        private int sum;

        @ReplicatedCommand("tally.add")
        public int add(int more) {
            sum += more;
            return sum;
        }
    }
}
