package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeaderLeaseTest {

    private static final long TERM = 5;

    private long millis = 1_000;
    private long wallAhead;
    private long storedTerm = TERM;

    private LeaderLease lease(String... others) {
        return new LeaderLease(
                Set.of(others),
                Duration.ofSeconds(1),
                () -> storedTerm,
                () -> TimeUnit.MILLISECONDS.toNanos(millis),
                () -> millis + wallAhead);
    }

    private LeaderLease held() {
        LeaderLease lease = lease("n2", "n3");
        lease.leads(TERM);
        lease.sending("n2", TERM).answered(TERM);
        return lease;
    }

    @Test
    void it_holds_for_nine_tenths_of_an_election_timeout_after_a_quorum_was_sent_something() {
        LeaderLease lease = held();
        assertThat(lease.holds()).isTrue();
        millis += 899;
        assertThat(lease.holds()).isTrue();
        millis += 1;
        assertThat(lease.holds()).isFalse();
        lease.sending("n3", TERM).answered(TERM);
        assertThat(lease.holds()).isTrue();
    }

    @Test
    void what_counts_is_when_something_was_sent_and_not_when_the_answer_came() {
        LeaderLease lease = lease("n2", "n3");
        lease.leads(TERM);
        LeaderLease.Sent sent = lease.sending("n2", TERM);
        millis += 800;
        sent.answered(TERM);
        assertThat(lease.holds()).isTrue();
        millis += 100;
        assertThat(lease.holds()).isFalse();
    }

    @Test
    void an_answer_that_came_late_does_not_shorten_it() {
        LeaderLease lease = lease("n2", "n3");
        lease.leads(TERM);
        LeaderLease.Sent early = lease.sending("n2", TERM);
        millis += 800;
        lease.sending("n2", TERM).answered(TERM);
        early.answered(TERM);
        millis += 800;
        assertThat(lease.holds()).isTrue();
    }

    @Test
    void the_newest_answers_of_a_majority_must_be_recent_together() {
        LeaderLease lease = lease("n2", "n3", "n4", "n5");
        lease.leads(TERM);
        lease.sending("n2", TERM).answered(TERM);
        assertThat(lease.holds()).as("two of five").isFalse();
        millis += 600;
        lease.sending("n3", TERM).answered(TERM);
        assertThat(lease.holds()).as("three of five").isTrue();
        millis += 300;
        assertThat(lease.holds()).as("one of them too long ago").isFalse();
    }

    @Test
    void a_peer_in_a_later_term_has_taken_nothing_and_a_stranger_does_not_count() {
        LeaderLease lease = lease("n2", "n3");
        lease.leads(TERM);
        lease.sending("n2", TERM).answered(TERM + 1);
        lease.sending("n9", TERM).answered(TERM);
        assertThat(lease.holds()).isFalse();
    }

    @Test
    void answers_of_an_earlier_term_do_not_count_in_the_next_one() {
        LeaderLease lease = held();
        storedTerm = TERM + 1;
        lease.leads(TERM + 1);
        assertThat(lease.holds()).isFalse();
        lease.sending("n2", TERM + 1).answered(TERM + 1);
        assertThat(lease.holds()).isTrue();
        lease.sending("n3", TERM).answered(TERM);
        assertThat(lease.holds()).as("an answer that was on its way").isTrue();
    }

    @Test
    void nobody_holds_it_who_does_not_lead_or_may_have_voted_for_another() {
        LeaderLease lease = held();
        storedTerm = TERM + 1;
        assertThat(lease.holds()).isFalse();
        storedTerm = TERM;
        assertThat(lease.holds()).isTrue();
        lease.leadsNoMore();
        assertThat(lease.holds()).isFalse();
    }

    @Test
    void a_leader_that_told_another_to_take_over_never_gets_it_back_in_that_term() {
        LeaderLease lease = held();
        lease.handsOver(TERM);
        assertThat(lease.holds()).isFalse();
        lease.leads(TERM);
        lease.sending("n2", TERM).answered(TERM);
        assertThat(lease.holds()).isFalse();
        storedTerm = TERM + 2;
        lease.leads(TERM + 2);
        lease.sending("n2", TERM + 2).answered(TERM + 2);
        assertThat(lease.holds()).isTrue();
    }

    @Test
    void a_machine_that_slept_notices_by_the_wall_clock_and_one_whose_clock_was_set_back_by_the_other() {
        LeaderLease lease = held();
        wallAhead = 60_000;
        assertThat(lease.holds()).as("the monotonic clock stood still").isFalse();
        lease.sending("n2", TERM).answered(TERM);
        assertThat(lease.holds()).isTrue();
        wallAhead = 0;
        assertThat(lease.holds()).isTrue();
        millis += 900;
        assertThat(lease.holds()).as("the wall clock was set back a minute").isFalse();
    }

    @Test
    void a_member_alone_holds_it_as_long_as_it_leads() {
        LeaderLease lease = lease();
        assertThat(lease.holds()).isFalse();
        lease.leads(TERM);
        millis += 10_000;
        assertThat(lease.holds()).isTrue();
    }
}
