package io.raftify.replication;

import io.raftify.node.StateSnapshot;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of all replicated beans as bytes. A header with the format's version; for each bean its name and its fields,
 * each with name and length; a SHA-256 digest over everything before it.
 *
 * <p>A field that is not in the image gets the value it had when the application started, and so does a whole bean: it
 * came with a newer version. A field that is only in the image is passed over with a line in the log: it went with an
 * older version. A bean that is only in the image is refused, since its commands will follow.
 */
final class StateImage {

    private static final Logger log = LoggerFactory.getLogger(StateImage.class);

    /** "RFTS" */
    private static final int MAGIC = 0x52465453;

    private static final int VERSION = 1;
    private static final int DIGEST_LENGTH = 32;

    private final ReplicatedBeans beans;
    private final FieldFormat format;

    StateImage(ReplicatedBeans beans, List<LibraryState> own) {
        this.beans = beans;
        this.format = new FieldFormat(beans.stateFormat());
    }

    /** Fixes the state now; what is returned writes it at any later time. */
    StateSnapshot capture() {
        Chunks image = new Chunks();
        try {
            DataOutputStream data = new DataOutputStream(image);
            Collection<ReplicatedBean> all = stateful();
            data.writeInt(MAGIC);
            data.writeInt(VERSION);
            data.writeInt(all.size());
            for (ReplicatedBean bean : all) {
                data.writeUTF(bean.name());
                data.writeInt(bean.state().size());
                for (StateField field : bean.state()) {
                    Chunks written = format.write(field);
                    data.writeUTF(field.name());
                    data.writeLong(written.size());
                    image.append(written);
                }
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException("memory does not fail to be written", impossible);
        }
        return out -> write(image, out);
    }

    private Collection<ReplicatedBean> stateful() {
        return beans.beans().stream().filter(bean -> !bean.state().isEmpty()).toList();
    }

    private static void write(Chunks image, OutputStream out) throws IOException {
        DigestOutputStream digested = new DigestOutputStream(out, sha256());
        image.writeTo(digested);
        out.write(digested.getMessageDigest().digest());
    }

    /**
     * Puts the state of all beans back, or changes nothing: everything is read twice, first without touching a bean.
     *
     * @throws IOException if the image is damaged, of an unknown version, or does not fit the beans
     */
    void restore(InputStream in) throws IOException {
        Chunks image = receive(in);
        Map<StateField, Section> plan = plan(image);
        for (Map.Entry<StateField, Section> each : plan.entrySet()) {
            format.verify(each.getKey(), each.getValue().open());
        }
        beans.gate().alone(() -> replace(plan));
    }

    private @Nullable Object replace(Map<StateField, Section> plan) throws IOException {
        try {
            for (Map.Entry<StateField, Section> each : plan.entrySet()) {
                format.restore(each.getKey(), each.getValue().open());
            }
        } catch (IOException | RuntimeException | Error halfway) {
            beans.gate().condemn("it was only partly restored: " + halfway.getMessage());
            throw halfway;
        }
        return null;
    }

    private static Chunks receive(InputStream in) throws IOException {
        Chunks image = new Chunks();
        in.transferTo(image);
        long length = image.size() - DIGEST_LENGTH;
        if (length < 0) {
            throw new EOFException("The state is cut short: " + image.size() + " bytes are no snapshot");
        }
        MessageDigest digest = sha256();
        try (InputStream content = image.open(0, length)) {
            content.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        }
        byte[] expected = image.open(length, DIGEST_LENGTH).readAllBytes();
        if (!MessageDigest.isEqual(digest.digest(), expected)) {
            throw new IOException("The state is damaged: its digest does not match its " + length + " bytes");
        }
        return image;
    }

    /** Finds out for every field of every bean where its value comes from. */
    private Map<StateField, Section> plan(Chunks image) throws IOException {
        Map<String, Map<String, Section>> written = index(image);
        Map<StateField, Section> plan = new LinkedHashMap<>();
        Set<String> missing = new LinkedHashSet<>(written.keySet());
        for (ReplicatedBean bean : stateful()) {
            missing.remove(bean.name());
            Map<String, Section> fields = new HashMap<>(written.getOrDefault(bean.name(), Map.of()));
            for (StateField field : bean.state()) {
                Section section = fields.remove(field.name());
                plan.put(field, section != null ? section : initial(bean, field));
            }
            if (!fields.isEmpty()) {
                log.warn(
                        "The snapshot holds state of bean '{}' for which it has no field any more: {}; left out",
                        bean.name(),
                        fields.keySet());
            }
        }
        if (!missing.isEmpty()) {
            throw new IOException("The snapshot holds state of the beans " + missing
                    + ", which this application does not have; deploy here a version that has them. Known are "
                    + stateful().stream().map(ReplicatedBean::name).collect(Collectors.toList()) + ".");
        }
        return plan;
    }

    private static Section initial(ReplicatedBean bean, StateField field) {
        log.info(
                "The snapshot holds no '{}' of bean '{}'; it gets the value it had when the application started",
                field.name(),
                bean.name());
        Chunks initial = field.initial();
        return new Section(initial, 0, initial.size());
    }

    private static Map<String, Map<String, Section>> index(Chunks image) throws IOException {
        Map<String, Map<String, Section>> index = new LinkedHashMap<>();
        long end = image.size() - DIGEST_LENGTH;
        Position position = new Position(image, end);
        position.expect(MAGIC, "This is not the state of replicated beans");
        position.expect(VERSION, "The state is written in a format this version does not know");
        int beanCount = position.readInt();
        for (int i = 0; i < beanCount; i++) {
            Map<String, Section> fields = new LinkedHashMap<>();
            index.put(position.readName(), fields);
            int fieldCount = position.readInt();
            for (int j = 0; j < fieldCount; j++) {
                String name = position.readName();
                fields.put(name, position.readSection());
            }
        }
        return index;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** Where a field's bytes are. */
    private record Section(Chunks bytes, long offset, long length) {

        InputStream open() throws IOException {
            return bytes.open(offset, length);
        }
    }

    /** Reads the header's parts and skips the sections between them. */
    private static final class Position {

        private final Chunks image;
        private final long end;
        private long offset;

        Position(Chunks image, long end) {
            this.image = image;
            this.end = end;
        }

        void expect(int value, String otherwise) throws IOException {
            int found = readInt();
            if (found != value) {
                throw new IOException(otherwise + ": found " + found + ", expected " + value);
            }
        }

        int readInt() throws IOException {
            int value = open().readInt();
            offset += Integer.BYTES;
            return value;
        }

        String readName() throws IOException {
            DataInputStream in = open();
            int length = in.readUnsignedShort();
            String name = open().readUTF();
            offset += Short.BYTES + (long) length;
            return name;
        }

        Section readSection() throws IOException {
            long length = open().readLong();
            offset += Long.BYTES;
            Section section = new Section(image, offset, length);
            section.open().close();
            offset += length;
            return section;
        }

        private DataInputStream open() throws IOException {
            return new DataInputStream(image.open(offset, end - offset));
        }
    }
}
