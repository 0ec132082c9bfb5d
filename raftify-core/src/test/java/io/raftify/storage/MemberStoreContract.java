package io.raftify.storage;

import static io.raftify.storage.Entries.configuration;
import static io.raftify.storage.Entries.entries;
import static io.raftify.storage.Entries.entry;
import static io.raftify.storage.Entries.peers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.alipay.sofa.jraft.conf.ConfigurationEntry;
import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.option.RaftMetaStorageOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store does, whatever it keeps its entries in. */
public abstract class MemberStoreContract {

    protected MemberStore store;
    protected LogStorage log;

    /** A new, empty store. */
    protected abstract MemberStore create();

    @BeforeEach
    void open() {
        use(create());
    }

    @AfterEach
    void close() {
        store.close();
    }

    protected final void use(MemberStore opened) {
        store = opened;
        log = opened.log();
    }

    @Test
    void a_new_log_is_empty_and_begins_at_one() {
        assertThat(log.getFirstLogIndex()).isEqualTo(1);
        assertThat(log.getLastLogIndex()).isZero();
        assertThat(log.getEntry(0)).isNull();
        assertThat(log.getEntry(1)).isNull();
        assertThat(store.failure()).isNull();
    }

    @Test
    void what_is_appended_is_read_back() {
        LogEntry one = entry(1, 1);
        LogEntry two = configuration(2, 1, "n1", "n2", "n3");
        LogEntry three = entry(3, 2, new byte[0]);

        assertThat(log.appendEntries(List.of(one, two))).isEqualTo(2);
        assertThat(log.appendEntry(three)).isTrue();

        assertThat(log.getEntry(1)).isEqualTo(one);
        assertThat(log.getEntry(2)).isEqualTo(two);
        assertThat(log.getEntry(3)).isEqualTo(three);
        assertThat(log.getEntry(3).isCorrupted()).isFalse();
        assertThat(log.getEntry(4)).isNull();
        assertThat(log.getTerm(3)).isEqualTo(2);
        assertThat(log.getLastLogIndex()).isEqualTo(3);
    }

    @Test
    void what_is_read_does_not_change_with_the_objects_that_were_handed_over() {
        LogEntry one = entry(1, 1);
        log.appendEntry(one);

        one.getId().setIndex(77);
        log.getEntry(1).getId().setTerm(99);

        assertThat(log.getEntry(1).getId()).isEqualTo(new LogId(1, 1));
    }

    @Test
    void appending_nothing_appends_nothing() {
        assertThat(log.appendEntries(List.of())).isZero();
        assertThat(log.getLastLogIndex()).isZero();
        assertThat(store.failure()).isNull();
    }

    @Test
    void a_gap_is_refused_and_the_flag_is_up() {
        log.appendEntries(entries(1, 3));

        assertThat(log.appendEntries(entries(5, 6))).isZero();

        assertThat(store.failure()).isNotNull();
        assertThat(store.failure().message()).contains("5").contains("4");
        assertThat(log.getLastLogIndex()).isEqualTo(3);
    }

    @Test
    void a_gap_within_a_batch_is_refused_as_a_whole() {
        assertThat(log.appendEntries(List.of(entry(1, 1), entry(3, 1)))).isZero();

        assertThat(log.getLastLogIndex()).isZero();
        assertThat(log.getEntry(1)).isNull();
        assertThat(store.failure()).isNotNull();
    }

    @Test
    void an_entry_is_not_overwritten() {
        log.appendEntries(entries(1, 3));

        assertThat(log.appendEntry(entry(3, 2))).isFalse();

        assertThat(log.getEntry(3)).isEqualTo(entry(3, 1));
        assertThat(store.failure()).isNotNull();
    }

    @Test
    void after_a_failure_every_write_is_refused_and_reads_go_on() {
        log.appendEntries(entries(1, 3));
        log.appendEntry(entry(9, 1));

        assertThat(log.appendEntry(entry(4, 1))).isFalse();
        assertThat(log.truncatePrefix(2)).isFalse();
        assertThat(log.truncateSuffix(2)).isFalse();
        assertThat(log.reset(7)).isFalse();
        assertThat(store.meta().setTermAndVotedFor(3, new PeerId("n1", 0))).isFalse();
        assertThat(store.meta().setTerm(3)).isFalse();
        assertThat(store.meta().setVotedFor(new PeerId("n1", 0))).isFalse();

        assertThat(log.getEntry(3)).isEqualTo(entry(3, 1));
        assertThat(store.meta().getTerm()).isZero();
    }

    @Test
    void listeners_hear_of_the_first_failure_once_before_the_operation_returns() {
        List<String> heard = new ArrayList<>();
        store.onFailure(failure -> {
            throw new IllegalStateException("a listener that fails keeps no other from hearing");
        });
        store.onFailure(failure -> heard.add("early " + (store.failure() == failure)));

        log.appendEntry(entry(9, 1));
        assertThat(heard).containsExactly("early true");
        log.appendEntry(entry(9, 1));
        store.onFailure(failure -> heard.add("late"));

        assertThat(heard).containsExactly("early true", "late");
    }

