package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.JRaftUtils;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.option.ApplyTaskMode;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.option.ReadOnlyOption;
import com.alipay.sofa.jraft.util.concurrent.DefaultFixedThreadsExecutorGroupFactory;
import com.alipay.sofa.jraft.util.concurrent.FixedThreadsExecutorGroup;
import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StorageType;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What no test of a running cluster would notice before the day it matters. */
class EngineSettingsTest {

    private static NodeOptions options() {
        RaftNodeSettings settings = RaftNodeSettings.builder()
                .nodeId("n1")
                .storageType(StorageType.MEMORY)
                .peer("n1", new PeerAddress("localhost", 1))
                .build();
        FixedThreadsExecutorGroup senders =
                DefaultFixedThreadsExecutorGroupFactory.INSTANCE.newExecutorGroup(1, "test", 16, true);
        try {
            return EngineSettings.nodeOptions(
                    settings,
                    new MemberServices(null, null, null, new Participation(), null, null, null),
                    new StateMachineAdapter() {
                        @Override
                        public void onApply(com.alipay.sofa.jraft.Iterator entries) {}
                    },
                    Path.of("snapshots"),
                    senders);
        } finally {
            senders.shutdownGracefully();
        }
    }

    @Test
    void a_quorum_answers_every_read_and_no_clock_does() {
        RaftOptions options = options().getRaftOptions();
        assertThat(options.getReadOnlyOptions()).isEqualTo(ReadOnlyOption.ReadOnlySafe);
    }

    @Test
    void log_term_and_vote_are_synced_and_entries_carry_checksums() {
        RaftOptions options = options().getRaftOptions();
        assertThat(options.isSync()).isTrue();
        assertThat(options.isSyncMeta()).isTrue();
        assertThat(options.isEnableLogEntryChecksum()).isTrue();
    }

    @Test
    void a_full_queue_refuses_instead_of_holding_its_caller() {
        assertThat(options().getApplyTaskMode()).isEqualTo(ApplyTaskMode.NonBlocking);
    }

    @Test
    void the_engine_opens_no_door_of_its_own_for_changes_of_members() {
        assertThat(options().isDisableCli()).isTrue();
    }

    @Test
    void timers_do_not_wake_up_every_millisecond() {
        assertThat(JRaftUtils.raftTimerFactory()).isInstanceOf(QuietTimerFactory.class);
    }
}
