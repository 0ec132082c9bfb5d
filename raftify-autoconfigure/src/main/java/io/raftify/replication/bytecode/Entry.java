package io.raftify.replication.bytecode;

import org.jspecify.annotations.Nullable;

/**
 * Where a call comes into the bean.
 *
 * @param code the first method
 * @param reviewed whether the way from there went through a method marked {@link
 *     io.raftify.annotation.Deterministic}
 */
record Entry(Kind kind, Code code, boolean reviewed) {

    enum Kind {
        COMMAND,
        QUERY,
        /** While nothing else runs: before the application is ready, or when a bean restores its state itself. */
        INITIALISER,
        /** Anything else: anybody may call it at any time, and on one member alone. */
        PLAIN
    }

    static Entry of(Kind kind, Code code) {
        return new Entry(kind, code, false);
    }

    Entry afterReview() {
        return new Entry(kind, code, true);
    }

    /**
     * How a method was reached.
     *
     * @param from null at the entry
     */
    record Step(@Nullable Code from, Entry before) {}
}
