package io.raftify.engine;

import static io.raftify.storage.Entries.entries;
import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.entity.PeerId;
import io.raftify.storage.MemberStore;
import io.raftify.storage.Reentry;
import io.raftify.storage.memory.InMemoryMemberStore;
import org.junit.jupiter.api.Test;

/** What a member may have finished before it was restarted, by what it finds on its disk. */
class FormerRunTest {

    private final MemberStore store = InMemoryMemberStore.create();

    private FormerRun run() {
        return new FormerRun(store);
    }

    @Test
    void nothing_of_a_later_term_than_was_stored_and_everything_of_earlier_ones() {
        store.log().appendEntries(entries(1, 10));
        store.meta().setTermAndVotedFor(3, new PeerId("n2", 0));
        FormerRun run = run();

        assertThat(run.mayHaveFinished(5, 2, 4)).isTrue();
        assertThat(run.mayHaveFinished(11, 2, 4)).isTrue();
        assertThat(run.mayHaveFinished(11, 4, 4)).isFalse();
        assertThat(run.mayHaveFinished(11, 4, 0)).isFalse();
    }

    @Test
    void of_the_stored_term_only_what_was_on_its_disk_unless_it_may_have_led_the_term_itself() {
        store.log().appendEntries(entries(1, 10));
        store.meta().setTermAndVotedFor(3, new PeerId("n2", 0));
        FormerRun run = run();

        assertThat(run.mayHaveFinished(10, 3, 3)).isTrue();
        assertThat(run.mayHaveFinished(11, 3, 3)).isFalse();
        assertThat(run.mayHaveFinished(11, 3, 4)).as("another led a later term").isTrue();
        assertThat(run.mayHaveFinished(11, 3, 0)).as("nobody is known").isTrue();
    }

    @Test
    void with_a_disk_that_was_lost_whatever_is_not_newer_than_what_its_peers_know_of_it() {
        FormerRun run = run();
        assertThat(run.mayHaveFinished(1, 1, 1)).isFalse();

        store.incarnations().enter(Reentry.ASKING);
        assertThat(run.mayHaveFinished(1, 9, 9)).isTrue();
        store.incarnations().enter(Reentry.ASKING.asked(3).caughtUp());
        assertThat(run.mayHaveFinished(1, 3, 4)).isTrue();
        assertThat(run.mayHaveFinished(1, 4, 4)).isFalse();
    }
}
