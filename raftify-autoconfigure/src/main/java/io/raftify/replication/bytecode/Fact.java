package io.raftify.replication.bytecode;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Handle;
import org.objectweb.asm.tree.analysis.Value;

/**
 * What is known of a value in a local variable, on the stack, or in a field. Where ways meet, everything that may be the
 * case is kept, so that a fact says too much rather than too little.
 *
 * @param size in slots, as the JVM counts them
 * @param self whether it may be the bean's object itself, the one behind its proxy
 * @param from the fields of the bean that it may have been reached through
 * @param held whether it surely is what one of those fields holds, and not something inside or something made of it
 * @param order of its elements, if it is a container, or of a stream's
 * @param lambda what it runs, if it is a lambda or method reference
 * @param trusted whether it surely is the same on every member though its class suggests otherwise, such as the command's
 *     own source of random numbers, or a clock that stands
 */
record Fact(
        int size,
        boolean self,
        Set<String> from,
        boolean held,
        @Nullable Order order,
        @Nullable Handle lambda,
        boolean trusted)
        implements Value {

    static final Fact ONE_SLOT = new Fact(1, false, Set.of(), false, null, null, false);
    static final Fact TWO_SLOTS = new Fact(2, false, Set.of(), false, null, null, false);
    static final Fact SELF = new Fact(1, true, Set.of(), false, null, null, false);

    static Fact ofSize(int size) {
        return size == 2 ? TWO_SLOTS : ONE_SLOT;
    }

    @Override
    public int getSize() {
        return size;
    }

    Fact from(Set<String> fields) {
        return fields.isEmpty() ? this : new Fact(size, self, fields, false, order, lambda, trusted);
    }

    Fact in(@Nullable Order known) {
        return known == null ? this : new Fact(size, self, from, held, known, lambda, trusted);
    }

    Fact running(Handle target) {
        return new Fact(size, self, from, held, order, target, trusted);
    }

    Fact trust() {
        return new Fact(size, self, from, held, order, lambda, true);
    }

    boolean isUnordered() {
        return order != null && !order.stable();
    }

    static Fact join(Fact one, Fact other) {
        if (one.equals(other)) {
            return one;
        }
        if (one.size != other.size) {
            return ONE_SLOT;
        }
        return new Fact(
                one.size,
                one.self || other.self,
                union(one.from, other.from),
                one.held && other.held,
                Order.join(one.order, other.order),
                one.lambda != null && one.lambda.equals(other.lambda) ? one.lambda : null,
                one.trusted && other.trusted);
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        if (one.containsAll(other)) {
            return one;
        }
        if (other.containsAll(one)) {
            return other;
        }
        Set<String> all = new TreeSet<>(one);
        all.addAll(other);
        return all;
    }
}
