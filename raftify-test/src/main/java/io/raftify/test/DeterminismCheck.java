package io.raftify.test;

import io.raftify.replication.ReplicatedFields;
import io.raftify.test.Recording.Entry;
import io.raftify.test.Recording.Field;
import io.raftify.test.Recording.Query;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowingConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.test.util.AopTestUtils;

/** Makes a log by calling a bean, applies it again in other surroundings, and looks for the first difference. */
final class DeterminismCheck<T> {

    private final Class<T> beanClass;
    private final List<Class<?>> components = new ArrayList<>();
    private final List<String> properties;
    private final List<String> ignoredFields;

    DeterminismCheck(
            Class<T> beanClass, List<Class<?>> others, List<String> properties, List<String> ignoredFields) {
        this.beanClass = beanClass;
        this.components.add(beanClass);
        this.components.addAll(others);
        this.properties = properties;
        this.ignoredFields = ignoredFields;
    }

    /** What differs first, in whole sentences; null if nothing does. */
    @Nullable String firstDifference(ThrowingConsumer<? super T> calls) {
        Recording recording = record(calls);
        List<Entry> entries = recording.entries();
        if (entries.isEmpty()) {
            throw new IllegalArgumentException(
                    "No command of " + beanClass.getName() + " was called, so there is nothing to apply again.");
        }
        return Surroundings.elsewhere(() -> replay(entries, recording.queries()));
    }

    private Recording record(ThrowingConsumer<? super T> calls) {
        try (BeanContext context = BeanContext.recorded(components, properties)) {
            Recording recording = context.bean(Recording.class);
            calls.accept(RecordedCalls.on(context.bean(beanClass), beanClass, recording));
            context.awaitApplied();
            return recording;
        }
    }

    private @Nullable String replay(List<Entry> entries, List<Query> queries) throws IOException {
        int half = entries.size() / 2;
        try (BeanContext again = BeanContext.replica(components, properties);
                BeanContext restored = BeanContext.replica(components, properties)) {
            UnmarkedFields unmarked = new UnmarkedFields(target(again), target(restored), ignoredFields);
            for (int applied = 0; applied < entries.size(); applied++) {
                if (applied == half) {
                    restore(again, restored);
                    String lost = unmarked.firstDifference();
                    if (lost != null) {
                        return lost;
                    }
                }
                String difference = difference(entries.get(applied), again, "applied again");
                if (difference == null && applied >= half) {
                    difference = difference(entries.get(applied), restored, again);
                }
                if (difference == null) {
                    difference = queryDifference(queries, applied + 1, again, "asked again");
                }
                if (difference == null && applied >= half) {
                    difference = queryDifference(
                            queries, applied + 1, restored, "asked of a bean restored from a snapshot");
                }
                if (difference == null && applied >= half) {
                    difference = unmarked.firstDifference();
                }
                if (difference != null) {
                    return difference;
                }
            }
            return null;
        }
    }

    private static void restore(BeanContext from, BeanContext to) throws IOException {
        ByteArrayOutputStream snapshot = new ByteArrayOutputStream();
        from.stateMachine().snapshot().writeTo(snapshot);
        to.stateMachine().restore(new ByteArrayInputStream(snapshot.toByteArray()));
    }

    private Object target(BeanContext context) {
        return AopTestUtils.getUltimateTargetObject(context.bean(beanClass));
    }

    /** Against what was recorded: what was made by the same steps is written in the same order. */
    private static @Nullable String difference(Entry entry, BeanContext replica, String how) {
        byte[] result = replica.stateMachine().apply(entry.index(), entry.term(), entry.command());
        List<Field> now = Recording.fields(replica.replicatedBeans());
        for (int i = 0; i < now.size(); i++) {
            Field field = now.get(i);
            Field before = entry.fields().get(i);
            if (!field.digest().equals(before.digest())) {
                return "After " + entry.call() + ", the "
                        + FieldComparison.describe(field.bean(), field.beanClass(), field.name()) + " was "
                        + before.text() + ", and when the same log was " + how + " it was " + field.text() + ".";
            }
        }
        return Arrays.equals(result, entry.result())
                ? null
                : "The result of " + entry.call() + " was another when the same log was " + how + ".";
    }

    /** Against the one that has applied everything: a restored hash table may have another order. */
    private static @Nullable String difference(Entry entry, BeanContext restored, BeanContext whole) {
        byte[] result = restored.stateMachine().apply(entry.index(), entry.term(), entry.command());
        List<FieldComparison.Difference> differences = ReplicatedFields.read(
                whole.replicatedBeans(),
                fields -> ReplicatedFields.read(
                        restored.replicatedBeans(), others -> FieldComparison.differences(fields, others)));
        if (!differences.isEmpty()) {
            FieldComparison.Difference first = differences.get(0);
            return "After " + entry.call() + ", the "
                    + FieldComparison.describe(first.bean(), first.beanClass(), first.field()) + " was " + first.one()
                    + " on a bean that had applied the whole log, and " + first.other() + " on one restored from a"
                    + " snapshot before. Is there state in a field that is not marked @ReplicatedState?";
        }
        return Arrays.equals(result, entry.result())
                ? null
                : "The result of " + entry.call() + " was another on a bean restored from a snapshot before. Is there"
                        + " state in a field that is not marked @ReplicatedState?";
    }

    private @Nullable String queryDifference(List<Query> queries, int after, BeanContext replica, String how) {
        for (Query query : queries) {
            if (query.after() == after) {
                Answer answer = ask(query, target(replica));
                if (!Likeness.alike(query.thrown(), answer.thrown)
                        || !Likeness.alike(query.answer(), answer.value)) {
                    return "The answer of " + query.call() + " was " + answer(query.answer(), query.thrown())
                            + ", and when the same was " + how + " it was " + answer(answer.value, answer.thrown)
                            + ".";
                }
            }
        }
        return null;
    }

    private record Answer(@Nullable Object value, @Nullable String thrown) {}

    private static Answer ask(Query query, Object target) {
        Method method = query.method();
        method.setAccessible(true);
        try {
            return new Answer(method.invoke(target, query.arguments()), null);
        } catch (InvocationTargetException thrown) {
            return new Answer(null, String.valueOf(thrown.getCause()));
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException("made accessible before", impossible);
        }
    }

    private static String answer(@Nullable Object value, @Nullable String thrown) {
        return thrown != null ? thrown : FieldComparison.text(value);
    }
}
