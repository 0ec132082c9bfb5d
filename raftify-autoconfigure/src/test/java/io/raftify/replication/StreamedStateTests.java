package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.ReadUnavailableException;
import io.raftify.node.StateSnapshot;
import io.raftify.testnode.SingleMemberNode;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Beans that write their own state into snapshots. */
class StreamedStateTests {

    @Test
    void whatABeanWroteIsReadByItAgainBesideTheFieldsItHasAndNothingOfOthers() {
        context(Ledger.class, Other.class).run(first -> {
            first.getBean(Ledger.class).add("a");
            first.getBean(Ledger.class).add("b");
            first.getBean(Other.class).add("c");
            byte[] snapshot = first.getBean(SingleMemberNode.class).writeSnapshot();
            context(Ledger.class, Other.class).run(second -> {
                second.getBean(Ledger.class).add("to go");

                second.getBean(SingleMemberNode.class).restore(snapshot);

                assertThat(target(second.getBean(Ledger.class)).lines).containsExactly("a", "b");
                assertThat(target(second.getBean(Ledger.class)).count).isEqualTo(2);
                assertThat(target(second.getBean(Other.class)).lines).containsExactly("c");
                assertThat(second.getBean(SingleMemberNode.class).writeSnapshot())
                        .isEqualTo(snapshot);
            });
        });
    }

    @Test
    void whatIsWrittenIsTheStateOfTheMomentAtWhichTheSnapshotWasTaken() {
        context(Ledger.class).run(context -> {
            Ledger ledger = context.getBean(Ledger.class);
            ledger.add("before");
            StateSnapshot snapshot =
                    context.getBean(ReplicatedStateMachine.class).snapshot();
            ledger.add("after");
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            snapshot.writeTo(out);

            context.getBean(SingleMemberNode.class).restore(out.toByteArray());

            assertThat(target(ledger).lines).containsExactly("before");
        });
    }

    @Test
    void aBeanThatIsNotInTheSnapshotGetsTheStateItHadAtTheStart() {
        context(Other.class).run(first -> {
            byte[] snapshot = first.getBean(SingleMemberNode.class).writeSnapshot();
            context(Ledger.class, Other.class).run(second -> {
                Ledger ledger = second.getBean(Ledger.class);
                ledger.add("to go");

                second.getBean(SingleMemberNode.class).restore(snapshot);

                assertThat(target(ledger).lines).isEmpty();
                assertThat(target(ledger).count).isZero();
            });
        });
    }

    @Test
    void aBeanThatDoesNotWriteItsOwnStateAnyMoreLeavesItOut() {
        context().withBean("ledger", Ledger.class).run(first -> {
            first.getBean(Ledger.class).add("a");
            byte[] snapshot = first.getBean(SingleMemberNode.class).writeSnapshot();
            context().withBean("ledger", FieldsOnly.class).run(second -> {
                second.getBean(SingleMemberNode.class).restore(snapshot);

                assertThat(target(second.getBean(FieldsOnly.class)).count).isOne();
            });
        });
    }

    @Test
    void aDamagedSnapshotNeverReachesTheBean() {
        context(Ledger.class).run(context -> {
            Ledger ledger = context.getBean(Ledger.class);
            ledger.add("mine");
            byte[] snapshot = context.getBean(SingleMemberNode.class).writeSnapshot();
            for (int at = 0; at < snapshot.length; at += 7) {
                byte[] damaged = snapshot.clone();
                damaged[at] ^= 0x10;
                assertThatIOException()
                        .as("byte %d", at)
                        .isThrownBy(
                                () -> context.getBean(SingleMemberNode.class).restore(damaged))
                        .withMessageContaining("damaged");
            }

            assertThat(target(ledger).restores).isZero();
            context.getBean(SingleMemberNode.class).restore(snapshot);
            assertThat(target(ledger).restores).isOne();
        });
    }

    @Test
    void aFieldThatCannotBeReadIsFoundBeforeTheBeanIsAskedToRestore() {
        context().withBean("ledger", Ledger.class).run(first -> {
            byte[] snapshot = first.getBean(SingleMemberNode.class).writeSnapshot();
            context().withBean("ledger", OtherField.class).run(second -> {
                assertThatIOException()
                        .isThrownBy(() -> second.getBean(SingleMemberNode.class).restore(snapshot))
                        .withMessageContaining("field 'count' of bean 'ledger'");

                assertThat(target(second.getBean(OtherField.class)).restores).isZero();
            });
        });
    }

