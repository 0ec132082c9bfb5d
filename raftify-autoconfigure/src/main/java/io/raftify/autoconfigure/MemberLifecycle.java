package io.raftify.autoconfigure;

import io.raftify.actuate.Readiness;
import io.raftify.node.NodeStatus;
import io.raftify.node.PeerStatus;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StorageType;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Starts the member before the application accepts requests, and closes it after the last one was answered. Leadership
 * leaves as soon as the context begins to close, while requests in progress still find the member there.
 */
final class MemberLifecycle
        implements SmartLifecycle, ApplicationListener<ContextClosedEvent>, ApplicationContextAware {

    /**
     * Below the phases in which Boot's web servers start, stop and drain (2048 and 1024 below the default), and of
     * message listeners and gRPC servers (the default): started before all of them, stopped after all of them.
     */
    static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 3072;

    /** Long enough for an election; short enough for three applications that are started one after another. */
    static final Duration START_WAIT = Duration.ofSeconds(10);

    /** A transfer takes one round trip when the other member is level, and must not hold the shutdown up. */
    static final Duration HAND_OVER_WAIT = Duration.ofSeconds(5);

    /** An election that a transfer starts takes milliseconds, unless there is no quorum left to win it. */
    private static final Duration SUCCESSOR_WAIT = Duration.ofSeconds(1);

    private static final Duration TELL_EVERY = Duration.ofSeconds(3);
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    private static final Logger log = LoggerFactory.getLogger(MemberLifecycle.class);

    private final RaftNode node;
    private final RaftNodeSettings settings;
    private @Nullable ApplicationContext context;
    private volatile boolean running;

    MemberLifecycle(RaftNode node, RaftNodeSettings settings) {
        this.node = node;
        this.settings = settings;
    }

    @Override
    public void setApplicationContext(ApplicationContext applicationContext) {
        this.context = applicationContext;
    }

    @Override
    public void start() {
        log.info("{}", introduction());
        node.start();
        running = true;
        awaitReady();
    }

    private String introduction() {
        String storage = settings.storageType() == StorageType.LMDB
                ? "data in " + settings.dataDir() + ", storage lmdb (synced)"
                : "storage memory (everything is lost when the process ends)";
        String transport = settings.security() != null
                ? "mutual TLS"
                : settings.allowInsecure() ? "plain text" : "plain text on loopback only";
        return "Member " + settings.nodeId() + " of cluster '" + settings.clusterName() + "': peers "
                + MemberSettings.describe(settings.peers()) + "; " + storage + "; transport " + transport;
    }

    private void awaitReady() {
        long begin = System.nanoTime();
        long told = begin;
        NodeStatus status = node.status();
        Readiness readiness = Readiness.of(status);
        while (!readiness.ready() && status.failure() == null && status.parked() == null && running) {
            long now = System.nanoTime();
            if (now - begin >= START_WAIT.toNanos() || Thread.currentThread().isInterrupted()) {
                log.warn(
                        "The application goes on starting without its member {} being ready after {} s: {}. Its"
                                + " readiness stays down until it is",
                        settings.nodeId(),
                        START_WAIT.toSeconds(),
                        readiness.reason());
                return;
            }
            if (now - told >= TELL_EVERY.toNanos()) {
                log.info("Waiting for member {} to be ready: {}", settings.nodeId(), readiness.reason());
                told = now;
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
            status = node.status();
            readiness = Readiness.of(status);
        }
        if (readiness.ready()) {
            log.info(
                    "Member {} is ready: {}, applied index {}",
                    settings.nodeId(),
                    readiness.reason(),
                    status.appliedIndex());
        } else {
            log.error("Member {} is not ready: {}", settings.nodeId(), readiness.reason());
        }
    }

    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        if (event.getApplicationContext() != context
                || !running
                || !node.status().leading()) {
            return;
        }
        if (node.status().peers().stream().noneMatch(PeerStatus::connected)) {
            log.info("Leadership of cluster '{}' goes with this member: no other is reachable", settings.clusterName());
            return;
        }
        if (node.handOverLeadership(HAND_OVER_WAIT)) {
            log.info("Leadership of cluster '{}' handed over to {}", settings.clusterName(), awaitSuccessor());
        } else {
            log.warn(
                    "Leadership of cluster '{}' could not be handed over within {} s; the other members will elect a"
                            + " leader when this one is gone",
                    settings.clusterName(),
                    HAND_OVER_WAIT.toSeconds());
        }
    }

    /** Calls in progress are passed on to the new leader, so it is worth knowing before the drain begins. */
    private String awaitSuccessor() {
        long deadline = System.nanoTime() + SUCCESSOR_WAIT.toNanos();
        String leader = node.status().leaderId();
        while (leader == null && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
            leader = node.status().leaderId();
        }
        return leader != null ? leader : "another member, not elected yet";
    }

    @Override
    public void stop() {
        running = false;
        node.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** A closed member does not start again, so a context in a pause keeps its member. */
    @Override
    public boolean isPauseable() {
        return false;
    }
}
