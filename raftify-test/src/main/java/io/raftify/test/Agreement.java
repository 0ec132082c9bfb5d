package io.raftify.test;

import io.raftify.node.NodeStatus;
import io.raftify.replication.ReplicatedBeans;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether nodes have applied the same entries and hold the same state. */
final class Agreement {

    private final List<RaftClusterNode> nodes;

    Agreement(List<RaftClusterNode> nodes) {
        this.nodes = nodes;
    }

    /** What keeps them from agreeing; empty if they do. */
    Optional<String> missing() {
        if (nodes.isEmpty()) {
            return Optional.of("no node is running");
        }
        List<Long> before = applied();
        if (before.stream().distinct().count() > 1 || committed() > before.get(0)) {
            return Optional.of("they have not all applied what is committed");
        }
        String difference = difference();
        if (!applied().equals(before)) {
            return Optional.of("entries are still being applied");
        }
        return Optional.ofNullable(difference);
    }

    private List<Long> applied() {
        return nodes.stream().map(node -> node.status().appliedIndex()).toList();
    }

    private long committed() {
        return nodes.stream()
                .map(RaftClusterNode::status)
                .mapToLong(NodeStatus::commitIndex)
                .max()
                .orElse(0);
    }

    /** A value may change between two looks; then an entry was applied, and the indexes tell. */
    private @Nullable String difference() {
        RaftClusterNode first = nodes.get(0);
        List<FieldSight> fields = FieldSight.of(first.bean(ReplicatedBeans.class));
        List<String> differences = new ArrayList<>();
        for (RaftClusterNode other : nodes.subList(1, nodes.size())) {
            FieldSight.firstDifference(fields, FieldSight.of(other.bean(ReplicatedBeans.class)))
                    .ifPresent(each -> differences.add(first + " and " + other + " differ in the " + each.one() + ": "
                            + each.one().text() + " and " + each.otherText()));
        }
        return differences.isEmpty() ? null : String.join(", ", differences);
    }
}