    @Test
    void truncating_the_front_keeps_the_rest() {
        log.appendEntries(entries(1, 10));

        assertThat(log.truncatePrefix(4)).isTrue();

        assertThat(log.getFirstLogIndex()).isEqualTo(4);
        assertThat(log.getLastLogIndex()).isEqualTo(10);
        assertThat(log.getEntry(3)).isNull();
        assertThat(log.getEntry(4)).isEqualTo(entry(4, 1));
        assertThat(log.appendEntry(entry(11, 1))).isTrue();
    }

    @Test
    void truncating_the_front_before_the_first_entry_changes_nothing() {
        log.appendEntries(entries(1, 10));
        log.truncatePrefix(4);

        assertThat(log.truncatePrefix(2)).isTrue();

        assertThat(log.getFirstLogIndex()).isEqualTo(4);
        assertThat(store.failure()).isNull();
    }

    @Test
    void truncating_the_front_beyond_the_last_entry_leaves_an_empty_log_that_begins_there() {
        log.appendEntries(entries(1, 10));

        assertThat(log.truncatePrefix(21)).isTrue();

        assertThat(log.getFirstLogIndex()).isEqualTo(21);
        assertThat(log.getLastLogIndex()).isEqualTo(20);
        assertThat(log.getEntry(10)).isNull();
        assertThat(log.appendEntries(entries(21, 22))).isEqualTo(2);
        assertThat(log.getEntry(22)).isEqualTo(entry(22, 1));
    }

    @Test
    void truncating_the_end_keeps_the_front() {
        log.appendEntries(entries(1, 10));

        assertThat(log.truncateSuffix(6)).isTrue();

        assertThat(log.getLastLogIndex()).isEqualTo(6);
        assertThat(log.getEntry(7)).isNull();
        assertThat(log.getEntry(6)).isEqualTo(entry(6, 1));
        assertThat(log.appendEntry(entry(7, 2))).isTrue();
        assertThat(log.getEntry(7)).isEqualTo(entry(7, 2));
    }

    @Test
    void truncating_the_end_after_the_last_entry_changes_nothing() {
        log.appendEntries(entries(1, 3));

        assertThat(log.truncateSuffix(3)).isTrue();
        assertThat(log.truncateSuffix(9)).isTrue();

        assertThat(log.getLastLogIndex()).isEqualTo(3);
    }

    @Test
    void truncating_the_end_down_to_nothing_leaves_the_next_index() {
        log.appendEntries(entries(1, 10));
        log.truncatePrefix(5);

        assertThat(log.truncateSuffix(4)).isTrue();

        assertThat(log.getFirstLogIndex()).isEqualTo(5);
        assertThat(log.getLastLogIndex()).isEqualTo(4);
        assertThat(log.appendEntry(entry(5, 2))).isTrue();
    }

    @Test
    void truncating_the_end_into_what_a_snapshot_holds_is_refused() {
        log.appendEntries(entries(1, 10));
        log.truncatePrefix(5);

        assertThat(log.truncateSuffix(3)).isFalse();

        assertThat(store.failure()).isNotNull();
        assertThat(log.getLastLogIndex()).isEqualTo(10);
    }

    @Test
    void resetting_empties_the_log_forwards_and_backwards() {
        log.appendEntries(entries(1, 10));

        assertThat(log.reset(100)).isTrue();
        assertThat(log.getFirstLogIndex()).isEqualTo(100);
        assertThat(log.getLastLogIndex()).isEqualTo(99);
        assertThat(log.getEntry(5)).isNull();
        assertThat(log.appendEntries(entries(100, 105))).isEqualTo(6);

        assertThat(log.reset(50)).isTrue();
        assertThat(log.getFirstLogIndex()).isEqualTo(50);
        assertThat(log.getEntry(100)).isNull();
        assertThat(log.appendEntry(entry(50, 3))).isTrue();
        assertThat(configurationsInLog()).isEmpty();
    }

    @Test
    void configurations_in_the_log_are_handed_to_the_engine_in_order() {
        LogEntry joint = configuration(5, 2, "n1", "n2", "n4");
        joint.setOldPeers(peers("n1", "n2", "n3"));
        joint.setLearners(peers("n5"));
        log.appendEntries(List.of(entry(1, 1), configuration(2, 1, "n1", "n2", "n3"), entry(3, 2), entry(4, 2)));
        log.appendEntries(List.of(joint, entry(6, 2)));

        List<ConfigurationEntry> found = configurationsInLog();

        assertThat(found).extracting(ConfigurationEntry::getId).containsExactly(new LogId(2, 1), new LogId(5, 2));
        assertThat(found.get(0).getConf().getPeers()).isEqualTo(peers("n1", "n2", "n3"));
        assertThat(found.get(0).getOldConf().isEmpty()).isTrue();
        assertThat(found.get(1).getConf().getPeers()).isEqualTo(peers("n1", "n2", "n4"));
        assertThat(found.get(1).getConf().getLearners()).containsExactlyElementsOf(peers("n5"));
        assertThat(found.get(1).getOldConf().getPeers()).isEqualTo(peers("n1", "n2", "n3"));
    }

