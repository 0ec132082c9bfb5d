package io.raftify.test;

import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.replication.ReplicatedBeans;
import io.raftify.replication.ReplicatedFields;
import io.raftify.replication.ReplicatedFields.ReplicatedField;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** Stands before a state machine and keeps what it was given and what came of it. */
final class Recording implements StateMachine {

    private final StateMachine applied;
    private final ReplicatedBeans beans;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Query> queries = new ArrayList<>();
    private String call = "the start";

    /**
     * An entry that was applied.
     *
     * @param call what was being called then, for people
     */
    record Entry(
            long index, long term, byte[] command, byte[] result, List<Field> fields, String call) {}

    /** A field as it was after an entry; of its value only what can be kept without going on changing. */
    record Field(String bean, String beanClass, String name, String digest, String text) {

        static Field of(ReplicatedField field) {
            return new Field(
                    field.bean(),
                    field.beanClass().getSimpleName(),
                    field.name(),
                    field.digest(),
                    FieldComparison.text(field.value()));
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
            @Nullable Object[] arguments,
            @Nullable Object answer,
            @Nullable String thrown,
            String call) {}

    Recording(StateMachine applied, ReplicatedBeans beans) {
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
        queries.add(new Query(entries.size(), method, arguments, answer, thrown, call));
    }

    synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    synchronized List<Query> queries() {
        return List.copyOf(queries);
    }

    static List<Field> fields(ReplicatedBeans beans) {
        return ReplicatedFields.read(
                beans, fields -> fields.stream().map(Field::of).toList());
    }

    @Override
    public byte[] apply(long index, long term, byte[] command) {
        byte[] result = applied.apply(index, term, command);
        List<Field> fields = fields(beans);
        synchronized (this) {
            entries.add(new Entry(index, term, command, result, fields, call));
        }
        return result;
    }

    @Override
    public StateSnapshot snapshot() {
        return applied.snapshot();
    }

    @Override
    public void restore(InputStream in) throws IOException {
        applied.restore(in);
    }
}
