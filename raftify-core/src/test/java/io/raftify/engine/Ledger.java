package io.raftify.engine;

import io.raftify.node.GivingUpStateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.StoredSnapshot;
import io.raftify.node.UnsupportedEntryException;
import io.raftify.node.Verdict;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A state machine for tests: a list of lines; the result of a line is its position. */
final class Ledger implements GivingUpStateMachine {

    /** A line that no member can apply. */
    static final String POISON = "poison";

    private static final String GIVE_UP = "give up ";

    /** Of an entry that was given up this line is left, with its index. */
    static final String GIVEN_UP = "given up: ";

    private final List<String> lines = new ArrayList<>();
    private long lastIndex;
    private String unknown = "";
    private String failing = "";
    private String held = "";
    private boolean deaf;
    private boolean brokenOff;
    private long holding;
    private long ended;

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

    /** From now on that line does not end here, until it is {@linkplain #letGo let go} or ended. */
    synchronized void holdsAt(String line) {
        held = line;
    }

    /** Also what is being held. */
    synchronized void letGo() {
        held = "";
        notifyAll();
    }

    /** What is being held neither ends nor fails; for a member that is about to stop. */
    synchronized void breakOff() {
        brokenOff = true;
        notifyAll();
    }

    /** Nothing that is held can be ended here. */
    synchronized void cannotEnd() {
        deaf = true;
    }

    /** The entry that is being held; 0 if there is none. */
    synchronized long holding() {
        return holding;
    }

    /** What gives up an entry. */
    static byte[] giveUp(long index) {
        return (GIVE_UP + index).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long givenUpBy(byte[] entry) {
        String line = new String(entry, StandardCharsets.UTF_8);
        return line.startsWith(GIVE_UP) ? Long.parseLong(line.substring(GIVE_UP.length())) : 0;
    }

    @Override
    public synchronized boolean end(long index, Duration since) {
        if (deaf) {
            return since.toMillis() < 500;
        }
        ended = index;
        notifyAll();
        return true;
    }

    @Override
    public byte[] apply(long index, long term, byte[] command, Verdict verdict) {
        String line = new String(command, StandardCharsets.UTF_8);
        if (!verdict.givenUp()) {
            run(index, line);
            if (verdict.counts()) {
                return added(index, givenUpBy(command) == 0 ? line : null);
            }
        }
        return added(index, GIVEN_UP + index);
    }

    private synchronized void run(long index, String line) {
        if (index <= lastIndex) {
            throw new IllegalStateException("entry " + index + " came after entry " + lastIndex);
        }
        if (line.equals(POISON)) {
            throw new IllegalArgumentException("this line cannot be applied");
        }
        if (line.equals(failing)) {
            throw new IllegalArgumentException(line);
        }
        refuseIfUnknown(line, "Entry " + index);
        long givenUp = givenUpBy(line.getBytes(StandardCharsets.UTF_8));
        if (givenUp != 0 && !lines.contains(GIVEN_UP + givenUp)) {
            throw new IllegalStateException("entry " + givenUp + " was applied here");
        }
        holding = line.equals(held) ? index : 0;
        while (line.equals(held) && ended != index) {
            if (brokenOff) {
                throw new IllegalStateException("broken off by the test");
            }
            try {
                wait();
            } catch (InterruptedException unexpected) {
                throw new IllegalStateException(unexpected);
            }
        }
        holding = 0;
    }

    private synchronized byte[] added(long index, @Nullable String line) {
        lastIndex = index;
        if (line != null) {
            lines.add(line);
        }
        String result = line != null && line.startsWith(GIVEN_UP) ? line : Integer.toString(lines.size());
        return result.getBytes(StandardCharsets.UTF_8);
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
