package io.raftify.storage.lmdb;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Dbi;
import org.lmdbjava.Txn;

/**
 * One of the few values beside the log, by its name. Its bytes are preceded by a CRC32C of name and bytes: a term or a
 * vote that changed by itself could elect two leaders.
 */
enum MetaRecord {
    /** The version of everything else here. Its own layout never changes, so that any version can read it. */
    FORMAT("format"),
    /** Whose log this is. */
    IDENTITY("identity"),
    /** The index of the first entry that counts. */
    FIRST_INDEX("first-index"),
    /** Term and vote. */
    VOTE("vote"),
    /** The incarnations of the peers that this member has met. */
    PEERS("peers"),
    /** How far this member is on its way back after the loss of a disk. */
    REENTRY("reentry"),
    /** Which entries were given up, or may be. Absent until there is something to say, so that former builds can read the rest. */
    GIVE_UPS("give-ups");

    /** Writes one record's fields. */
    interface Fields {
        void to(DataOutputStream out) throws IOException;
    }

    /** Reads them back. */
    interface Reader<T> {
        T from(DataInputStream in) throws IOException;
    }

    private final String label;
    private final byte[] key;

    MetaRecord(String label) {
        this.label = label;
        this.key = label.getBytes(StandardCharsets.US_ASCII);
    }

    String label() {
        return label;
    }

    void put(Dbi<byte[]> meta, Txn<byte[]> transaction, Fields fields) {
        meta.put(transaction, key.clone(), encode(fields));
    }

    /** The record; null if there is none. */
    <T> @Nullable T get(Dbi<byte[]> meta, Txn<byte[]> transaction, Reader<T> reader) throws DamagedException {
        byte[] value = meta.get(transaction, key.clone());
        return value == null ? null : decode(value, reader);
    }

    /** The record, which must be there. */
    <T> T require(Dbi<byte[]> meta, Txn<byte[]> transaction, Reader<T> reader) throws DamagedException {
        T found = get(meta, transaction, reader);
        if (found == null) {
            throw new DamagedException("the record '" + label + "' is missing");
        }
        return found;
    }

    private byte[] encode(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(0);
            fields.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException("The record '" + label + "' cannot be encoded", e);
        }
        byte[] value = bytes.toByteArray();
        ByteBuffer.wrap(value).putInt(0, checksum(value));
        return value;
    }

    private <T> T decode(byte[] value, Reader<T> reader) throws DamagedException {
        if (value.length < Integer.BYTES || ByteBuffer.wrap(value).getInt() != checksum(value)) {
            throw new DamagedException("the record '" + label + "' does not match its checksum");
        }
        ByteArrayInputStream fields = new ByteArrayInputStream(value, Integer.BYTES, value.length - Integer.BYTES);
        try (DataInputStream in = new DataInputStream(fields)) {
            return reader.from(in);
        } catch (IOException | IllegalArgumentException e) {
            throw new DamagedException("the record '" + label + "' cannot be read: " + e.getMessage(), e);
        }
    }

    private int checksum(byte[] value) {
        CRC32C crc = new CRC32C();
        crc.update(key);
        crc.update(value, Integer.BYTES, value.length - Integer.BYTES);
        return (int) crc.getValue();
    }
}
