package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.storage.LogStorage;
import io.raftify.storage.memory.InMemoryMemberStore;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuardedLogTest {

    private final Participation participation = new Participation();

    @Test
    void an_error_before_anything_is_written_ends_the_taking_part_before_the_engine_hears_of_it() {
        participation.begin();
        LogStorage log = new GuardedLog(
                new ForwardedLog(InMemoryMemberStore.create().log()) {
                    @Override
                    public int appendEntries(List<LogEntry> entries) {
                        throw new OutOfMemoryError("while encoding");
                    }
                },
                participation);
        assertThat(participation.refusal()).isNull();

        assertThatThrownBy(() -> log.appendEntries(List.of(new LogEntry()))).isInstanceOf(OutOfMemoryError.class);

        assertThat(participation.refusal()).contains("while encoding");
    }
}
