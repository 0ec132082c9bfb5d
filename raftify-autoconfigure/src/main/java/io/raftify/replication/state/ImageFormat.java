package io.raftify.replication.state;

import io.raftify.replication.encoding.Sha256;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * The persistent format of a state image. Numbers are big-endian; a text is its length in bytes, as an int, and its UTF-8.
 *
 * <pre>
 * image    = magic version count entry*count content*count digest
 * magic    = "RFTS"
 * version  = int                            of this format
 * count    = int                            of sections
 * entry    = 'F' bean field type formerly   a field of a bean; its type as {@code StateSchema} writes it
 *          | 'S' bean                       what a bean wrote itself
 *          | 'L' name                       what a {@link LibraryState} wrote
 * formerly = count name*                    what the field was called before, for builds that still call it so
 * content  = block* 0 length                in the order of the entries
 * block    = int &gt; 0, as many bytes
 * length   = long                           of all blocks of the content together
 * digest   = SHA-256 of everything before it
 * </pre>
 *
 * <p>What is in the image is known before the first content, and a content is written without knowing how long it gets:
 * so that either side can pass on what it has, and no image needs to fit into memory.
 */
final class ImageFormat {

    static final int VERSION = 3;

    private static final int MAGIC = 0x52465453;
    private static final int DIGEST_BYTES = 32;
    private static final int BLOCK_BYTES = 1 << 16;
    private static final int LONGEST_TEXT = 1 << 20;
    private static final int MOST_SECTIONS = 1 << 20;
    private static final int MOST_NAMES = 1 << 10;

    private ImageFormat() {}

    enum SectionType {
        FIELD('F'),
        STREAM('S'),
        LIBRARY('L');

        private final char letter;

        SectionType(char letter) {
            this.letter = letter;
        }

        private static SectionType of(int letter) throws IOException {
            for (SectionType each : values()) {
                if (each.letter == letter) {
                    return each;
                }
            }
            throw new IOException("The state has a section of the unknown type " + letter);
        }
    }

    /**
     * What one section is.
     *
     * @param owner the bean, or the part of the library
     * @param field the field; empty if the section is none
     * @param schema the field's type in words; empty if the section is no field
     * @param formerly the field's former names
     */
    record Entry(SectionType type, String owner, String field, String schema, List<String> formerly) {

        static Entry field(String bean, String field, String schema, List<String> formerly) {
            return new Entry(SectionType.FIELD, bean, field, schema, formerly);
        }

        static Entry stream(String bean) {
            return new Entry(SectionType.STREAM, bean, "", "", List.of());
        }

        static Entry library(String name) {
            return new Entry(SectionType.LIBRARY, name, "", "", List.of());
        }
    }

    @FunctionalInterface
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    record Section(Entry entry, Content content) {}

    static void write(List<Section> sections, OutputStream target) throws IOException {
        Digested out = new Digested(target);
        DataOutputStream data = new DataOutputStream(out);
        data.writeInt(MAGIC);
        data.writeInt(VERSION);
        data.writeInt(sections.size());
        for (Section section : sections) {
            Entry entry = section.entry();
            data.writeByte(entry.type().letter);
            writeText(entry.owner(), data);
            if (entry.type() == SectionType.FIELD) {
                writeText(entry.field(), data);
                writeText(entry.schema(), data);
                data.writeInt(entry.formerly().size());
                for (String name : entry.formerly()) {
                    writeText(name, data);
                }
            }
        }
        for (Section section : sections) {
            Blocks blocks = new Blocks(data);
            section.content().writeTo(blocks);
            blocks.end();
        }
        target.write(out.digest.digest());
    }

