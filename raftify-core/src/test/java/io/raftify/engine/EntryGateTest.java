package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.raftify.engine.wire.GiveUpPromise;
import io.raftify.engine.wire.GiveUpReport;
import io.raftify.node.Verdict;
import io.raftify.storage.GiveUps;
import io.raftify.storage.MemberStore;
import io.raftify.storage.memory.InMemoryMemberStore;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What an entry waits for at its end, and what lets it pass. */
class EntryGateTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final MemberStore store = InMemoryMemberStore.create();
    private final EntryGate gate = new EntryGate(store.giveUps(), () -> 1, () -> 100);

    /** The end of entry 5, which has begun. */
    private CompletableFuture<Boolean> ends() {
        Verdict verdict = gate.begin(5, false);
        assertThat(verdict.givenUp()).isFalse();
        assertThat(gate.promise(5, 2, false)).isNull();
        CompletableFuture<Boolean> counts = CompletableFuture.supplyAsync(verdict::counts);
        return counts.thenApply(counted -> {
            assertThat(verdict.givenUp()).isEqualTo(!counted);
            gate.end(5);
            return counted;
        });
    }

    @Test
    void nothing_waits_where_nothing_was_promised() {
        Verdict verdict = gate.begin(5, false);

        assertThat(verdict.givenUp()).isFalse();
        assertThat(verdict.counts()).isTrue();
        gate.end(5);
        assertThat(gate.promise(5, 2, false)).matches(refusal -> refusal.finished());
        assertThat(store.giveUps().get()).isEqualTo(GiveUps.NONE);
    }

    @Test
    void it_waits_until_it_is_given_up_and_that_is_on_the_disk_then() {
        CompletableFuture<Boolean> end = ends();
        assertThat(store.giveUps().get().promises()).containsEntry(5L, 2L);
        assertThat(end).isNotDone();

        gate.decided(5);

        assertThat(end).succeedsWithin(SOON).isEqualTo(false);
        assertThat(store.giveUps().get()).isEqualTo(GiveUps.NONE.decided(5));
        assertThat(new EntryGate(store.giveUps(), () -> 1, () -> 100)
                        .begin(5, false)
                        .givenUp())
                .isTrue();
    }

    @Test
    void a_later_term_makes_the_promise_void_and_the_same_or_an_earlier_one_does_not() {
        CompletableFuture<Boolean> end = ends();
        gate.voided(5, 1);
        gate.voided(5, 2);
        assertThat(gate.undecided()).containsExactly(5L);

        gate.voided(5, 3);

        assertThat(end).succeedsWithin(SOON).isEqualTo(true);
    }

    @Test
    void a_promise_to_a_later_leader_outlives_what_makes_the_earlier_one_void() {
        CompletableFuture<Boolean> end = ends();
        assertThat(gate.promise(5, 4, false)).isNull();
        assertThat(gate.promise(5, 3, false)).isNull();
        gate.voided(5, 4);
        assertThat(gate.undecided()).containsExactly(5L);

        gate.voided(5, 5);

        assertThat(end).succeedsWithin(SOON).isEqualTo(true);
    }

    @Test
    void a_members_word_that_it_applied_the_entry_itself_lets_it_pass_and_a_snapshot_says_nothing() {
        CompletableFuture<Boolean> end = ends();
        gate.heard(
                GiveUpReport.newBuilder()
                        .setFinishedAfter(5)
                        .setFinishedIndex(9)
                        .build(),
                0);
        gate.heard(
                GiveUpReport.newBuilder()
                        .setFinishedAfter(0)
                        .setFinishedIndex(4)
                        .build(),
                0);
        assertThat(gate.undecided()).containsExactly(5L);

        gate.heard(
                GiveUpReport.newBuilder()
                        .setFinishedAfter(4)
                        .setFinishedIndex(5)
                        .build(),
                0);

        assertThat(end).succeedsWithin(SOON).isEqualTo(true);
    }

    @Test
    void a_promise_to_a_later_leader_outlives_the_vain_round_of_an_earlier_one() {
        CompletableFuture<Boolean> end = ends();
        assertThat(gate.promise(5, 4, false)).isNull();
        gate.withdrawn(5, 2);
        assertThat(gate.undecided()).containsExactly(5L);

        gate.withdrawn(5, 4);

        assertThat(end).succeedsWithin(SOON).isEqualTo(true);
    }

    @Test
    void a_member_that_forgot_what_was_given_up_does_not_say_that_it_applied_it() {
        long[] firstIndex = {1};
        EntryGate gate = new EntryGate(InMemoryMemberStore.create().giveUps(), () -> firstIndex[0], () -> 100);
        assertThat(gate.begin(4, false).counts()).isTrue();
        gate.end(4);
        Verdict fifth = gate.begin(5, false);
        gate.decided(5);
        assertThat(fifth.counts()).isFalse();
        gate.end(5);
        assertThat(gate.begin(6, false).counts()).isTrue();
        gate.end(6);
        assertThat(gate.report().getGivenUpList()).containsExactly(5L);
        assertThat(gate.report().getFinishedAfter()).isZero();

        // A snapshot took the place of the log's beginning; the next promise tidies up.
        firstIndex[0] = 7;
        gate.begin(8, false);
        assertThat(gate.promise(8, 3, false)).isNull();

        assertThat(gate.report().getGivenUpList()).isEmpty();
        assertThat(gate.report().getFinishedAfter()).isEqualTo(5);
        assertThat(gate.report().getFinishedIndex()).isEqualTo(6);
    }

    @Test
    void a_members_word_that_it_was_given_up_is_not_that_it_was_finished() {
        CompletableFuture<Boolean> end = ends();

        gate.heard(GiveUpReport.newBuilder().setFinishedIndex(9).addGivenUp(5).build(), 0);

        assertThat(end).succeedsWithin(SOON).isEqualTo(false);
    }

    @Test
    void a_member_that_lost_its_disk_takes_over_the_promises_that_it_may_have_made_with_it_and_no_others() {
        GiveUpReport report = GiveUpReport.newBuilder()
                .addPromises(GiveUpPromise.newBuilder().setIndex(5).setTerm(2))
                .addPromises(GiveUpPromise.newBuilder().setIndex(6).setTerm(3))
                .build();
        gate.heard(report, 0);
        gate.heard(report, 1);
        assertThat(gate.undecided()).isEmpty();

        gate.heard(report, 2);

        assertThat(gate.undecided()).containsExactly(5L);
        gate.store();
        assertThat(store.giveUps().get().promises()).isEqualTo(Map.of(5L, 2L));
        assertThat(store.giveUps().get().unfinished()).as("as far as it knows").isEmpty();
    }

    @Test
    void an_entry_that_was_promised_before_is_not_even_begun_undecided() {
        gate.promise(5, 2, false);
        CompletableFuture<Verdict> begun = CompletableFuture.supplyAsync(() -> gate.begin(5, false));
        assertThat(gate.inHand()).isZero();
        assertThat(begun).isNotDone();

        gate.decided(5);

        assertThat(begun).succeedsWithin(SOON).matches(Verdict::givenUp);
        assertThat(gate.toEnd()).as("there is nothing to end").isZero();
    }

    @Test
    void an_entry_of_another_leader_is_not_begun_before_the_disk_has_it_and_one_of_its_own_term_is() {
        AtomicLong stored = new AtomicLong(4);
        EntryGate gate = new EntryGate(store.giveUps(), () -> 1, stored::get);
        assertThat(gate.begin(5, true).givenUp()).isFalse();
        gate.left();
        CompletableFuture<Verdict> begun = CompletableFuture.supplyAsync(() -> gate.begin(5, false));
        assertThat(begun).failsWithin(Duration.ofMillis(200)).withThrowableOfType(TimeoutException.class);
        assertThat(gate.inHand()).isZero();

        stored.set(5);

        assertThat(begun).succeedsWithin(SOON);
        CompletableFuture<Verdict> next = CompletableFuture.supplyAsync(() -> gate.begin(6, false));
        gate.close();
        assertThat(next).failsWithin(SOON).withThrowableThat().withCauseInstanceOf(EntryGate.ClosedException.class);
    }

    @Test
    void what_may_have_been_finished_before_a_restart_is_promised_only_where_the_opposite_is_written_down() {
        gate.begin(5, false);
        assertThat(gate.promise(5, 2, true)).matches(refusal -> !refusal.finished());
        gate.begun(5);
        assertThat(store.giveUps().get().unfinished()).containsExactly(5L);

        EntryGate restarted = new EntryGate(store.giveUps(), () -> 1, () -> 100);

        assertThat(restarted.promise(6, 2, true)).isNotNull();
        assertThat(restarted.promise(5, 2, true)).isNull();
    }

    @Test
    void before_anything_can_be_seen_of_an_end_it_is_not_written_down_as_unfinished_any_more() {
        Verdict asked = gate.begin(5, false);
        gate.begun(5);
        assertThat(asked.counts()).isTrue();
        assertThat(store.giveUps().get()).isEqualTo(GiveUps.NONE);
        gate.end(5);
        gate.begun(5);
        assertThat(store.giveUps().get()).isEqualTo(GiveUps.NONE);

        gate.begin(6, false);
        gate.begun(6);
        gate.end(6);

        assertThat(store.giveUps().get()).isEqualTo(GiveUps.NONE);
    }

    @Test
    void closing_sends_away_who_waits() {
        gate.promise(5, 2, false);
        CompletableFuture<Verdict> begun = CompletableFuture.supplyAsync(() -> gate.begin(5, false));

        gate.close();

        assertThat(begun).failsWithin(SOON).withThrowableThat().withCauseInstanceOf(EntryGate.ClosedException.class);
    }

    @Test
    void what_is_applied_without_asking_although_it_was_promised_is_a_mistake_that_shows() {
        gate.begin(5, false);
        gate.promise(5, 2, false);

        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> gate.end(5));
    }

    @Test
    void there_is_a_limit_to_promises_and_to_what_is_known_as_given_up() {
        for (int i = 1; i <= 64; i++) {
            assertThat(gate.promise(i, 2, false)).isNull();
        }
        assertThat(gate.promise(65, 2, false)).matches(refusal -> !refusal.finished());
        for (int i = 1; i <= 128; i++) {
            gate.decided(i);
        }
        assertThat(gate.promise(129, 2, false)).matches(refusal -> !refusal.finished());
    }

    @Test
    void of_a_promise_and_an_end_that_meet_one_comes_first_for_both() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            EntryGate racing = new EntryGate(InMemoryMemberStore.create().giveUps(), () -> 1, () -> 100);
            Verdict verdict = racing.begin(5, false);
            CyclicBarrier together = new CyclicBarrier(2);
            CompletableFuture<Boolean> counted = CompletableFuture.supplyAsync(() -> {
                meet(together);
                return verdict.counts();
            });
            meet(together);
            boolean promised = racing.promise(5, 2, false) == null;
            if (promised) {
                assertThat(counted).isNotDone();
                racing.decided(5);
            }
            assertThat(counted.get(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo(!promised);
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception broken) {
            throw new AssertionError(broken);
        }
    }
}
