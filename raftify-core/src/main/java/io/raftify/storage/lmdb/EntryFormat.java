package io.raftify.storage.lmdb;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * How an entry lies in the log:
 *
 * <pre>
 * key    8 bytes   index, big endian, so that LMDB's order is the log's
 * value  1 byte    format of this value, {@value #FORMAT}
 *        1 byte    kind: {@value #ORDINARY}, or {@value #CONFIGURATION} if it carries the cluster's configuration
 *        4 bytes   CRC32C of index, format, kind and body, big endian
 *        n bytes   body: the entry as the engine's codec writes it
 * </pre>
 *
 * The index is part of the checksum though it is not part of the value: so a sound value under the wrong key is found
 * too. LMDB itself has no checksums.
 */
final class EntryFormat {

    static final byte FORMAT = 1;
    static final byte ORDINARY = 0;
    static final byte CONFIGURATION = 1;

    static final int HEADER_BYTES = 6;
    private static final int CHECKSUM_AT = 2;

    private EntryFormat() {}

    static byte[] key(long index) {
        return ByteBuffer.allocate(Long.BYTES).putLong(index).array();
    }

    /** The index a key stands for. */
    static long index(byte[] key) throws DamagedException {
        if (key.length != Long.BYTES) {
            throw new DamagedException("a key of " + key.length + " bytes, where an index has " + Long.BYTES);
        }
        return ByteBuffer.wrap(key).getLong();
    }

    static byte[] value(long index, boolean configuration, byte[] body) {
        byte[] value = new byte[HEADER_BYTES + body.length];
        value[0] = FORMAT;
        value[1] = configuration ? CONFIGURATION : ORDINARY;
        System.arraycopy(body, 0, value, HEADER_BYTES, body.length);
        ByteBuffer.wrap(value).putInt(CHECKSUM_AT, checksum(index, value));
        return value;
    }

    /** Returns if this is what was once written for this index, byte for byte; throws otherwise. */
    static void verify(long index, byte[] value) throws DamagedException {
        if (value.length < HEADER_BYTES) {
            throw new DamagedException("entry " + index + " has only " + value.length + " bytes");
        }
        int expected = ByteBuffer.wrap(value).getInt(CHECKSUM_AT);
        int found = checksum(index, value);
        if (expected != found) {
            throw new DamagedException(String.format(
                    "entry %d does not match its checksum (stored %08x, computed %08x over %d bytes)",
                    index, expected, found, value.length));
        }
        // Sound, but not ours: the format version of the whole store is checked first, so this should not be met.
        if (value[0] != FORMAT) {
            throw new DamagedException("entry " + index + " has the unknown entry format " + value[0]);
        }
    }

    /** Whether a verified value carries a configuration. */
    static boolean isConfiguration(byte[] value) {
        return value[1] == CONFIGURATION;
    }

    /** The body of a verified value. */
    static byte[] body(byte[] value) {
        return Arrays.copyOfRange(value, HEADER_BYTES, value.length);
    }

    private static int checksum(long index, byte[] value) {
        CRC32C crc = new CRC32C();
        crc.update(key(index));
        crc.update(value, 0, CHECKSUM_AT);
        crc.update(value, HEADER_BYTES, value.length - HEADER_BYTES);
        return (int) crc.getValue();
    }
}
