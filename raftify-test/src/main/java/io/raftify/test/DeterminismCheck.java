package io.raftify.test;

import io.raftify.test.Recording.Entry;
import io.raftify.test.Recording.Query;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowingConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.test.util.AopTestUtils;

/** Makes a log by calling a bean, applies it again in other surroundings, and looks for the first difference. */
final class DeterminismCheck<T> {

    private static final String AGAIN = "when the same log was applied again";

    private static final String RESTORED =
            "on a bean restored from a snapshot (is there state in a field that is not" + " marked @ReplicatedState?)";

    private final Class<T> beanClass;
    private final List<Class<?>> components = new ArrayList<>();
    private final List<String> properties;
    private final List<String> ignoredFields;

    DeterminismCheck(Class<T> beanClass, List<Class<?>> others, List<String> properties, List<String> ignoredFields) {
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
            Recording recording = context.recording();
            calls.accept(RecordedCalls.on(context.bean(beanClass), beanClass, recording));
            context.awaitApplied();
            return recording;
        }
    }

    /** On one bean the whole log; on another what comes after a snapshot of half of it; on a third nothing more. */
    private @Nullable String replay(List<Entry> entries, List<Query> queries) throws IOException {
        int count = entries.size();
        try (BeanContext again = BeanContext.replica(components, properties);
                BeanContext half = BeanContext.replica(components, properties);
                BeanContext end = BeanContext.replica(components, properties)) {
            List<Restored> others = List.of(
                    new Restored((count + 1) / 2, half, unmarked(again, half)),
                    new Restored(count, end, unmarked(again, end)));
            String difference = null;
            for (int applied = 1; applied <= count && difference == null; applied++) {
                difference = step(entries.get(applied - 1), again, AGAIN, queries, applied);
                for (Restored other : others) {
                    if (difference == null && applied > other.at) {
                        difference = step(entries.get(applied - 1), other.context, RESTORED, queries, applied);
                    } else if (difference == null && applied == other.at) {
                        restore(again, other.context);
                        difference = queryDifference(queries, applied, other.context, RESTORED);
                    }
                    if (difference == null && applied >= other.at) {
                        difference = other.unmarked.firstDifference();
                    }
                }
            }
            return difference;
        }
    }

    /** @param at after how many entries it is restored */
    private record Restored(int at, BeanContext context, UnmarkedFields unmarked) {}

    private UnmarkedFields unmarked(BeanContext whole, BeanContext restored) {
        return new UnmarkedFields(target(whole), target(restored), ignoredFields);
    }

    private @Nullable String step(Entry entry, BeanContext replica, String where, List<Query> queries, int applied) {
        String difference = difference(entry, replica, where);
        return difference != null ? difference : queryDifference(queries, applied, replica, where);
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
        boolean sameResult = entry.hasSameResultOn(replica.stateMachine());
        Optional<FieldSight.Difference> field =
                FieldSight.firstDifference(entry.fields(), FieldSight.of(replica.replicatedBeans()));
        if (field.isPresent()) {
            FieldSight before = field.get().one();
            return "After " + entry.call() + ", the " + before + " was " + before.text() + "; " + where + " it was "
                    + field.get().otherText() + ".";
        }
        return sameResult ? null : "The result of " + entry.call() + " was another " + where + ".";
    }

    private @Nullable String queryDifference(List<Query> queries, int after, BeanContext replica, String where) {
        for (Query query : queries) {
            if (query.after() == after) {
                Answer answer = ask(query, target(replica));
                if (!Likeness.alike(query.thrown(), answer.thrown) || !Likeness.alike(query.answer(), answer.value)) {
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
            return new Answer(method.invoke(target, query.arguments().toArray()), null);
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
