package io.raftify.replication.session;

import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.replication.state.LibraryState;
import io.raftify.replication.wire.CommandId;
import io.raftify.replication.wire.EntryOutcome;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of the commands of every session, so that none is applied twice (thesis, section 6.3). A session is named by
 * the index of the entry that opened it, so a name that was forgotten never comes back. A command is forgotten when its
 * proposer says that it has the outcome; whole sessions are, when nothing came from them for a day by the log's time, or when
 * there are too many, of them or of commands. What was forgotten is refused, not applied.
 *
 * <p>Which commands are known follows from the log alone: the limits of time and number are part of the format, and equal on
 * all members. How many bytes their outcomes have does not, so when there are too many of those, outcomes are
 * {@linkplain DroppedOutcome dropped}, oldest first, and their commands stay known.
 */
final class Sessions implements LibraryState {

    static final Duration KEPT = Duration.ofDays(1);
    static final int MOST_SESSIONS = 10_000;
    static final int MOST_OUTCOMES_OF_ONE = 100_000;
    static final int MOST_OUTCOMES = 500_000;
    static final long MOST_BYTES_OF_ONE = 8L << 20;
    static final long MOST_BYTES = 64L << 20;

    /** Dropped at once, so that sessions are not gone through for every single outcome. */
    private static final long BYTES_TO_DROP = MOST_BYTES / 16;

