package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexResponse;
import com.alipay.sofa.jraft.rpc.RpcResponseClosure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReadRoundsTest {

    private final ExecutorService asking = MemberThreads.lane("test-reads");
    private final ScheduledThreadPoolExecutor clock = MemberThreads.clock("test");
    private final BlockingQueue<RpcResponseClosure<ReadIndexResponse>> questions = new LinkedBlockingQueue<>();

    @AfterEach
    void stopThreads() {
        asking.shutdownNow();
        clock.shutdownNow();
    }

    private ReadRounds rounds(long patienceMillis) {
        return new ReadRounds(questions::add, asking, clock, patienceMillis);
    }

    @Test
    void whoever_comes_while_a_question_is_under_way_shares_the_next_one() throws Exception {
        ReadRounds rounds = rounds(60_000);
        Read first = new Read();
        rounds.join(first);
        var question = next();
        List<Read> meanwhile = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            meanwhile.add(new Read());
            rounds.join(meanwhile.get(i));
        }
        assertThat(questions).isEmpty();

        answer(question, 7);

        assertThat(first.end.get(10, TimeUnit.SECONDS)).isEqualTo("7");
        assertThat(meanwhile)
                .allSatisfy(read -> assertThat(read.end).as("asked too early").isNotDone());
        answer(next(), 9);
        for (Read read : meanwhile) {
            assertThat(read.end.get(10, TimeUnit.SECONDS)).isEqualTo("9");
            assertThat(read.askedAt).isGreaterThan(first.askedAt);
        }
        assertThat(questions.poll(50, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void a_question_that_fails_or_that_no_quorum_confirms_ends_for_all_who_share_it() throws Exception {
        ReadRounds rounds = rounds(60_000);
        Read refused = new Read();
        rounds.join(refused);
        next().run(new Status(-1, "%s", "no leader"));
        assertThat(refused.end.get(10, TimeUnit.SECONDS)).isEqualTo("no leader");

        Read alone = new Read();
        rounds.join(alone);
        var question = next();
        question.setResponse(
                ReadIndexResponse.newBuilder().setIndex(7).setSuccess(false).build());
        question.run(Status.OK());
        assertThat(alone.end.get(10, TimeUnit.SECONDS)).contains("no quorum");
    }

    @Test
    void a_question_without_an_answer_is_given_up_and_a_late_answer_counts_all_the_same() throws Exception {
        ReadRounds rounds = rounds(50);
        Read read = new Read();
        rounds.join(read);
        var question = next();
        assertThat(read.end.get(10, TimeUnit.SECONDS)).contains("no answer within 50 ms");

        Read another = new Read();
        rounds.join(another);
        var second = next();
        answer(question, 7);
        assertThat(read.indexes).containsExactly(7L);
        assertThat(another.end).as("the late answer says nothing of it").isNotDone();
        answer(second, 8);
        assertThat(another.end.get(10, TimeUnit.SECONDS)).isEqualTo("8");
    }

    @Test
    void those_who_want_to_be_asked_again_are_with_one_question_for_all_and_whoever_has_left_is_not() throws Exception {
        ReadRounds rounds = rounds(60_000);
        Read left = new Read();
        left.persistent = true;
        List<Read> stay = new ArrayList<>();
        rounds.join(left);
        var first = next();
        for (int i = 0; i < 1_000; i++) {
            Read read = new Read();
            read.persistent = true;
            stay.add(read);
            rounds.join(read);
        }
        first.run(new Status(-1, "%s", "no leader"));
        next().run(new Status(-1, "%s", "still no leader"));
        rounds.leave(left);

        answer(next(), 7);

        for (Read read : stay) {
            assertThat(read.end.get(10, TimeUnit.SECONDS)).isEqualTo("7");
        }
        assertThat(left.end).isNotDone();
        assertThat(questions.poll(50, TimeUnit.MILLISECONDS)).isNull();
    }

    private RpcResponseClosure<ReadIndexResponse> next() throws InterruptedException {
        var question = questions.poll(10, TimeUnit.SECONDS);
        assertThat(question).as("a question is asked").isNotNull();
        return question;
    }

    private static void answer(RpcResponseClosure<ReadIndexResponse> question, long index) {
        question.setResponse(
                ReadIndexResponse.newBuilder().setIndex(index).setSuccess(true).build());
        question.run(Status.OK());
    }

    private static final class Read implements ReadRounds.Waiter {

        private final CompletableFuture<@Nullable String> end = new CompletableFuture<>();
        private final List<Long> indexes = new ArrayList<>();
        private volatile long askedAt;
        private volatile boolean persistent;

        @Override
        public void index(long index, long askedAt) {
            this.askedAt = askedAt;
            indexes.add(index);
            end.complete(Long.toString(index));
        }

        @Override
        public boolean failed(String reason) {
            if (persistent) {
                return true;
            }
            end.complete(reason);
            return false;
        }
    }
}
