package io.raftify.chaos.round;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.raftify.chaos.history.Action;
import io.raftify.chaos.history.ObjectKind.Step;
import io.raftify.chaos.history.Verb;
import io.raftify.node.GivingUpStateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.StoredSnapshot;
import io.raftify.node.Verdict;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
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
public final class ObjectStore implements GivingUpStateMachine {

    /** Forgets everything but the digest: rounds on one cluster must not grow its state. */
    private static final String RESET = "reset";

    private static final String GIVE_UP = "give-up ";

    private static final int DIGESTS_KEPT = 200_000;

    private static final int GIVEN_UP_KEPT = 64;

    private final Map<String, String> objects = new TreeMap<>();
    private final Set<Long> applied = new HashSet<>();
    private final List<Long> appliedTwice = new ArrayList<>();
    private final Map<Long, Long> digests = new HashMap<>();
    private final List<Long> digestOrder = new ArrayList<>();
    private final TreeSet<Long> givenUp = new TreeSet<>();
    private final SlowRun slow = new SlowRun();
    private long digest;
    private long lastIndex;
    private long lastReset = Long.MIN_VALUE;

    public static byte[] command(long id, Action action) {
        return (id + " " + action).getBytes(UTF_8);
    }

    public static byte[] reset(long id) {
        return (id + " " + RESET).getBytes(UTF_8);
    }

    /** What gives up the entry at an index. */
    public static byte[] giveUp(long index) {
        return ("0 " + GIVE_UP + index).getBytes(UTF_8);
    }

    /** What the caller of a command is told that was given up. */
    public static boolean saysGivenUp(String result) {
        return result.equals(GIVE_UP);
    }

    /** The entry that has been run for so long now; 0 if there is none. */
    public long runningFor(Duration duration) {
        return slow.runningFor(duration);
    }

    @Override
    public boolean end(long index, Duration since) {
        return slow.end(index, since);
    }

    @Override
    public long givenUpBy(byte[] entry) {
        String rest = restOf(new String(entry, UTF_8));
        return rest.startsWith(GIVE_UP) ? Long.parseLong(rest.substring(GIVE_UP.length())) : 0;
    }

    private static long idOf(String command) {
        return Long.parseLong(command.substring(0, command.indexOf(' ')));
    }

    private static String restOf(String command) {
        return command.substring(command.indexOf(' ') + 1);
    }

    @Override
    public byte[] apply(long index, long term, byte[] command, Verdict verdict) {
        String text = new String(command, UTF_8);
        boolean counts = true;
        if (restOf(text).contains(" " + Verb.SLOW_WRITE + " ")) {
            // Without the monitor: whoever reads meanwhile must not wait for it.
            counts = !verdict.givenUp() && slow.run(index, idOf(text)) && verdict.counts();
        }
        return applied(index, command, text, counts);
    }

    private synchronized byte[] applied(long index, byte[] command, String text, boolean counts) {
        if (index <= lastIndex) {
            throw new IllegalStateException("entry " + index + " came after entry " + lastIndex);
        }
        lastIndex = index;
        for (byte b : command) {
            digest = digest * 31 + b;
        }
        digest = digest * 31 + index;
        long id = idOf(text);
        String rest = restOf(text);
        if (!counts) {
            givenUp.add(index);
            if (givenUp.size() > GIVEN_UP_KEPT) {
                givenUp.pollFirst();
            }
        }
        long gaveUp = givenUpBy(command);
        // Members that differ in what they gave up differ from here on.
        digest = digest * 31 + (counts ? 0 : 1) + (gaveUp != 0 && givenUp.contains(gaveUp) ? 2 : 0);
        remember();
        if (!counts) {
            return GIVE_UP.getBytes(UTF_8);
        }
        if (gaveUp != 0) {
            return new byte[0];
        }
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
        Set<Long> ended = new TreeSet<>(givenUp);
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
            write(data, ended);
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
            givenUp.clear();
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
            while (data.readBoolean()) {
                givenUp.add(data.readLong());
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