    @Test
    void configurations_that_were_truncated_are_not_handed_to_the_engine() {
        log.appendEntries(List.of(
                configuration(1, 1, "n1"),
                entry(2, 1),
                configuration(3, 1, "n1", "n2"),
                entry(4, 1),
                configuration(5, 1, "n1", "n2", "n3"),
                configuration(6, 1, "n2", "n3"),
                entry(7, 1)));

        log.truncatePrefix(2);
        log.truncateSuffix(4);

        assertThat(configurationsInLog()).extracting(ConfigurationEntry::getId).containsExactly(new LogId(3, 1));
        log.appendEntry(configuration(5, 2, "n4"));
        assertThat(configurationsInLog())
                .extracting(ConfigurationEntry::getId)
                .containsExactly(new LogId(3, 1), new LogId(5, 2));
    }

    @Test
    void the_engine_shutting_down_does_not_close_the_store() {
        log.appendEntries(entries(1, 3));
        log.shutdown();
        store.meta().shutdown();

        assertThat(log.getEntry(3)).isEqualTo(entry(3, 1));
        assertThat(log.appendEntry(entry(4, 1))).isTrue();
        assertThat(store.meta().setTerm(5)).isTrue();
    }

    @Test
    void term_and_vote_are_nothing_at_first_and_then_what_was_set() {
        assertThat(store.meta().init(new RaftMetaStorageOptions())).isTrue();
        assertThat(store.meta().getTerm()).isZero();
        assertThat(store.meta().getVotedFor().isEmpty()).isTrue();

        assertThat(store.meta().setTermAndVotedFor(7, new PeerId("n2", 0, 0, 100)))
                .isTrue();
        assertThat(store.meta().getTerm()).isEqualTo(7);
        assertThat(store.meta().getVotedFor()).hasToString("n2:0::100");

        assertThat(store.meta().setTerm(8)).isTrue();
        assertThat(store.meta().getVotedFor()).hasToString("n2:0::100");

        assertThat(store.meta().setVotedFor(PeerId.emptyPeer())).isTrue();
        assertThat(store.meta().getTerm()).isEqualTo(8);
        assertThat(store.meta().getVotedFor().isEmpty()).isTrue();
    }

    @Test
    void big_entries_and_big_batches_are_kept_whole() {
        Random random = new Random(42);
        List<LogEntry> batch = new ArrayList<>();
        for (int index = 1; index <= 5000; index++) {
            byte[] data = new byte[index % 500 == 0 ? 500_000 : random.nextInt(3000)];
            random.nextBytes(data);
            batch.add(entry(index, 1, data));
        }

        assertThat(log.appendEntries(batch)).isEqualTo(5000);

        for (LogEntry expected : batch) {
            assertThat(log.getEntry(expected.getId().getIndex()).getData()).isEqualTo(expected.getData());
        }
    }

    @Test
    void after_closing_nothing_is_written_and_closing_again_is_harmless() {
        log.appendEntries(entries(1, 3));
        store.close();
        store.close();

        assertThat(log.appendEntry(entry(4, 1))).isFalse();
        assertThat(store.failure()).isNotNull();
        assertThat(store.status().type()).isNotEmpty();
    }

    @Test
    void any_sequence_of_operations_leaves_what_a_simple_model_leaves() {
        long seed = new Random().nextLong();
        System.out.println("any_sequence_of_operations: seed " + seed);
        assertThatCode(() -> new RandomOperations(this, new Random(seed)).run(600))
                .as("seed %d", seed)
                .doesNotThrowAnyException();
    }

    /** Closes and opens again, if the store keeps anything then. */
    protected void reopenIfDurable() {}

    /** What the engine's configuration manager would hold after starting on this log. */
    protected final List<ConfigurationEntry> configurationsInLog() {
        List<ConfigurationEntry> found = new ArrayList<>();
        LogStorageOptions options = new LogStorageOptions();
        options.setLogEntryCodecFactory(LogEntryV2CodecFactory.getInstance());
        options.setConfigurationManager(new ConfigurationManager() {
            @Override
            public boolean add(ConfigurationEntry entry) {
                found.add(entry);
                return super.add(entry);
            }
        });
        assertThat(log.init(options)).isTrue();
        return found;
    }
}
