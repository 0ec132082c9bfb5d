package io.raftify.test;

import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.AbstractAssert;
import org.assertj.core.api.ThrowingConsumer;

/**
 * Asserts of a replicated bean what a member cannot find out before it is too late: that the log alone decides what
 * becomes of its state.
 *
 * @param <T> the bean's class
 */
public final class ReplicatedBeanAssert<T> extends AbstractAssert<ReplicatedBeanAssert<T>, Class<T>> {

    private final List<Class<?>> components = new ArrayList<>();
    private final List<String> properties = new ArrayList<>();
    private final List<String> ignoredFields = new ArrayList<>();

    ReplicatedBeanAssert(Class<T> beanClass) {
        super(beanClass, ReplicatedBeanAssert.class);
    }

    /** Adds other beans and configurations that the bean needs, among them other replicated beans. */
    public ReplicatedBeanAssert<T> with(Class<?>... components) {
        this.components.addAll(List.of(components));
        return this;
    }

    /** Adds properties that the bean needs, as {@code name=value}. */
    public ReplicatedBeanAssert<T> withProperties(String... properties) {
        this.properties.addAll(List.of(properties));
        return this;
    }

    /**
     * Leaves fields alone that commands change although they are not marked {@code @ReplicatedState}, such as a cache that
     * a member fills anew by itself.
     *
     * @param names of fields of the bean's class
     */
    public ReplicatedBeanAssert<T> ignoringFields(String... names) {
        this.ignoredFields.addAll(List.of(names));
        return this;
    }

    /**
     * Verifies that the bean does the same wherever and whenever the log is applied.
     *
     * <p>The calls are made on the bean on a member of its own, and become entries of its log. The log is then applied
     * again: later, by another thread, with another default locale and time zone, on a new bean; and the second half of it
     * on a third bean, restored from a snapshot taken at the half; a fourth is restored at the end. After every entry the
     * results must be the same, and the fields marked {@code @ReplicatedState}; so must the answers of the queries among
     * the calls, at their places. Fields that are not marked, and hold plain data, must not differ after a restore.
     *
     * <p>Found in this way: clocks, random numbers and UUIDs that do not come from the {@code CommandContext}; static and
     * unmarked fields; the order of hash tables whose elements have no hash code of their own; locale and time zone. Not
     * found: what is the same everywhere in one JVM and differs between JVMs, such as the hash codes of enums and classes,
     * system properties and files.
     *
     * <p>While the log is applied again, the JVM's default locale and time zone are others.
     *
     * @param calls commands and queries; the more different ones, the better. Exceptions that the bean is expected to
     *     throw must be caught inside
     * @throws AssertionError names the first command after which something differs, and the bean and field, or result
     */
    public ReplicatedBeanAssert<T> isDeterministicUnder(ThrowingConsumer<? super T> calls) {
        isNotNull();
        DeterminismCheck<T> check = new DeterminismCheck<>(actual, components, properties, ignoredFields);
        String difference = check.firstDifference(calls);
        if (difference != null) {
            throw failure("%s", "The bean " + actual.getName() + " is not deterministic. " + difference);
        }
        return this;
    }
}
