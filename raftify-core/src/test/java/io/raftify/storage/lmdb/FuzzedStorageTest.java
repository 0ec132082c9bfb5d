package io.raftify.storage.lmdb;

import static io.raftify.storage.Entries.configuration;
import static io.raftify.storage.Entries.entries;
import static io.raftify.storage.Entries.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.codec.LogEntryDecoder;
import com.alipay.sofa.jraft.entity.codec.LogEntryEncoder;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import io.raftify.fuzz.Fuzz;
import io.raftify.storage.LoggedConfiguration;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lmdbjava.Txn;

/** What lies on the disk is read as it was written, or called damaged; never anything else. */
class FuzzedStorageTest {

    @TempDir
    Path directory;

    private final LogEntryEncoder encoder = LogEntryV2CodecFactory.getInstance().encoder();
    private final LogEntryDecoder decoder = LogEntryV2CodecFactory.getInstance().decoder();

    private interface Work {
        void in(LmdbEnvironment environment, Txn<byte[]> transaction) throws Exception;
    }

    /** All in one transaction that is never committed: a sync for every input would take hours. */
    private void inATransaction(Work work) throws Exception {
        Exception[] failure = new Exception[1];
        try (LmdbEnvironment environment =
                new LmdbEnvironment(directory, 1L << 30, transaction -> transaction.abort())) {
            environment.write(0, transaction -> {
                try {
                    work.in(environment, transaction);
                } catch (Exception e) {
                    failure[0] = e;
                }
            });
        }
        if (failure[0] != null) {
            throw failure[0];
        }
    }

    private List<byte[]> values() {
        LogEntry change = configuration(7, 2, "n1", "n2", "n3");
        return List.of(
                EntryFormat.value(7, false, encoder.encode(entry(7, 2))),
                EntryFormat.value(7, true, encoder.encode(change)),
                EntryFormat.value(7, false, encoder.encode(entry(7, 2, new byte[3_000]))));
    }

    private static byte[] sealEntry(byte[] value) {
        if (value.length < EntryFormat.HEADER_BYTES) {
            return value;
        }
        byte[] sealed = value.clone();
        CRC32C crc = new CRC32C();
        crc.update(EntryFormat.key(7));
        crc.update(sealed, 0, 2);
        crc.update(sealed, EntryFormat.HEADER_BYTES, sealed.length - EntryFormat.HEADER_BYTES);
        ByteBuffer.wrap(sealed).putInt(2, (int) crc.getValue());
        return sealed;
    }

    @Test
    void a_value_that_does_not_fit_its_checksum_is_damage() {
        List<byte[]> values = values();
        Fuzz.target("entry values", values).refusingBy(DamagedException.class).run(bytes -> {
            EntryFormat.verify(7, bytes);
            assertThat(values).anyMatch(valid -> Arrays.equals(valid, bytes));
        });
    }

    @Test
    void an_entry_that_fits_its_checksum_is_an_entry_or_damage() throws Exception {
        inATransaction((environment, transaction) -> Fuzz.target("sealed entries", values())
                .finishedBy(FuzzedStorageTest::sealEntry)
                // the engine's codec logs what it cannot read with its stack
                .allocating(64, 2 << 20)
                .refusingBy(DamagedException.class)
                .run(bytes -> {
                    environment.log().put(transaction, EntryFormat.key(7), bytes);
                    Optional<LogEntry> read = StoredLog.entry(environment.log(), transaction, 7, decoder);
                    assertThat(read).isPresent();
                    assertThat(read.get().getId().getIndex()).isEqualTo(7);
                    assertThat(read.get().getType()).isNotNull();
                    if (LoggedConfiguration.isCarriedBy(read.get())) {
                        LoggedConfiguration.of(read.get());
                    }
                }));
    }

    @Test
    void a_log_with_any_key_and_value_in_it_is_read_or_called_damaged() throws Exception {
        inATransaction((environment, transaction) -> {
            for (LogEntry entry : entries(1, 6)) {
                long index = entry.getId().getIndex();
                environment
                        .log()
                        .put(
                                transaction,
                                EntryFormat.key(index),
                                EntryFormat.value(index, false, encoder.encode(entry)));
            }
            byte[] valid = ByteBuffer.allocate(8 + values().get(1).length)
                    .putLong(7)
                    .put(values().get(1))
                    .array();
            Fuzz.target("logs", valid)
                    .oneOf(2)
                    .refusingBy(DamagedException.class)
                    .run(bytes -> {
                        int length = Math.min(8, bytes.length);
                        byte[] key = Arrays.copyOf(bytes, Math.max(1, length));
                        // cut, since the transaction's pages must have room in its map
                        byte[] value = Arrays.copyOfRange(bytes, length, Math.min(bytes.length, length + 4_096));
                        if (ByteBuffer.wrap(Arrays.copyOf(key, 8)).getLong() <= 6 && key.length == 8) {
                            key[7] = 7;
                        }
                        environment.log().put(transaction, key, value);
                        try {
                            StoredLog log = StoredLog.read(environment, transaction, 1);
                            assertThat(log.bounds().last()).isEqualTo(7);
                        } finally {
                            environment.log().delete(transaction, key);
                        }
                    });
        });
    }

