package io.raftify.test;

import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.StoredSnapshot;
import io.raftify.replication.ReplicatedBeans;
import io.raftify.replication.ReplicatedStateMachine;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Stands before a state machine and keeps what it was given and what came of it. */
final class Recording implements StateMachine {

    private final ReplicatedStateMachine applied;
    private final ReplicatedBeans beans;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Query> queries = new ArrayList<>();
    private String call = "the start";

    /** An entry that was applied. */
    static final class Entry {

        private final long index;
        private final long term;
        private final byte[] command;
        private final byte[] result;
        private final byte @Nullable [] valueDigest;
        private final List<FieldSight> fields;
        private final String call;

        private Entry(
                long index,
                long term,
                byte[] command,
                byte[] result,
                byte @Nullable [] valueDigest,
                List<FieldSight> fields,
                String call) {
            this.index = index;
            this.term = term;
            this.command = command;
            this.result = result;
            this.valueDigest = valueDigest;
            this.fields = fields;
            this.call = call;
        }

        /** Gives the entry to another state machine; whether the result is what it was, but for orders that nobody promises. */
        boolean hasSameResultOn(ReplicatedStateMachine other) {
            return Arrays.equals(other.apply(index, term, command), result)
                    || valueDigest != null && Arrays.equals(other.valueDigest(), valueDigest);
        }

        /** What the fields were afterwards. */
        List<FieldSight> fields() {
            return fields;
        }

        /** What was being called then, for people. */
        String call() {
            return call;
        }
    }

    /**
     * A query that was answered.
     *
     * @param after how many entries had been applied
     * @param thrown the exception that it threw, for people; null if it gave an answer
     */
    record Query(
            int after,
            Method method,
            List<@Nullable Object> arguments,
            @Nullable Object answer,
            @Nullable String thrown,
            String call) {}

    Recording(ReplicatedStateMachine applied, ReplicatedBeans beans) {
        this.applied = applied;
        this.beans = beans;
    }

    synchronized void calling(String next) {
        call = next;
    }

    synchronized void answered(
            Method method, @Nullable Object[] arguments, @Nullable Object answer, @Nullable String thrown) {
        if (answer instanceof Future<?> || answer instanceof CompletionStage<?>) {
            return; // two promises cannot be compared
        }
        queries.add(new Query(entries.size(), method, Arrays.asList(arguments), answer, thrown, call));
    }

    synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    synchronized List<Query> queries() {
        return List.copyOf(queries);
    }

    @Override
    public byte[] apply(long index, long term, byte[] command) {
        byte[] result = applied.apply(index, term, command);
        byte[] valueDigest = applied.valueDigest();
        List<FieldSight> fields = FieldSight.of(beans);
        synchronized (this) {
            entries.add(new Entry(index, term, command, result, valueDigest, fields, call));
        }
        return result;
    }

    @Override
    public StateSnapshot snapshot() {
        return applied.snapshot();
    }

    @Override
    public void restore(StoredSnapshot snapshot) throws IOException {
        applied.restore(snapshot);
    }
}
