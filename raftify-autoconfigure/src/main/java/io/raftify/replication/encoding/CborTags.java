package io.raftify.replication.encoding;

/**
 * Refuses long runs of CBOR tags (RFC 8949, section 3.4) before Jackson sees them: it copies all tags before a value for
 * each one more, so that a megabyte of them takes it half a minute and hundreds of gigabytes of garbage.
 */
final class CborTags {

    /** A number has one or two; nothing else that is written here has any. */
    private static final int MOST_IN_A_ROW = 16;

    private static final int BYTE_STRING = 2;
    private static final int TEXT_STRING = 3;
    private static final int TAG = 6;

    private CborTags() {}

    /** @throws IllegalArgumentException if there are too many; what is malformed in another way is left to the parser */
    static void check(byte[] cbor) {
        int inARow = 0;
        int at = 0;
        while (at < cbor.length) {
            int major = Byte.toUnsignedInt(cbor[at]) >> 5;
            int info = cbor[at] & 31;
            at++;
            long argument = info;
            if (info >= 24 && info <= 27) {
                int width = 1 << (info - 24);
                if (width > cbor.length - at) {
                    return;
                }
                argument = 0;
                for (int end = at + width; at < end; at++) {
                    argument = argument << 8 | Byte.toUnsignedInt(cbor[at]);
                }
            }
            inARow = major == TAG ? inARow + 1 : 0;
            if (inARow > MOST_IN_A_ROW) {
                throw new IllegalArgumentException("more than " + MOST_IN_A_ROW + " CBOR tags before one value");
            }
            if ((major == BYTE_STRING || major == TEXT_STRING) && info != 31) {
                if (argument < 0 || argument > cbor.length - at) {
                    return;
                }
                at += (int) argument;
            }
        }
    }
}
