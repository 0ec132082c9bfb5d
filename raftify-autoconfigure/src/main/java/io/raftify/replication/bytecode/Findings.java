package io.raftify.replication.bytecode;

import io.raftify.replication.bytecode.Entry.Kind;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.tree.AbstractInsnNode;

/** Collects findings: one of a kind on a line, and none that a person has reviewed. */
final class Findings {

    private final Map<Key, Placed> all = new LinkedHashMap<>();

    /** Adds the finding if the method runs in that way at all. */
    void add(Kind when, Cause cause, Code code, AbstractInsnNode instruction, String detail) {
        boolean runs = code.reachedFrom().keySet().stream().anyMatch(each -> each.kind() == when && !each.reviewed());
        if (runs && code.review() == null) {
            int line = code.line(instruction);
            Key key = new Key(cause, code.place(instruction), line > 0 ? "" : detail);
            all.putIfAbsent(
                    key, new Placed(line, new Finding(cause, code.place(instruction), code.describe(), detail)));
        }
    }

    /** In the order of the source. */
    List<Finding> list() {
        boolean changes = all.keySet().stream().anyMatch(each -> each.cause == Cause.LOCAL_CHANGE);
        return all.values().stream()
                .filter(each -> !(changes && isReadOfAChange(each.finding())))
                .sorted(Comparator.comparing(
                                (Placed each) -> each.finding().place().replaceAll(":\\d+$", ""))
                        .thenComparingInt(Placed::line)
                        .thenComparing(each -> each.finding().cause()))
                .map(Placed::finding)
                .toList();
    }

    /** Of a change, the read that comes before it is no news. */
    private boolean isReadOfAChange(Finding finding) {
        return finding.cause() == Cause.LOCAL_READ && all.containsKey(new Key(Cause.LOCAL_CHANGE, finding.place(), ""));
    }

    private record Key(Cause cause, String place, String detail) {}

    private record Placed(int line, Finding finding) {}
}
