package io.raftify.storage.lmdb;

import static io.raftify.storage.Entries.configuration;
import static io.raftify.storage.Entries.entries;
import static io.raftify.storage.Entries.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.conf.ConfigurationEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.PeerId;
import io.raftify.storage.GiveUps;
import io.raftify.storage.MemberStore;
import io.raftify.storage.MemberStoreContract;
import io.raftify.storage.Reentry;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lmdbjava.EnvFlags;

class LmdbMemberStoreTest extends MemberStoreContract {

    @TempDir
    Path directory;

    @Override
    protected MemberStore create() {
        return LmdbMemberStore.open(directory.resolve("data"), "orders", "n1", 1 << 20);
    }

    @Override
    protected void reopenIfDurable() {
        reopen();
    }

    private void reopen() {
        store.close();
        use(create());
    }

    @Test
    void it_says_where_and_how_durably_it_keeps_the_log() {
        assertThat(store.status().type()).isEqualTo("lmdb");
        assertThat(store.status().durability()).isEqualTo("synced");
        assertThat(store.status().directory())
                .isEqualTo(directory.resolve("data").toString());
        assertThat(store.status().formatVersion()).isEqualTo(2);
        assertThat(store.status().sizeBytes()).isPositive();
    }

    @Test
    void reopening_keeps_everything() {
        log.appendEntries(entries(1, 100));
        log.appendEntry(configuration(101, 3, "n1", "n2"));
        log.appendEntries(entries(102, 110));
        log.truncatePrefix(50);
        log.truncateSuffix(105);
        store.meta().setTermAndVotedFor(4, new PeerId("n3", 0));

        reopen();

        assertThat(log.getFirstLogIndex()).isEqualTo(50);
        assertThat(log.getLastLogIndex()).isEqualTo(105);
        assertThat(log.getEntry(50)).isEqualTo(entry(50, 1));
        assertThat(log.getEntry(105)).isEqualTo(entry(105, 1));
        assertThat(log.getEntry(106)).isNull();
        assertThat(configurationsInLog()).extracting(ConfigurationEntry::getId).containsExactly(new LogId(101, 3));
        assertThat(store.meta().getTerm()).isEqualTo(4);
        assertThat(store.meta().getVotedFor()).isEqualTo(new PeerId("n3", 0));
        assertThat(log.appendEntry(entry(106, 5))).isTrue();
    }

    @Test
    void reopening_keeps_whose_disks_are_known_and_the_loss_of_an_earlier_one() {
        UUID own = store.incarnations().own();
        UUID first = UUID.randomUUID();
        UUID second = UUID.randomUUID();
        assertThat(store.incarnations().met("n2")).isNull();
        assertThat(store.incarnations().reentry()).isEqualTo(Reentry.NONE);
        assertThat(store.incarnations().meet("n2", first)).isTrue();
        assertThat(store.incarnations().meet("n3", first)).isTrue();
        assertThat(store.incarnations().meet("n2", second)).isTrue();
        assertThat(store.incarnations().enter(Reentry.ASKING.asked(7))).isTrue();

        reopen();

        assertThat(store.incarnations().own()).isNotNull().isEqualTo(own);
        assertThat(store.incarnations().met("n2")).isEqualTo(second);
        assertThat(store.incarnations().met("n3")).isEqualTo(first);
        assertThat(store.incarnations().reentry()).isEqualTo(new Reentry(Reentry.Stage.CATCHING_UP, 7));
    }

    @Test
    void reopening_keeps_what_was_promised_and_what_was_given_up() {
        assertThat(store.giveUps().get()).isEqualTo(GiveUps.NONE);
        GiveUps known = GiveUps.NONE
                .promised(7, 2)
                .promised(9, 4)
                .promised(9, 3)
                .promised(5, 1)
                .decided(5);
        assertThat(known.promises()).isEqualTo(Map.of(7L, 2L, 9L, 4L));
        assertThat(known.givenUp()).containsExactly(5L);
        assertThat(store.giveUps().put(known)).isTrue();

        reopen();

        assertThat(store.giveUps().get()).isEqualTo(known);
        assertThat(store.giveUps().put(known.from(8))).isTrue();
        reopen();
        assertThat(store.giveUps().get()).isEqualTo(GiveUps.NONE.promised(9, 4));
    }

    @Test
    void reopening_an_emptied_log_keeps_the_next_index() {
        log.appendEntries(entries(1, 100));
        log.truncatePrefix(500);

        reopen();

        assertThat(log.getFirstLogIndex()).isEqualTo(500);
        assertThat(log.getLastLogIndex()).isEqualTo(499);
        assertThat(log.appendEntry(entry(500, 2))).isTrue();
        log.reset(20);

        reopen();

        assertThat(log.getFirstLogIndex()).isEqualTo(20);
        assertThat(log.getLastLogIndex()).isEqualTo(19);
    }

    /**
     * The one promise that no test keeps: a commit that is not synced survives everything but a loss of power. So this
     * looks at the flags the environment is opened with.
     */
    @Test
    void the_environment_is_opened_with_no_flag_that_leaves_out_a_sync() {
        assertThat(LmdbEnvironment.FLAGS).containsExactly(EnvFlags.MDB_NOTLS);
    }
}
