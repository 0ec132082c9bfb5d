package io.raftify.engine;

import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.storage.LogStorage;
import io.raftify.node.GivingUpStateMachine;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads on in the committed log, behind an entry that cannot be applied before it is known whether it was given up: the entry
 * that decides stands behind it, and will only be applied after it. Used by one thread.
 */
final class LookAhead {

    /** Of one look, so that the thread comes back to what else it does. */
    private static final int ENTRIES_AT_ONCE = 4_096;

    private final EntryGate gate;
    private final NodeImpl node;
    private final LogStorage entries;
    private final GivingUpStateMachine stateMachine;
    private final Map<Long, Scan> scans = new HashMap<>();

    LookAhead(EntryGate gate, NodeImpl node, LogStorage entries, GivingUpStateMachine stateMachine) {
        this.gate = gate;
        this.node = node;
        this.entries = entries;
        this.stateMachine = stateMachine;
    }

    /** @param also an entry to be looked behind although nothing was promised about it; 0 for none */
    void look(long also) {
        Set<Long> undecided = new TreeSet<>(gate.undecided());
        if (also != 0) {
            undecided.add(also);
        }
        scans.keySet().retainAll(undecided);
        long committed = CommittedIndex.of(node);
        undecided.forEach(index -> scans.computeIfAbsent(index, Scan::new).advance(committed));
    }

    /** What was seen behind one entry so far. */
    private final class Scan {

        private final long index;
        private long next;
        private long term;

        Scan(long index) {
            this.index = index;
            this.next = index + 1;
        }

        void advance(long committed) {
            for (int read = 0; next <= committed && read < ENTRIES_AT_ONCE; read++) {
                LogEntry entry = entries.getEntry(next);
                if (entry == null) {
                    // Committed by the others, and not on this disk yet.
                    break;
                }
                if (givesUp(entry)) {
                    gate.decided(index);
                    return;
                }
                term = Math.max(term, entry.getId().getTerm());
                next++;
            }
            // Terms only grow in the log: no entry of an earlier one can come any more.
            gate.voided(index, term);
        }

        private boolean givesUp(LogEntry entry) {
            ByteBuffer data = entry.getData();
            return entry.getType() == EntryType.ENTRY_TYPE_DATA
                    && data != null
                    && stateMachine.givenUpBy(EngineStateMachine.bytes(data)) == index;
        }
    }
}
