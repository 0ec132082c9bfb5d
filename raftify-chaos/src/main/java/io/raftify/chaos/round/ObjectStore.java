package io.raftify.chaos.round;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.raftify.chaos.history.Action;
import io.raftify.chaos.history.ObjectKind.Step;
import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.StoredSnapshot;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The objects of the workload as a replicated state machine. It also keeps which commands it applied, and a digest of
 * all it has done, so that members can be compared at equal indexes.
 */
public final class ObjectStore implements StateMachine {

    /** Forgets everything but the digest: rounds on one cluster must not grow its state. */
    private static final String RESET = "reset";

    private static final int DIGESTS_KEPT = 200_000;

    private final Map<String, String> objects = new TreeMap<>();
    private final Set<Long> applied = new HashSet<>();
    private final List<Long> appliedTwice = new ArrayList<>();
    private final Map<Long, Long> digests = new HashMap<>();
    private final List<Long> digestOrder = new ArrayList<>();
    private long digest;
    private long lastIndex;
    private long lastReset = Long.MIN_VALUE;

    public static byte[] command(long id, Action action) {
        return (id + " " + action).getBytes(UTF_8);
    }

    public static byte[] reset(long id) {
        return (id + " " + RESET).getBytes(UTF_8);
    }

    @Override
    public synchronized byte[] apply(long index, long term, byte[] command) {
        if (index <= lastIndex) {
            throw new IllegalStateException("entry " + index + " came after entry " + lastIndex);
        }
        lastIndex = index;
        for (byte b : command) {
            digest = digest * 31 + b;
        }
        digest = digest * 31 + index;
        remember();
        String text = new String(command, UTF_8);
        int blank = text.indexOf(' ');
        long id = Long.parseLong(text.substring(0, blank));
        String rest = text.substring(blank + 1);
        if (rest.equals(RESET)) {
            // One whose outcome was unknown may come late, into the round that another one has begun.
            if (id == lastReset) {
                return new byte[0];
            }
            lastReset = id;
            objects.clear();
            applied.clear();
            appliedTwice.clear();
            return new byte[0];
        }
        if (!applied.add(id)) {
            appliedTwice.add(id);
        }
        Action action = Action.parse(rest);
        Step step = action.kind().step(state(action), action);
        objects.put(action.key(), step.state());
        return step.result().getBytes(UTF_8);
    }

    private void remember() {
        digests.put(lastIndex, digest);
        digestOrder.add(lastIndex);
        if (digestOrder.size() >= 2 * DIGESTS_KEPT) {
            List<Long> old = digestOrder.subList(0, DIGESTS_KEPT);
            old.forEach(digests::remove);
            old.clear();
        }
    }

    private String state(Action action) {
        return objects.getOrDefault(action.key(), action.kind().initial());
    }

    /** What a read sees now. */
    public synchronized String read(Action action) {
        return action.kind().step(state(action), action).result();
    }

    /** After each command that is still remembered, by its index. */
    public synchronized Map<Long, Long> digests() {
        return new TreeMap<>(digests);
    }

    public synchronized Set<Long> applied() {
        return new HashSet<>(applied);
    }

    public synchronized List<Long> appliedTwice() {
        return List.copyOf(appliedTwice);
    }

    @Override
    public synchronized StateSnapshot snapshot() {
        Map<String, String> fixed = new TreeMap<>(objects);
        Set<Long> ids = new TreeSet<>(applied);
        List<Long> twice = List.copyOf(appliedTwice);
        long index = lastIndex;
        long value = digest;
        long reset = lastReset;
        return out -> {
            DataOutputStream data = new DataOutputStream(out);
            data.writeLong(index);
            data.writeLong(value);
            data.writeLong(reset);
            data.writeInt(fixed.size());
            for (Map.Entry<String, String> object : fixed.entrySet()) {
                write(data, object.getKey());
                write(data, object.getValue());
            }
            write(data, ids);
            write(data, twice);
            data.flush();
        };
    }

    private static void write(DataOutputStream data, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        data.writeInt(bytes.length);
        data.write(bytes);
    }

    private static void write(DataOutputStream data, Iterable<Long> numbers) throws IOException {
        for (long number : numbers) {
            data.writeBoolean(true);
            data.writeLong(number);
        }
        data.writeBoolean(false);
    }

    @Override
    public synchronized void restore(StoredSnapshot snapshot) throws IOException {
        try (InputStream in = snapshot.open()) {
            DataInputStream data = new DataInputStream(in);
            objects.clear();
            applied.clear();
            appliedTwice.clear();
            digests.clear();
            digestOrder.clear();
            lastIndex = data.readLong();
            digest = data.readLong();
            lastReset = data.readLong();
            remember();
            int count = data.readInt();
            for (int i = 0; i < count; i++) {
                String key = read(data);
                objects.put(key, read(data));
            }
            while (data.readBoolean()) {
                applied.add(data.readLong());
            }
            while (data.readBoolean()) {
                appliedTwice.add(data.readLong());
            }
            if (in.read() != -1) {
                throw new IOException("more than was written");
            }
        }
    }

    private static String read(DataInputStream data) throws IOException {
        return new String(data.readNBytes(data.readInt()), UTF_8);
    }
}
