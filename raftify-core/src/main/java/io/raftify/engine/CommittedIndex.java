package io.raftify.engine;

import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.util.Describer;

/**
 * How far this member knows the log to be committed, also while its state machine stands still: what the engine tells as its last
 * committed index is the one that its state machine has come to. Of the other it only speaks in its description of itself.
 */
final class CommittedIndex {

    /** The engine's words before the number. */
    private static final String LABEL = "lastCommittedIndex:";

    private CommittedIndex() {}

    /** 0 if nothing is known. */
    static long of(NodeImpl node) {
        Reading reading = new Reading();
        node.describe(reading);
        return reading.found;
    }

    private static final class Reading implements Describer.Printer {

        private boolean next;
        private long found;

        @Override
        public Describer.Printer print(Object text) {
            if (next && text instanceof Long index) {
                found = index;
            }
            next = text instanceof String label && label.strip().equals(LABEL);
            return this;
        }

        @Override
        public Describer.Printer println(Object text) {
            return print(text);
        }
    }
}