    @Test
    void aBeanThatCannotReadItsBytesIsNamedAndNothingIsReadAnyMore() {
        context(Picky.class).run(context -> {
            Picky picky = context.getBean(Picky.class);
            byte[] snapshot = context.getBean(SingleMemberNode.class).writeSnapshot();
            assertThat(picky.lines()).isZero();

            assertThatIOException()
                    .isThrownBy(() -> context.getBean(SingleMemberNode.class).restore(snapshot))
                    .withMessageContaining("Bean 'streamedStateTests.Picky'")
                    .withMessageContaining("not what I wrote");

            assertThatExceptionOfType(ReadUnavailableException.class).isThrownBy(picky::lines);
        });
    }

    @Test
    void aBeanMayLeaveUnreadWhatItHasNoUseForAndCloseWhatItReads() {
        context(Incurious.class, Other.class).run(context -> {
            context.getBean(Other.class).add("a");
            byte[] snapshot = context.getBean(SingleMemberNode.class).writeSnapshot();

            context.getBean(SingleMemberNode.class).restore(snapshot);

            assertThat(target(context.getBean(Other.class)).lines).containsExactly("a");
        });
    }

    @SuppressWarnings("unchecked")
    private static <T> T target(T bean) {
        return (T) BeanCheck.target(bean);
    }

    private static StateSnapshot written(List<String> lines) {
        return out -> {
            DataOutputStream data = new DataOutputStream(out);
            data.writeInt(lines.size());
            for (String line : lines) {
                data.writeUTF(line);
            }
            data.close();
        };
    }

    private static List<String> read(InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        List<String> lines = new ArrayList<>();
        for (int left = data.readInt(); left > 0; left--) {
            lines.add(data.readUTF());
        }
        if (in.read() >= 0) {
            throw new IOException("more than was written");
        }
        return lines;
    }

    static class Ledger implements StreamedState {

        final List<String> lines = new ArrayList<>();
        int restores;

        @ReplicatedState
        int count;

        @ReplicatedCommand("ledger.add")
        public void add(String line) {
            lines.add(line);
            count++;
        }

        @Override
        public StateSnapshot snapshot() {
            return written(List.copyOf(lines));
        }

        @Override
        public void restore(InputStream in) throws IOException {
            restores++;
            lines.clear();
            lines.addAll(read(in));
        }
    }

    static class OtherField implements StreamedState {

        @ReplicatedState
        final List<String> count = new ArrayList<>();

        int restores;

        @ReplicatedCommand("ledger.add")
        public void add(String line) {
            count.add(line);
        }

        @Override
        public StateSnapshot snapshot() {
            return out -> {};
        }

        @Override
        public void restore(InputStream in) {
            restores++;
        }
    }

    static class Other implements StreamedState {

        final List<String> lines = new ArrayList<>();

        @ReplicatedCommand("other.add")
        public void add(String line) {
            lines.add(line);
        }

        @Override
        public StateSnapshot snapshot() {
            return written(List.copyOf(lines));
        }

        @Override
        public void restore(InputStream in) throws IOException {
            lines.clear();
            lines.addAll(read(in));
        }
    }

    static class FieldsOnly {

        @ReplicatedState
        int count;

        @ReplicatedCommand("ledger.add")
        public void add(String line) {
            count++;
        }
    }

    static class Picky implements StreamedState {

        private @Nullable String read;

        @ReplicatedCommand("picky.any")
        public void any() {}

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int lines() {
            return read == null ? 0 : read.length();
        }

        @Override
        public StateSnapshot snapshot() {
            return out -> out.write(1);
        }

        @Override
        public void restore(InputStream in) throws IOException {
            throw new IOException("not what I wrote");
        }
    }

    static class Incurious implements StreamedState {

        @ReplicatedCommand("incurious.any")
        public void any() {}

        @Override
        public StateSnapshot snapshot() {
            return out -> out.write(new byte[200_000]);
        }

        @Override
        public void restore(InputStream in) throws IOException {
            in.close();
        }
    }
}
