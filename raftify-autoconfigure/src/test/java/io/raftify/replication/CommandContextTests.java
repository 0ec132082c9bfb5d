package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.commands;
import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.raftify.annotation.CommandContext;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.testnode.SingleMemberNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;

class CommandContextTests {

    @Test
    void aCommandLearnsTimeIndexTermIdAndProposerAndNothingOfItIsWritten() {
        context(Diary.class).run(context -> {
            Diary diary = context.getBean(Diary.class);
            Instant before = Instant.now().minusMillis(1);

            Line line = diary.write(null, "dear diary");

            assertThat(line.text()).isEqualTo("dear diary");
            assertThat(line.time()).isBetween(before, Instant.now());
            assertThat(line.index()).isEqualTo(2);
            assertThat(line.term()).isEqualTo(1);
            assertThat(line.id()).isEqualTo("1-1");
            assertThat(line.proposer()).isEqualTo("n1");
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            assertThat(commands(node).get(0).getCommand().getPayload().size()).isLessThan(16);
            assertThat(commands(node).get(0).getCommand().getSeed().size()).isEqualTo(16);
        });
    }

    @Test
    void twoMembersDrawTheSameAndTwoCommandsDoNot() {
        List<byte[]> log = new ArrayList<>();
        List<Line> lines = new ArrayList<>();
        context(Diary.class).run(context -> {
            Diary diary = context.getBean(Diary.class);
            lines.add(diary.write(null, "a"));
            lines.add(diary.write(null, "b"));
            log.addAll(context.getBean(SingleMemberNode.class).entries());
        });
        context(Diary.class).run(context -> {
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            log.forEach(entry -> node.arrives(entry).join());

            assertThat(context.getBean(Diary.class).lines()).isEqualTo(lines);
        });
        assertThat(lines.get(0).uuid()).isNotEqualTo(lines.get(1).uuid());
        assertThat(lines.get(0).drawn()).isNotEqualTo(lines.get(1).drawn());
        assertThat(lines.get(0).uuid().version()).isEqualTo(4);
        assertThat(lines.get(0).uuid().variant()).isEqualTo(2);
    }

    @Test
    void aCommandThatIsCalledByACommandHasItsContext() {
        context(Diary.class, Author.class).run(context -> {
            Line line = context.getBean(Author.class).dictate(null, "once upon");

            assertThat(line.index()).isEqualTo(2);
            assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(1);
        });
    }

    @Test
    void aCommandWithoutAContextThatCallsOneWithItHasNumbersOfItsOwnEachTime() {
        context(Diary.class, Copyist.class).run(context -> {
            Copyist copyist = context.getBean(Copyist.class);

            Line first = copyist.copy("once upon");
            Line second = copyist.copy("once upon");

            assertThat(second.uuid()).isNotEqualTo(first.uuid());
            assertThat(second.drawn()).isNotEqualTo(first.drawn());
        });
    }

    @Test
    void fromNoSeedNothingIsDrawn() {
        AppliedContext context = new AppliedContext(1, 1, 0, "1-1", "n1", new byte[0]);

        assertThat(context.time()).isEqualTo(Instant.EPOCH);
        assertThatIllegalStateException().isThrownBy(context::uuid).withMessageContaining("no seed");
        assertThatIllegalStateException()
                .isThrownBy(() -> context.random().nextInt())
                .withMessageContaining("no seed");
    }

    @Test
    void aContextThatIsKeptIsOfNoUseAfterTheCommand() {
        context(Diary.class).run(context -> {
            context.getBean(Diary.class).write(null, "a");

            CommandContext kept = ((Diary) BeanCheck.target(context.getBean(Diary.class))).kept;
            assertThat(kept).isNotNull();
            assertThatIllegalStateException().isThrownBy(kept::time).withMessageContaining("only valid while");
            assertThatIllegalStateException().isThrownBy(kept::uuid);
        });
    }

    @Test
    void whatIsDrawnFromASeedIsTheSameForEver() {
        AppliedContext context = new AppliedContext(1, 1, 0, "1-1", "n1", new byte[16]);

        assertThat(context.random().nextInt()).isEqualTo(FIRST_INT);
        assertThat(context.random().nextInt(100)).isEqualTo(NEXT_BELOW_100);
        assertThat(context.uuid()).isEqualTo(UUID.fromString(NEXT_UUID));
    }

    private static final int FIRST_INT = -1_651_470_641;
    private static final int NEXT_BELOW_100 = 79;
    private static final String NEXT_UUID = "f8b49a7c-504e-4c88-9c4b-0e40fe6ce3e0";

    record Line(
            String text,
            Instant time,
            long index,
            long term,
            String id,
            String proposer,
            UUID uuid,
            List<Integer> drawn) {}

    static class Diary {

        @ReplicatedState
        private final List<Line> lines = new ArrayList<>();

        private @Nullable CommandContext kept;

        @ReplicatedCommand("diary.write")
        public Line write(@Nullable CommandContext context, String text) {
            kept = context;
            Line line = new Line(
                    text,
                    context.time(),
                    context.index(),
                    context.term(),
                    context.commandId(),
                    context.proposer(),
                    context.uuid(),
                    List.of(context.random().nextInt(), context.random().nextInt(6)));
            lines.add(line);
            return line;
        }

        @ReplicatedQuery
        public List<Line> lines() {
            return List.copyOf(lines);
        }
    }

    static class Author {

        @ReplicatedState
        private int dictated;

        private final ObjectProvider<Diary> diary;

        Author(ObjectProvider<Diary> diary) {
            this.diary = diary;
        }

        @ReplicatedCommand("author.dictate")
        public Line dictate(@Nullable CommandContext context, String text) {
            dictated++;
            return diary.getObject().write(null, text);
        }
    }

    /** Calls what has a context, and has none. */
    static class Copyist {

        @ReplicatedState
        private int copied;

        private final ObjectProvider<Diary> diary;

        Copyist(ObjectProvider<Diary> diary) {
            this.diary = diary;
        }

        @ReplicatedCommand("copyist.copy")
        public Line copy(String text) {
            copied++;
            return diary.getObject().write(null, text);
        }
    }
}
