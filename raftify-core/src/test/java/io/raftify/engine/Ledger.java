package io.raftify.engine;

import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.StoredSnapshot;
import io.raftify.node.UnsupportedEntryException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A state machine for tests: a list of lines; the result of a line is its position. */
final class Ledger implements StateMachine {

    /** A line that no member can apply. */
    static final String POISON = "poison";

    private final List<String> lines = new ArrayList<>();
    private long lastIndex;
    private String unknown = "";
    private String failing = "";

    /** From now on that line cannot be applied here, and says so in its own words. */
    synchronized void failsAt(String line) {
        failing = line;
    }

    /** From now on this is a build of the application that does not know that line. */
    synchronized void doesNotKnow(String line) {
        unknown = line;
    }

    private void refuseIfUnknown(String line, String where) {
        if (line.equals(unknown)) {
            throw new UnsupportedEntryException(where + " holds the line '" + line + "', deploy a build that has it.");
        }
    }

    @Override
    public synchronized byte[] apply(long index, long term, byte[] command) {
        if (index <= lastIndex) {
            throw new IllegalStateException("entry " + index + " came after entry " + lastIndex);
        }
        String line = new String(command, StandardCharsets.UTF_8);
        if (line.equals(POISON)) {
            throw new IllegalArgumentException("this line cannot be applied");
        }
        if (line.equals(failing)) {
            throw new IllegalArgumentException(line);
        }
        refuseIfUnknown(line, "Entry " + index);
        lastIndex = index;
        lines.add(line);
        return Long.toString(lines.size()).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public synchronized StateSnapshot snapshot() {
        List<String> fixed = List.copyOf(lines);
        return out -> {
            DataOutputStream data = new DataOutputStream(out);
            data.writeInt(fixed.size());
            for (String line : fixed) {
                byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
                data.writeInt(bytes.length);
                data.write(bytes);
            }
            data.flush();
        };
    }

    @Override
    public synchronized void restore(StoredSnapshot snapshot) throws IOException {
        try (InputStream in = snapshot.open()) {
            DataInputStream data = new DataInputStream(in);
            int count = data.readInt();
            List<String> restored = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String line = new String(data.readNBytes(data.readInt()), StandardCharsets.UTF_8);
                refuseIfUnknown(line, "The snapshot");
                restored.add(line);
            }
            lines.clear();
            lines.addAll(restored);
            if (in.read() != -1) {
                throw new IOException("more than was written");
            }
        }
    }

    synchronized List<String> lines() {
        return List.copyOf(lines);
    }
}