    private static void writeText(String text, DataOutputStream data) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        data.writeInt(bytes.length);
        data.write(bytes);
    }

    /**
     * Reads all of it and holds it against its digest.
     *
     * @throws IOException if it is damaged
     */
    static void checkDigest(InputStream in) throws IOException {
        MessageDigest digest = Sha256.begin();
        byte[] buffer = new byte[BLOCK_BYTES];
        long length = 0;
        int held = 0;
        int count = in.read(buffer, held, buffer.length - held);
        while (count >= 0) {
            held += count;
            int certain = Math.max(0, held - DIGEST_BYTES);
            digest.update(buffer, 0, certain);
            System.arraycopy(buffer, certain, buffer, 0, held - certain);
            held -= certain;
            length += certain;
            count = in.read(buffer, held, buffer.length - held);
        }
        if (held < DIGEST_BYTES) {
            throw new EOFException("The state is cut short: " + held + " bytes are no snapshot");
        }
        byte[] expected = java.util.Arrays.copyOf(buffer, DIGEST_BYTES);
        if (!MessageDigest.isEqual(digest.digest(), expected)) {
            throw new IOException("The state is damaged: its digest does not match its " + length + " bytes");
        }
    }

    /** Reads the list of what is in the image; the contents follow in the stream. */
    static List<Entry> readEntries(DataInputStream in) throws IOException {
        expect(MAGIC, in.readInt(), "This is not the state of replicated beans");
        expect(VERSION, in.readInt(), "The state is written in a format this version of the library does not know");
        int count = bounded(in.readInt(), MOST_SECTIONS);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SectionType type = SectionType.of(in.readUnsignedByte());
            String owner = readText(in);
            entries.add(
                    type == SectionType.FIELD
                            ? Entry.field(owner, readText(in), readText(in), readNames(in))
                            : new Entry(type, owner, "", "", List.of()));
        }
        return entries;
    }

    private static List<String> readNames(DataInputStream in) throws IOException {
        List<String> names = new ArrayList<>();
        for (int left = bounded(in.readInt(), MOST_NAMES); left > 0; left--) {
            names.add(readText(in));
        }
        return names;
    }

    private static void expect(int value, int found, String otherwise) throws IOException {
        if (found != value) {
            throw new IOException(otherwise + ": found " + found + ", expected " + value);
        }
    }

    private static int bounded(int value, int most) throws IOException {
        if (value < 0 || value > most) {
            throw new IOException("The state is malformed: " + value + " where at most " + most + " can be");
        }
        return value;
    }

    private static String readText(DataInputStream in) throws IOException {
        byte[] bytes = new byte[bounded(in.readInt(), LONGEST_TEXT)];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Ends the image: there must be nothing after the contents but the digest. */
    static void readEnd(DataInputStream in) throws IOException {
        in.skipNBytes(DIGEST_BYTES);
        if (in.read() >= 0) {
            throw new IOException("The state is malformed: it has more than the sections it lists");
        }
    }

    private static final class Digested extends OutputStream {

        final MessageDigest digest = Sha256.begin();
        private final OutputStream out;

        Digested(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            digest.update((byte) b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            digest.update(bytes, offset, length);
        }
    }

    /** One content on its way out. */
    private static final class Blocks extends OutputStream {

        private final DataOutputStream data;
        private final byte[] block = new byte[BLOCK_BYTES];
        private int filled;
        private long length;

        Blocks(DataOutputStream data) {
            this.data = data;
        }

        @Override
        public void write(int b) throws IOException {
            if (filled == block.length) {
                writeBlock();
            }
            block[filled++] = (byte) b;
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            int from = offset;
            int left = count;
            while (left > 0) {
                if (filled == block.length) {
                    writeBlock();
                }
                int fits = Math.min(left, block.length - filled);
                System.arraycopy(bytes, from, block, filled, fits);
                filled += fits;
                from += fits;
                left -= fits;
            }
        }

        private void writeBlock() throws IOException {
            data.writeInt(filled);
            data.write(block, 0, filled);
            length += filled;
            filled = 0;
        }

        void end() throws IOException {
            if (filled > 0) {
                writeBlock();
            }
            data.writeInt(0);
            data.writeLong(length);
        }
    }

    /** One content on its way in. Ends where the content ends; what is left unread is passed over by {@link #finish}. */
    static final class ContentStream extends InputStream {

        private final DataInputStream data;
        private int left;
        private long length;
        private boolean ended;

        ContentStream(DataInputStream data) {
            this.data = data;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            if (count == 0) {
                return 0;
            }
            if (!nextBlock()) {
                return -1;
            }
            int read = data.read(target, offset, Math.min(count, left));
            if (read < 0) {
                throw new EOFException("The state is cut short within a section");
            }
            left -= read;
            length += read;
            return read;
        }

        private boolean nextBlock() throws IOException {
            if (left == 0 && !ended) {
                left = bounded(data.readInt(), Integer.MAX_VALUE);
                ended = left == 0;
            }
            return !ended;
        }

        /** Passes over the rest, and sees to it that nothing was missing. */
        void finish() throws IOException {
            byte[] passed = new byte[1 << 13];
            while (read(passed, 0, passed.length) >= 0) {
                // what its reader had no use for
            }
            long written = data.readLong();
            if (written != length) {
                throw new IOException(
                        "The state is malformed: a section of " + length + " bytes should have " + written);
            }
        }

        @Override
        public void close() {
            // The next content follows in the same stream.
        }
    }
}
