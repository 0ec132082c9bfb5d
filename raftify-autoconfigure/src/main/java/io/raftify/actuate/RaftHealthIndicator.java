package io.raftify.actuate;

import io.raftify.node.NodeStatus;
import io.raftify.node.RaftNode;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Tells whether this member can serve. Belongs to readiness and never to liveness: restarting a member does not bring a
 * lost quorum back, it only takes one more voter away.
 *
 * <p>{@code UP}: caught up and a leader is known. {@code OUT_OF_SERVICE}: not yet, or not any more; also while the member is
 * parked and waits for a newer build of the application. {@code DOWN}: the member stopped taking part after a failure and
 * needs a person.
 */
public final class RaftHealthIndicator extends AbstractHealthIndicator implements HealthIndicator {

    private final RaftNode node;

    public RaftHealthIndicator(RaftNode node) {
        super("The member's status cannot be read");
        this.node = node;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        NodeStatus status = node.status();
        Readiness readiness = Readiness.of(status);
        if (status.failure() != null) {
            builder.down();
        } else if (readiness.ready()) {
            builder.up();
        } else {
            builder.outOfService();
        }
        builder.withDetail("role", status.role())
                .withDetail("term", status.term())
                .withDetail("leader", status.leaderId() != null ? status.leaderId() : "none")
                .withDetail("applied", status.appliedIndex())
                .withDetail("commit", status.commitIndex())
                .withDetail("reason", readiness.reason());
    }
}
