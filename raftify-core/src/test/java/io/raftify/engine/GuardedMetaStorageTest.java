package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.option.RaftMetaStorageOptions;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Guard G3, also for a store that fails without raising a flag of its own. */
class GuardedMetaStorageTest {

    private static final PeerId SELF = new PeerId("n1", 1);

    private final Participation participation = new Participation();
    private final List<Long> elections = new ArrayList<>();

    private GuardedMetaStorage over(boolean stores) {
        participation.begin();
        return new GuardedMetaStorage(new Storage(stores), SELF, participation, elections::add);
    }

    @Test
    void a_term_that_is_not_stored_ends_taking_part() {
        assertThat(over(false).setTerm(7)).isFalse();
        assertThat(participation.refusal()).contains("term 7 could not be stored");
    }

    @Test
    void a_vote_that_is_not_stored_ends_taking_part() {
        assertThat(over(false).setVotedFor(SELF)).isFalse();
        assertThat(participation.refusal()).contains("vote could not be stored");
    }

    @Test
    void a_candidacy_that_is_not_stored_ends_taking_part_and_is_no_election() {
        assertThat(over(false).setTermAndVotedFor(7, SELF)).isFalse();
        assertThat(participation.refusal()).contains("term 7 and vote could not be stored");
        assertThat(elections).isEmpty();
    }

    @Test
    void what_is_stored_is_no_failure_and_a_vote_for_oneself_is_an_election() {
        GuardedMetaStorage meta = over(true);
        assertThat(meta.setTerm(6)).isTrue();
        assertThat(meta.setTermAndVotedFor(7, SELF)).isTrue();
        assertThat(meta.setVotedFor(new PeerId("n2", 1))).isTrue();
        assertThat(participation.refusal()).isNull();
        assertThat(elections).containsExactly(7L);
        assertThat(meta.storedTerm()).isEqualTo(7);
    }

    private record Storage(boolean stores) implements RaftMetaStorage {

        @Override
        public boolean setTerm(long term) {
            return stores;
        }

        @Override
        public long getTerm() {
            return 0;
        }

        @Override
        public boolean setVotedFor(PeerId peer) {
            return stores;
        }

        @Override
        public PeerId getVotedFor() {
            return PeerId.emptyPeer();
        }

        @Override
        public boolean setTermAndVotedFor(long term, PeerId peer) {
            return stores;
        }

        @Override
        public boolean init(RaftMetaStorageOptions options) {
            return true;
        }

        @Override
        public void shutdown() {}
    }
}
