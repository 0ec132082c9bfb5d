package io.raftify.storage.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.entity.LogEntry;
import io.raftify.storage.Entries;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lmdbjava.PutFlags;

/** The map grows by itself, under readers, and what is truncated is used again. */
class MapGrowthTest {

    private static final int MEBIBYTE = 1 << 20;

    @TempDir
    Path directory;

    private LmdbMemberStore store;

    @BeforeEach
    void open() {
        store = LmdbMemberStore.open(directory, "orders", "n1", MEBIBYTE);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static LogEntry entry(long index) {
        byte[] data = new byte[(int) (index * 7919 % (index % 10 == 0 ? 20_000 : 1000))];
        new Random(index).nextBytes(data);
        return Entries.entry(index, 1, data);
    }

    private void append(long first, long last) {
        List<LogEntry> batch = new ArrayList<>();
        for (long index = first; index <= last; index++) {
            batch.add(entry(index));
        }
        assertThat(store.log().appendEntries(batch)).isEqualTo(batch.size());
    }

    @Test
    void it_grows_from_one_mebibyte_to_many_while_readers_read() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService readers = Executors.newFixedThreadPool(3);
        try {
            List<Future<Long>> reads = new ArrayList<>();
            for (int reader = 0; reader < 3; reader++) {
                Random random = new Random(reader);
                reads.add(readers.submit(() -> readUntil(done, random)));
            }
            for (long index = 1; index <= 12_000; index += 200) {
                append(index, index + 199);
            }
            done.set(true);
            for (Future<Long> read : reads) {
                assertThat(read.get(30, TimeUnit.SECONDS)).isPositive();
            }
        } finally {
            done.set(true);
            readers.shutdownNow();
        }
        assertThat(store.failure()).isNull();
        assertThat(store.environment().mapSize()).isGreaterThan(16L * MEBIBYTE);
        assertThat(store.status().sizeBytes()).isGreaterThan(15L * MEBIBYTE);
        assertThat(store.log().getLastLogIndex()).isEqualTo(12_000);
    }

    private long readUntil(AtomicBoolean done, Random random) {
        long count = 0;
        while (!done.get() || count == 0) {
            long last = store.log().getLastLogIndex();
            if (last > 0) {
                long index = 1 + (long) (random.nextDouble() * last);
                assertThat(store.log().getEntry(index).getData())
                        .isEqualTo(entry(index).getData());
                count++;
            }
        }
        return count;
    }

    @Test
    void a_batch_larger_than_the_map_fits() {
        append(1, 4000);

        assertThat(store.log().getEntry(4000)).isEqualTo(entry(4000));
        assertThat(store.environment().mapSize()).isGreaterThan(2L * MEBIBYTE);
    }

    @Test
    void a_map_that_is_full_in_spite_of_the_estimate_grows_and_the_write_is_done_once_more() {
        LmdbEnvironment environment = store.environment();
        int[] tries = new int[1];

        environment.write(0, transaction -> {
            tries[0]++;
            environment
                    .log()
                    .put(transaction, EntryFormat.key(1), new byte[MEBIBYTE + MEBIBYTE / 4], PutFlags.MDB_APPEND);
        });

        assertThat(tries[0]).isEqualTo(2);
        assertThat(environment.mapSize()).isEqualTo(2L * MEBIBYTE);
        assertThat(store.failure()).isNull();
    }

    @Test
    void a_log_that_is_truncated_as_it_grows_takes_no_more_space_after_a_while() {
        for (long index = 1; index <= 12_000; index += 100) {
            append(index, index + 99);
            if (index % 1000 == 1 && index > 2000) {
                assertThat(store.log().truncatePrefix(index - 1000)).isTrue();
            }
        }

        assertThat(store.status().sizeBytes()).isLessThan(10L * MEBIBYTE);
        assertThat(store.log().getEntry(12_000)).isEqualTo(entry(12_000));
    }

    @Test
    void what_a_large_truncation_leaves_is_swept_by_the_writes_that_follow() {
        for (long index = 1; index <= 20_000; index += 1000) {
            List<LogEntry> batch = Entries.entries(index, index + 999);
            assertThat(store.log().appendEntries(batch)).isEqualTo(1000);
        }
        assertThat(store.log().truncatePrefix(19_001)).isTrue();
        assertThat(storedEntries()).isGreaterThan(1000);
        store.close();
        open();
        assertThat(store.log().getFirstLogIndex()).isEqualTo(19_001);
        assertThat(store.log().getEntry(19_000)).isNull();

        long last = 20_000;
        while (storedEntries() > last - 19_000) {
            assertThat(store.log().appendEntry(Entries.entry(last + 1, 1))).isTrue();
            last++;
            assertThat(last).isLessThan(20_500);
        }

        assertThat(store.log().getEntry(19_001)).isEqualTo(Entries.entry(19_001, 1));
    }

    private long storedEntries() {
        try {
            return store.environment()
                    .read(transaction -> store.environment().log().stat(transaction).entries);
        } catch (DamagedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void readers_racing_truncations_and_appends_see_what_was_written_or_nothing() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService readers = Executors.newFixedThreadPool(2);
        try {
            List<Future<Long>> reads = new ArrayList<>();
            for (int reader = 0; reader < 2; reader++) {
                Random random = new Random(reader);
                reads.add(readers.submit(() -> readWhatMayBeTruncated(done, random)));
            }
            for (int round = 0; round < 400; round++) {
                long last = store.log().getLastLogIndex();
                append(last + 1, last + 20);
                assertThat(store.log().truncateSuffix(last + 10)).isTrue();
                if (round % 20 == 19) {
                    assertThat(store.log().truncatePrefix(last - 50)).isTrue();
                }
                if (round % 100 == 99) {
                    assertThat(store.log().reset(last - 20)).isTrue();
                }
            }
            done.set(true);
            for (Future<Long> read : reads) {
                assertThat(read.get(30, TimeUnit.SECONDS)).isPositive();
            }
        } finally {
            done.set(true);
            readers.shutdownNow();
        }
        assertThat(store.failure()).isNull();
    }

    private long readWhatMayBeTruncated(AtomicBoolean done, Random random) {
        long found = 0;
        while (!done.get()) {
            long last = store.log().getLastLogIndex();
            long index = Math.max(1, last - 30 + random.nextInt(45));
            LogEntry read = store.log().getEntry(index);
            if (read != null) {
                assertThat(read.getData()).isEqualTo(entry(index).getData());
                found++;
            }
        }
        return found;
    }
}
