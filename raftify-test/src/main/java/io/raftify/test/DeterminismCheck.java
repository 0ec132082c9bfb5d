package io.raftify.test;

import io.raftify.test.Recording.Entry;
import io.raftify.test.Recording.Query;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowingConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.test.util.AopTestUtils;

/** Makes a log by calling a bean, applies it again in other surroundings, and looks for the first difference. */
final class DeterminismCheck<T> {

    private static final String AGAIN = "when the same log was applied again";

    private static final String RESTORED = "on a bean restored from a snapshot of half of it (is there state in a field"
            + " that is not marked @ReplicatedState?)";

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
            String difference = null;
            for (int applied = 0; applied < entries.size() && difference == null; applied++) {
                if (applied == half) {
                    restore(again, restored);
                    difference = unmarked.firstDifference();
                }
                if (difference == null) {
                    difference = difference(entries.get(applied), again, AGAIN);
                }
                if (difference == null && applied >= half) {
                    difference = difference(entries.get(applied), restored, RESTORED);
                }
                if (difference == null) {
                    difference = queryDifference(queries, applied + 1, again, AGAIN);
                }
                if (difference == null && applied >= half) {
                    difference = queryDifference(queries, applied + 1, restored, RESTORED);
                }
                if (difference == null && applied >= half) {
                    difference = unmarked.firstDifference();
                }
            }
            return difference;
        }
    }

    private static void restore(BeanContext from, BeanContext to) throws IOException {
        ByteArrayOutputStream snapshot = new ByteArrayOutputStream();
        from.stateMachine().snapshot().writeTo(snapshot);
        to.stateMachine().restore(() -> new ByteArrayInputStream(snapshot.toByteArray()));
    }

    private Object target(BeanContext context) {
        return AopTestUtils.getUltimateTargetObject(context.bean(beanClass));
    }

    private static @Nullable String difference(Entry entry, BeanContext replica, String where) {
        byte[] result = replica.stateMachine().apply(entry.index(), entry.term(), entry.command());
        Optional<FieldSight.Difference> field =
                FieldSight.firstDifference(entry.fields(), FieldSight.of(replica.replicatedBeans()));
        if (field.isPresent()) {
            FieldSight before = field.get().one();
            return "After " + entry.call() + ", the " + before + " was " + before.text() + "; " + where + " it was "
                    + field.get().otherText() + ".";
        }
        return Arrays.equals(result, entry.result())
                ? null
                : "The result of " + entry.call() + " was another " + where + ".";
    }

    private @Nullable String queryDifference(List<Query> queries, int after, BeanContext replica, String where) {
        for (Query query : queries) {
            if (query.after() == after) {
                Answer answer = ask(query, target(replica));
                if (!Likeness.alike(query.thrown(), answer.thrown)
                        || !Likeness.alike(query.answer(), answer.value)) {
                    return "The answer of " + query.call() + " was " + answer(query.answer(), query.thrown())
                            + "; " + where + " it was " + answer(answer.value, answer.thrown)
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
        return thrown != null ? thrown : FieldSight.shortened(value);
    }
}
