package io.raftify.actuate;

import io.raftify.node.NodeStatus;
import io.raftify.node.PeerStatus;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Whether a member can serve: it is caught up, knows a leader, and its build of the application knows what is in the log.
 *
 * @param reason in plain words, also when it is ready
 */
public record Readiness(boolean ready, String reason) {

    /** Judges by the member's own view. */
    public static Readiness of(NodeStatus status) {
        if (status.failure() != null) {
            return new Readiness(false, "the member stopped taking part: " + status.failure());
        }
        return switch (status.role()) {
            case STOPPED -> new Readiness(false, "the member is not running");
            case FAILED -> new Readiness(false, "the member stopped taking part");
            default -> ofRunning(status);
        };
    }

    private static Readiness ofRunning(NodeStatus status) {
        if (status.parked() != null) {
            return new Readiness(
                    false, "the member is parked after index " + status.appliedIndex() + ": " + status.parked());
        }
        if (status.leaderId() == null) {
            return new Readiness(false, withoutLeader(status));
        }
        if (!status.caughtUp()) {
            return new Readiness(
                    false,
                    "catching up with leader " + status.leaderId() + ": applied " + status.appliedIndex() + " of "
                            + Math.max(status.commitIndex(), status.appliedIndex()) + " entries");
        }
        String role = status.nodeId().equals(status.leaderId())
                ? "leader"
                : status.role().name().toLowerCase(Locale.ROOT) + " of " + status.leaderId();
        return new Readiness(true, role + " in term " + status.term());
    }

    private static String withoutLeader(NodeStatus status) {
        String peers = status.peers().stream().map(Readiness::describe).collect(Collectors.joining("; "));
        return "no leader of cluster '" + status.clusterName() + "' is known" + (peers.isEmpty() ? "" : ": " + peers);
    }

    private static String describe(PeerStatus peer) {
        String where = peer.nodeId() + " at " + peer.address();
        if (peer.connected()) {
            return where + " is connected"
                    + (peer.role() != null ? " as " + peer.role().name().toLowerCase(Locale.ROOT) : "");
        }
        return where + " is not reachable" + (peer.lastError() != null ? ": " + peer.lastError() : "");
    }
}
