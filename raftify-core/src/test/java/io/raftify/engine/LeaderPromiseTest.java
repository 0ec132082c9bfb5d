package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeaderPromiseTest {

    private long millis = 1_000;
    private long storedTerm = 5;
    private boolean lostDisk;

    private LeaderPromise promise() {
        return new LeaderPromise(
                Duration.ofSeconds(1), () -> storedTerm, () -> lostDisk, () -> TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Test
    void it_lasts_for_an_election_timeout_after_the_leader_was_heard_last() {
        LeaderPromise promise = promise();
        assertThat(promise.refusal()).isNull();
        promise.heard(5);
        millis += 600;
        promise.heard(6);
        millis += 999;
        assertThat(promise.refusal()).contains("999 ms ago");
        millis += 1;
        assertThat(promise.refusal()).isNull();
    }

    @Test
    void nothing_is_promised_to_a_leader_of_an_earlier_term() {
        LeaderPromise promise = promise();
        promise.heard(4);
        assertThat(promise.refusal()).isNull();
        promise.heard(5);
        assertThat(promise.refusal()).isNotNull();
    }

    @Test
    void a_member_that_comes_back_keeps_what_it_may_have_promised_and_a_new_one_has_promised_nothing() {
        LeaderPromise restarted = promise();
        millis += 300;
        restarted.begin();
        assertThat(restarted.refusal()).isNotNull();
        millis += 700;
        assertThat(restarted.refusal()).isNull();

        storedTerm = 0;
        LeaderPromise fresh = promise();
        fresh.begin();
        assertThat(fresh.refusal()).isNull();
        lostDisk = true;
        assertThat(fresh.refusal()).as("it was not new after all").isNotNull();
        millis += 1_000;
        assertThat(fresh.refusal()).isNull();
    }

    @Test
    void votes_are_asked_for_at_the_leaders_wish_in_the_next_term_only() {
        LeaderPromise promise = promise();
        assertThat(promise.askedByLeader(vote(6, false))).isFalse();
        promise.handedOver(5);
        assertThat(promise.askedByLeader(vote(6, false))).isTrue();
        assertThat(promise.askedByLeader(vote(6, true))).isFalse();
        assertThat(promise.askedByLeader(vote(7, false))).isFalse();
    }

    private static RequestVoteRequest vote(long term, boolean preVote) {
        return RequestVoteRequest.newBuilder()
                .setGroupId("group")
                .setServerId("n1:1")
                .setPeerId("n2:1")
                .setTerm(term)
                .setLastLogTerm(1)
                .setLastLogIndex(1)
                .setPreVote(preVote)
                .build();
    }
}