    @Test
    void a_record_beside_the_log_is_read_or_called_damaged() throws Exception {
        inATransaction((environment, transaction) -> {
            record(environment, transaction, MetaRecord.FORMAT, out -> out.writeInt(1), DataInputStream::readInt);
            record(
                    environment,
                    transaction,
                    MetaRecord.FIRST_INDEX,
                    out -> out.writeLong(9),
                    DataInputStream::readLong);
            StoreIdentity identity = StoreIdentity.drawn("orders", "n1");
            record(environment, transaction, MetaRecord.IDENTITY, identity::to, StoreIdentity::from);
            Vote vote = Vote.of(12, new PeerId("n2", 1));
            record(environment, transaction, MetaRecord.VOTE, vote::to, Vote::from);
        });
    }

    private static <T> void record(
            LmdbEnvironment environment,
            Txn<byte[]> transaction,
            MetaRecord record,
            MetaRecord.Fields fields,
            MetaRecord.Reader<T> reader) {
        byte[] key = record.label().getBytes(StandardCharsets.US_ASCII);
        record.put(environment.meta(), transaction, fields);
        byte[] valid = environment.meta().get(transaction, key);
        for (boolean sealed : new boolean[] {false, true}) {
            Fuzz.target((sealed ? "sealed record " : "record ") + record.label(), valid)
                    .oneOf(8)
                    // a string of 64 KiB is made room for twice over, before it is seen that it is not there
                    .allocating(64, 1 << 20)
                    .finishedBy(value -> sealed ? sealRecord(key, value) : value)
                    .refusingBy(DamagedException.class)
                    .run(bytes -> {
                        environment.meta().put(transaction, key, bytes);
                        T read = record.require(environment.meta(), transaction, reader);
                        if (read instanceof Vote vote) {
                            vote.peer();
                        }
                    });
        }
    }

    private static byte[] sealRecord(byte[] key, byte[] value) {
        if (value.length < 4) {
            return value;
        }
        byte[] sealed = value.clone();
        CRC32C crc = new CRC32C();
        crc.update(key);
        crc.update(sealed, 4, sealed.length - 4);
        ByteBuffer.wrap(sealed).putInt((int) crc.getValue());
        return sealed;
    }

    @Test
    void a_mark_beside_the_log_is_that_of_the_log_or_called_damaged() throws Exception {
        StoreIdentity identity = StoreIdentity.drawn("orders", "n1");
        new MemberMark(directory).match(identity);
        Path file = directory.resolve(MemberMark.FILE);
        byte[] valid = Files.readAllBytes(file);
        UUID incarnation = identity.incarnation();

        Fuzz.target("member marks", valid)
                .oneOf(10)
                .refusingBy(DamagedException.class)
                .run(bytes -> {
                    Files.write(file, bytes);
                    new MemberMark(directory).match(identity);
                    assertThat(Files.readString(file)).contains(incarnation.toString());
                });
    }

    @Test
    void lmdbs_file_is_sound_or_called_damaged() throws Exception {
        Path sound = directory.resolve("sound");
        try (LmdbMemberStore store = LmdbMemberStore.open(sound, "orders", "n1", 1 << 20)) {
            store.log().appendEntries(entries(1, 200));
            store.log().appendEntry(entry(201, 1, new byte[9_000]));
            store.log().truncatePrefix(100);
            store.meta().setTermAndVotedFor(3, new PeerId("n2", 1));
        }
        byte[] valid = Files.readAllBytes(sound.resolve("log").resolve("data.mdb"));
        Path file = directory.resolve("data.mdb");

        Fuzz.target("data files", valid)
                .oneOf(20)
                .refusingBy(DamagedException.class)
                .run(bytes -> {
                    Files.write(file, bytes);
                    DataFileCheck.check(file);
                });
    }

    /** The engine's older codec makes room for as many peers as an entry says it has. */
    @Test
    void an_entry_of_a_codec_that_was_never_used_is_damage_and_takes_no_memory() throws Exception {
        byte[] body = new byte[64];
        body[0] = (byte) 0xB8;
        ByteBuffer.wrap(body).putInt(21, Integer.MAX_VALUE);
        inATransaction((environment, transaction) -> {
            environment.log().put(transaction, EntryFormat.key(7), EntryFormat.value(7, true, body));
            assertThatThrownBy(() -> StoredLog.entry(environment.log(), transaction, 7, decoder))
                    .isInstanceOf(DamagedException.class)
                    .hasMessageContaining("entry 7");
        });
    }

    @Test
    void a_configuration_without_members_is_damage() throws Exception {
        byte[] body = encoder.encode(configuration(7, 1));
        inATransaction((environment, transaction) -> {
            environment.log().put(transaction, EntryFormat.key(7), EntryFormat.value(7, true, body));
            assertThatThrownBy(() -> StoredLog.entry(environment.log(), transaction, 7, decoder))
                    .isInstanceOf(DamagedException.class)
                    .hasMessageContaining("entry 7 carries a configuration without members");
        });
    }

    @Test
    void the_damage_of_a_mark_is_not_blamed_on_the_disks_permissions() throws IOException, DamagedException {
        StoreIdentity identity = StoreIdentity.drawn("orders", "n1");
        MemberMark mark = new MemberMark(directory);
        for (String content : List.of("incarnation=\\uZZZZ", "incarnation=\u00ff")) {
            Files.write(directory.resolve(MemberMark.FILE), content.getBytes(StandardCharsets.ISO_8859_1));
            assertThatThrownBy(() -> mark.match(identity))
                    .isInstanceOf(DamagedException.class)
                    .hasMessageContaining(MemberMark.FILE);
        }
    }
}
