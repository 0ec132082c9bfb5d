package io.raftify.storage.lmdb;

import static io.raftify.storage.Entries.configuration;
import static io.raftify.storage.Entries.entries;
import static io.raftify.storage.Entries.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import com.alipay.sofa.jraft.error.LogEntryCorruptedException;
import io.raftify.node.NodeStartException;
import io.raftify.node.NodeStartException.Reason;
import io.raftify.storage.GiveUps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;
import org.lmdbjava.Txn;

/** What is damaged is found: all of it when the store is opened, and each entry when it is read. */
class DamagedLogTest {

    private static final int FLIPS = Integer.getInteger("raftify.test.file-flips", 150);

    @TempDir
    Path directory;

    private LmdbMemberStore store;

    @BeforeEach
    void write() {
        store = open();
        store.log().appendEntries(entries(1, 20));
        store.log().appendEntry(configuration(21, 1, "n1", "n2"));
        store.log().appendEntries(entries(22, 30));
        store.meta().setTermAndVotedFor(3, new PeerId("n2", 0));
        store.giveUps().put(GiveUps.NONE.promised(30, 3).decided(12));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private LmdbMemberStore open() {
        return LmdbMemberStore.open(directory, "orders", "n1", 1 << 20);
    }

    private NodeStartException failureToOpen() {
        store.close();
        return catchThrowableOfType(NodeStartException.class, this::open);
    }

    private void raw(Consumer<Txn<byte[]>> change) {
        store.environment().write(0, change);
    }

    private void change(long index, UnaryOperator<byte[]> change) {
        byte[] key = EntryFormat.key(index);
        raw(transaction -> {
            byte[] value = store.environment().log().get(transaction, key);
            store.environment().log().put(transaction, key, change.apply(value));
        });
    }

    private static UnaryOperator<byte[]> flip(int offset) {
        return value -> {
            byte[] changed = value.clone();
            changed[offset < 0 ? changed.length + offset : offset] ^= 0x10;
            return changed;
        };
    }

    /** Format, kind, the four bytes of the checksum, the codec's magic, the first and last byte of the body. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 20, -20, -1})
    void a_flipped_bit_anywhere_in_an_entry_is_found_on_open(int offset) {
        change(7, flip(offset));

        NodeStartException failure = failureToOpen();

        assertThat(failure.reason()).isEqualTo(Reason.CORRUPT);
        assertThat(failure).hasMessageContaining("entry 7").hasMessageContaining(directory.toString());
        assertThat(failure).hasMessageContaining("empty data directory");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 20, -20, -1})
    void a_flipped_bit_anywhere_in_an_entry_is_found_on_read(int offset) {
        boolean[] upWhenHeard = new boolean[1];
        store.onFailure(failure -> upWhenHeard[0] = store.failure() != null);
        change(7, flip(offset));

        assertThatThrownBy(() -> store.log().getEntry(7))
                .isInstanceOf(LogEntryCorruptedException.class)
                .hasMessageContaining("entry 7");

        assertThat(upWhenHeard[0]).isTrue();
        assertThat(store.failure().message()).contains("entry 7").contains(directory.toString());
        assertThat(store.log().getEntry(8)).isEqualTo(entry(8, 1));
        assertThat(store.log().appendEntry(entry(31, 1))).isFalse();
        assertThat(store.meta().setTerm(9)).isFalse();
    }

    @Test
    void every_single_flipped_bit_of_an_entry_is_found() {
        byte[] body = LogEntryV2CodecFactory.getInstance().encoder().encode(entry(7, 1));
        byte[] value = EntryFormat.value(7, false, body);
        for (int bit = 0; bit < value.length * 8; bit++) {
            byte[] changed = value.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> EntryFormat.verify(7, changed))
                    .as("bit %d", bit)
                    .isInstanceOf(DamagedException.class);
        }
    }

    @Test
    void a_shortened_entry_is_found() {
        change(7, value -> Arrays.copyOf(value, value.length - 1));
        assertThat(failureToOpen()).hasMessageContaining("entry 7");
    }

    @Test
    void a_lengthened_entry_is_found() {
        change(7, value -> Arrays.copyOf(value, value.length + 1));
        assertThat(failureToOpen()).hasMessageContaining("entry 7");
    }

    @Test
    void an_emptied_entry_is_found() {
        change(7, value -> new byte[0]);
        assertThat(failureToOpen()).hasMessageContaining("entry 7");
    }

    @Test
    void a_sound_entry_at_the_wrong_index_is_found() {
        byte[][] seventh = new byte[1][];
        change(7, value -> seventh[0] = value);
        change(8, value -> seventh[0]);

        assertThatThrownBy(() -> store.log().getEntry(8)).isInstanceOf(LogEntryCorruptedException.class);
        assertThat(failureToOpen()).hasMessageContaining("entry 8");
    }

    @Test
    void a_missing_entry_is_found_on_read_and_on_open() {
        raw(transaction -> store.environment().log().delete(transaction, EntryFormat.key(12)));

        assertThatThrownBy(() -> store.log().getEntry(12))
                .isInstanceOf(LogEntryCorruptedException.class)
                .hasMessageContaining("entry 12 is missing");
        assertThat(store.failure()).isNotNull();
        NodeStartException failure = failureToOpen();
        assertThat(failure.reason()).isEqualTo(Reason.CORRUPT);
        assertThat(failure).hasMessageContaining("entry 12 is missing");
    }

    @Test
    void a_missing_first_entry_is_found_on_open() {
        raw(transaction -> store.environment().log().delete(transaction, EntryFormat.key(1)));

        assertThat(failureToOpen()).hasMessageContaining("entry 1 is missing");
    }

    @Test
    void a_key_that_is_no_index_is_found_on_open() {
        raw(transaction -> store.environment().log().put(transaction, new byte[] {1, 2, 3}, new byte[] {4}));

        assertThat(failureToOpen()).hasMessageContaining("key of 3 bytes");
    }

    @ParameterizedTest
    @EnumSource(MetaRecord.class)
    void a_flipped_bit_in_any_record_beside_the_log_is_found_on_open(MetaRecord record) {
        byte[] key = record.label().getBytes(StandardCharsets.US_ASCII);
        byte[][] original = new byte[1][];
        raw(transaction -> original[0] = store.environment().meta().get(transaction, key));
        for (int offset = 0; offset < original[0].length; offset++) {
            byte[] changed = flip(offset).apply(original[0]);
            raw(transaction -> store.environment().meta().put(transaction, key, changed));

            NodeStartException failure = failureToOpen();

            assertThat(failure).as("offset %d", offset).hasMessageContaining("'" + record.label() + "'");
            assertThat(failure.reason()).isEqualTo(Reason.CORRUPT);
            LmdbEnvironment repair = new LmdbEnvironment(directory.resolve("log"), 1 << 20, CommitStep.SYNCED);
            repair.write(0, transaction -> repair.meta().put(transaction, key, original[0]));
            repair.close();
            store = open();
        }
        assertThat(store.log().getLastLogIndex()).isEqualTo(30);
    }

    /** The record of what was given up is not there before something is. */
    @ParameterizedTest
    @EnumSource(value = MetaRecord.class, mode = Mode.EXCLUDE, names = "GIVE_UPS")
    void a_missing_record_beside_the_log_is_found_on_open(MetaRecord record) {
        raw(transaction ->
                store.environment().meta().delete(transaction, record.label().getBytes(StandardCharsets.US_ASCII)));

        NodeStartException failure = failureToOpen();

        assertThat(failure.reason()).isEqualTo(Reason.CORRUPT);
        assertThat(failure).hasMessageContaining("'" + record.label() + "' is missing");
    }

    @Test
    void an_unknown_format_version_is_refused_naming_both() {
        raw(transaction -> MetaRecord.FORMAT.put(store.environment().meta(), transaction, out -> out.writeInt(7)));

        NodeStartException failure = failureToOpen();

        assertThat(failure.reason()).isEqualTo(Reason.UNKNOWN_FORMAT);
        assertThat(failure)
                .hasMessageContaining("format version 7")
                .hasMessageContaining("knows " + LmdbMemberStore.FORMAT_VERSION)
                .hasMessageContaining(directory.toString());
    }

    @Test
    void a_byte_flipped_in_the_file_is_found_on_open() throws IOException {
        store.log().appendEntry(entry(31, 1, "a needle in the file".getBytes(StandardCharsets.US_ASCII)));
        store.close();
        Path file = directory.resolve("log").resolve("data.mdb");
        byte[] bytes = Files.readAllBytes(file);
        int found = 0;
        byte[] needle = "needle".getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at + needle.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + needle.length, needle, 0, needle.length)) {
                bytes[at] ^= 1;
                found++;
            }
        }
        assertThat(found).isPositive();
        Files.write(file, bytes);

        NodeStartException failure = failureToOpen();

        assertThat(failure.reason()).isEqualTo(Reason.CORRUPT);
        assertThat(failure).hasMessageContaining("entry 31");
    }

    @Test
    void a_file_that_is_no_database_is_refused() throws IOException {
        store.close();
        Files.write(directory.resolve("log").resolve("data.mdb"), new byte[16384]);

        assertThat(failureToOpen().reason()).isEqualTo(Reason.CORRUPT);
    }

    /**
     * Where a page's header says how many nodes the page has, one bit makes the last ones vanish without a trace in what
     * is left. All bits of all headers are tried, and of the records of the trees in the meta pages.
     */
    @Test
    void after_any_bit_flipped_in_a_header_of_the_file_the_store_is_refused_or_whole() throws IOException {
        byte[] sound = writtenFile();
        int refused = 0;
        for (int page = 0; page < sound.length; page += 4096) {
            int header = page < 2 * 4096 ? 152 : 16;
            for (int bit = 0; bit < header * 8; bit++) {
                byte[] damaged = sound.clone();
                damaged[page + bit / 8] ^= (byte) (1 << bit % 8);
                refused += refusedOrWhole(damaged, "bit " + bit + " of page " + page / 4096) ? 1 : 0;
            }
        }
        assertThat(refused).isPositive();
    }

    /** Whatever the bit is part of: LMDB's own pages too, on which LMDB itself would crash. */
    @Test
    void after_a_bit_flipped_anywhere_in_the_file_the_store_is_refused_or_whole() throws IOException {
        long seed = Long.getLong("raftify.test.seed", new Random().nextLong());
        System.out.println("a_bit_flipped_anywhere: seed " + seed);
        Random random = new Random(seed);
        byte[] sound = writtenFile();
        int refused = 0;
        for (int flip = 0; flip < FLIPS; flip++) {
            byte[] damaged = sound.clone();
            int page = random.nextInt(sound.length / 4096) * 4096;
            int at = page + random.nextInt(flip % 2 == 0 ? 48 : 4096);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            refused += refusedOrWhole(damaged, "seed " + seed + ", byte " + at) ? 1 : 0;
        }
        assertThat(refused).isPositive();
    }

    @Test
    void a_file_that_was_cut_off_anywhere_is_refused_or_whole() throws IOException {
        byte[] sound = writtenFile();
        int refused = 0;
        for (int pages = 1; pages < sound.length / 4096; pages++) {
            byte[] half = Arrays.copyOf(sound, pages * 4096 - 2048);
            refused += refusedOrWhole(half, "at page " + pages) ? 1 : 0;
            byte[] whole = Arrays.copyOf(sound, pages * 4096);
            refused += refusedOrWhole(whole, "after page " + pages) ? 1 : 0;
        }
        assertThat(refused).isPositive();
    }

    private byte[] writtenFile() throws IOException {
        store.log().appendEntry(entry(31, 1, new byte[20_000]));
        store.log().appendEntries(entries(32, 400));
        store.log().truncatePrefix(15);
        store.log().appendEntries(entries(401, 450));
        store.close();
        return Files.readAllBytes(directory.resolve("log").resolve("data.mdb"));
    }

    private boolean refusedOrWhole(byte[] file, String what) throws IOException {
        Files.write(directory.resolve("log").resolve("data.mdb"), file);
        try {
            store = open();
        } catch (NodeStartException e) {
            assertThat(e.reason()).as(what).isIn(Reason.CORRUPT, Reason.UNKNOWN_FORMAT);
            return true;
        }
        assertThat(store.log().getFirstLogIndex()).as(what).isEqualTo(15);
        assertThat(store.log().getLastLogIndex()).as(what).isEqualTo(450);
        assertThat(store.meta().getTerm()).as(what).isEqualTo(3);
        for (long index = 15; index <= 450; index++) {
            assertThat(store.log().getEntry(index)).as(what).isNotNull();
        }
        store.close();
        return false;
    }

    @Test
    void what_is_not_damaged_opens() {
        store.close();
        store = open();

        assertThat(store.log().getEntry(30)).isEqualTo(entry(30, 1));
        assertThat(store.meta().getTerm()).isEqualTo(3);
        assertThat(store.failure()).isNull();
    }
}
