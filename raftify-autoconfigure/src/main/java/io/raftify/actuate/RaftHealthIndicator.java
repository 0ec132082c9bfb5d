package io.raftify.actuate;

import io.raftify.node.NodeStatus;
import io.raftify.node.RaftNode;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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
    private final Supplier<@Nullable String> refusal;
    private final Supplier<@Nullable String> applying;

    /**
     * Makes one.
     *
     * @param refusal why the state of the beans must not be served, as a clause; null if it may
     * @param applying the command that is being applied now, in words; null if there is none
     */
    public RaftHealthIndicator(RaftNode node, Supplier<@Nullable String> refusal, Supplier<@Nullable String> applying) {
        super("The member's status cannot be read");
        this.node = node;
        this.refusal = refusal;
        this.applying = applying;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        NodeStatus status = node.status();
        String refused = refusal.get();
        Readiness readiness = refused != null ? new Readiness(false, refused) : Readiness.of(status);
        if (status.failure() != null || refused != null) {
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
        String full = status.storage().full();
        if (full != null) {
            // Reads go on, and another member may lead: no reason to take this one out of service.
            builder.withDetail("diskFull", full);
        }
        String command = applying.get();
        if (command != null) {
            builder.withDetail("applying", command);
        }
    }
}
