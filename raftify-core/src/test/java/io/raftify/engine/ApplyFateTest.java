package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.error.RaftError;
import org.junit.jupiter.api.Test;

/** The engine's words, as NodeImpl and ClosureQueueImpl of this version say them (guard G4). */
class ApplyFateTest {

    @Test
    void refused_before_it_was_appended_is_surely_not_applied() {
        assertThat(ApplyFate.of(new Status(RaftError.EPERM, "Is not leader."))).isEqualTo(ApplyFate.NOT_LEADER);
        assertThat(ApplyFate.of(new Status(RaftError.EBUSY, "Is transferring leadership.")))
                .isEqualTo(ApplyFate.NOT_LEADER);
        assertThat(ApplyFate.of(new Status(RaftError.EBUSY, "Node is busy, has too many tasks")))
                .isEqualTo(ApplyFate.OVERLOADED);
    }

    @Test
    void the_same_code_with_other_words_may_have_been_applied() {
        assertThat(ApplyFate.of(new Status(RaftError.EPERM, "Leader stepped down")))
                .isEqualTo(ApplyFate.UNKNOWN);
    }

    @Test
    void whatever_is_not_known_may_have_been_applied() {
        assertThat(ApplyFate.of(new Status(RaftError.EIO, "Corrupted LogStorage")))
                .isEqualTo(ApplyFate.UNKNOWN);
        assertThat(ApplyFate.of(new Status(-1, null))).isEqualTo(ApplyFate.UNKNOWN);
    }
}