    /** Least recently used first. */
    private LinkedHashMap<Long, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);

    /** Of all sessions, without what dropped outcomes have left. */
    private long bytes;

    /** In all sessions. */
    private int outcomes;

    /** What is known of a command that is about to be applied. */
    enum Standing {
        /** It was not applied before. */
        NEW,
        /** It is over; see {@link Sessions#outcome}. */
        OVER,
        /** It may have been applied before; that is not known any more. */
        FORGOTTEN
    }

    void open(long index, long now) {
        sessions.put(index, new Session(now));
        while (sessions.size() > MOST_SESSIONS) {
            forgetEldest();
        }
    }

    /** Forgets the sessions from which nothing came for too long. */
    void expire(long now) {
        Iterator<Session> eldestFirst = sessions.values().iterator();
        while (eldestFirst.hasNext()) {
            Session eldest = eldestFirst.next();
            if (now - eldest.lastUsed <= KEPT.toMillis()) {
                return;
            }
            eldestFirst.remove();
            forgotten(eldest);
        }
    }

    /** Also a sign of life of the session. */
    Standing standing(CommandId id, long now) {
        Session session = sessions.get(id.getSession());
        if (session == null || id.getSequence() < session.floor) {
            return Standing.FORGOTTEN;
        }
        session.lastUsed = now;
        return session.outcomes.containsKey(id.getSequence()) ? Standing.OVER : Standing.NEW;
    }

    /** Of a command that is over. */
    byte[] outcome(CommandId id) {
        Session session = sessions.get(id.getSession());
        byte[] outcome = session != null ? session.outcomes.get(id.getSequence()) : null;
        if (outcome == null) {
            throw new IllegalStateException("There is no outcome of " + CommandIds.text(id));
        }
        return outcome;
    }

    /** Keeps what became of a command that was new. */
    void keep(CommandId id, byte[] outcome) {
        Session session = sessions.get(id.getSession());
        if (session == null) {
            throw new IllegalStateException("There is no session for " + CommandIds.text(id));
        }
        session.outcomes.put(id.getSequence(), outcome);
        session.droppedBelow = Math.min(session.droppedBelow, id.getSequence());
        outcomes++;
        grow(session, DroppedOutcome.weight(outcome));
        if (session.outcomes.size() > MOST_OUTCOMES_OF_ONE) {
            forgetFirst(session);
        }
        while (outcomes > MOST_OUTCOMES) {
            forgetEldest();
        }
        if (session.bytes > MOST_BYTES_OF_ONE) {
            drop(session, session.bytes - MOST_BYTES_OF_ONE);
        }
        if (bytes > MOST_BYTES) {
            dropOfEldest(bytes - MOST_BYTES + BYTES_TO_DROP);
        }
    }

    private void dropOfEldest(long excess) {
        long left = excess;
        for (Session eldest : sessions.values()) {
            if (left <= 0) {
                return;
            }
            if (eldest.bytes > 0) {
                left -= drop(eldest, left);
            }
        }
    }

    /**
     * Drops outcomes of a session, oldest first, until so many bytes are gone or none is left.
     *
     * @return how many are gone
     */
    private long drop(Session session, long excess) {
        long gone = 0;
        Iterator<Map.Entry<Long, byte[]>> oldestFirst =
                session.outcomes.tailMap(session.droppedBelow).entrySet().iterator();
        while (gone < excess && oldestFirst.hasNext()) {
            Map.Entry<Long, byte[]> oldest = oldestFirst.next();
            int weight = DroppedOutcome.weight(oldest.getValue());
            if (weight > 0) {
                oldest.setValue(DroppedOutcome.of(oldest.getValue()));
                grow(session, -weight);
                gone += weight;
            }
            session.droppedBelow = oldest.getKey() + 1;
        }
        return gone;
    }

    /** Nobody will ask for outcomes of smaller sequences any more. */
    void answered(CommandId id, long answeredBelow) {
        Session session = sessions.get(id.getSession());
        if (session == null) {
            return;
        }
        while (!session.outcomes.isEmpty() && session.outcomes.firstKey() < answeredBelow) {
            forgetFirst(session);
        }
        session.floor = Math.max(session.floor, answeredBelow);
    }

    private void forgetFirst(Session session) {
        Map.Entry<Long, byte[]> first = session.outcomes.pollFirstEntry();
        session.floor = Math.max(session.floor, first.getKey() + 1);
        outcomes--;
        grow(session, -DroppedOutcome.weight(first.getValue()));
    }

    private void forgetEldest() {
        Iterator<Session> eldestFirst = sessions.values().iterator();
        Session eldest = eldestFirst.next();
        eldestFirst.remove();
        forgotten(eldest);
    }

    private void forgotten(Session session) {
        bytes -= session.bytes;
        outcomes -= session.outcomes.size();
    }

    private void grow(Session session, long by) {
        session.bytes += by;
        bytes += by;
    }

    int size() {
        return sessions.size();
    }

    long bytes() {
        return bytes;
    }

    @Override
    public String name() {
        return "sessions";
    }

    @Override
    public void write(DataOutputStream out) throws IOException {
        out.writeInt(sessions.size());
        // By entry, not by get: reading in order of use would change the order of use.
        for (Map.Entry<Long, Session> each : sessions.entrySet()) {
            Session session = each.getValue();
            out.writeLong(each.getKey());
            out.writeLong(session.lastUsed);
            out.writeLong(session.floor);
            out.writeInt(session.outcomes.size());
            for (Map.Entry<Long, byte[]> outcome : session.outcomes.entrySet()) {
                out.writeLong(outcome.getKey());
                out.writeInt(outcome.getValue().length);
                out.write(outcome.getValue());
            }
        }
    }

    @Override
    public Runnable read(DataInputStream in) throws IOException {
        LinkedHashMap<Long, Session> read = new LinkedHashMap<>(16, 0.75f, true);
        long readBytes = 0;
        int readOutcomes = 0;
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            long name = in.readLong();
            Session session = new Session(in.readLong());
            session.floor = in.readLong();
            int kept = in.readInt();
            for (int j = 0; j < kept; j++) {
                long sequence = in.readLong();
                byte[] outcome = LibraryState.readBytes(in);
                check(outcome, name, sequence);
                session.outcomes.put(sequence, outcome);
                session.bytes += DroppedOutcome.weight(outcome);
            }
            readBytes += session.bytes;
            readOutcomes += session.outcomes.size();
            read.put(name, session);
        }
        long totalBytes = readBytes;
        int totalOutcomes = readOutcomes;
        return () -> {
            sessions = read;
            bytes = totalBytes;
            outcomes = totalOutcomes;
        };
    }

    private static void check(byte[] outcome, long session, long sequence) throws IOException {
        try {
            EntryOutcome.parseFrom(outcome);
        } catch (InvalidProtocolBufferException damaged) {
            throw new IOException(
                    "The outcome of command " + session + "-" + sequence + " cannot be read: " + damaged.getMessage(),
                    damaged);
        }
    }

    /** The names of the sessions, least recently used first. */
    List<Long> names() {
        return new ArrayList<>(sessions.keySet());
    }

    private static final class Session {

        /** By the log's time, in milliseconds. */
        private long lastUsed;

        /** Smaller sequences are forgotten. */
        private long floor = 1;

        /** Of the outcomes, without what dropped ones have left. */
        private long bytes;

        /** Of smaller sequences there is nothing to drop. */
        private long droppedBelow;

        private final TreeMap<Long, byte[]> outcomes = new TreeMap<>();

        Session(long now) {
            this.lastUsed = now;
        }
    }
}
