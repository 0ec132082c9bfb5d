package io.raftify.test;

import io.raftify.actuate.Readiness;
import io.raftify.engine.InProcessMember;
import io.raftify.node.NodeStatus;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * One node of a {@link RaftCluster}: an application and its member. The same object through all stops and restarts; the
 * context and its beans are others after each. Thread-safe.
 */
public final class RaftClusterNode {

    private final String id;
    private final Duration timeout;
    private volatile @Nullable ConfigurableApplicationContext context;
    private volatile @Nullable InProcessMember member;
    private volatile String absence = "has not been started";

    RaftClusterNode(String id, Duration timeout) {
        this.id = id;
        this.timeout = timeout;
    }

    /** Its node id: {@code n1}, {@code n2} and so on. */
    public String id() {
        return id;
    }

    /** Whether it was started and neither stopped nor killed since. A node that is cut off or paused runs. */
    public boolean running() {
        return context != null;
    }

    /**
     * The application's context.
     *
     * @throws IllegalStateException if the node does not run
     */
    public ApplicationContext context() {
        ApplicationContext running = context;
        if (running == null) {
            throw new IllegalStateException(
                    "Node " + id + " " + absence + "; start it by RaftCluster.restart(node) first.");
        }
        return running;
    }

    /**
     * The application's bean of that type; calls of its commands and queries go through this node's member. Ask anew after
     * a restart.
     *
     * @throws IllegalStateException if the node does not run
     */
    public <T> T bean(Class<T> type) {
        return context().getBean(type);
    }

    /** The port of its web server, with {@code webEnvironment = RANDOM_PORT}. */
    public int port() {
        return context().getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    /** Its member as that sees itself now, or as it was when it stopped. */
    public NodeStatus status() {
        InProcessMember known = member;
        if (known == null) {
            throw new IllegalStateException("Node " + id + " has not been started yet.");
        }
        return known.node().status();
    }

    /**
     * Waits until its member knows a leader and has caught up with what was committed when it started.
     *
     * @throws AssertionError if that takes longer than the cluster's timeout
     */
    public void awaitReady() {
        Patience.await("node " + id + " to be ready", timeout, this::unready);
    }

    @Nullable String unready() {
        if (!running()) {
            return id + " " + absence;
        }
        Readiness readiness = Readiness.of(status());
        return readiness.ready() ? null : id + ": " + readiness.reason();
    }

    void created(InProcessMember created) {
        member = created;
    }

    void started(ConfigurableApplicationContext started) {
        context = started;
    }

    /** With all that a good end is made of: leadership is handed over, beans are destroyed. */
    void stop() {
        ConfigurableApplicationContext running = context;
        if (running != null) {
            absence = "was stopped";
            context = null;
            running.close();
        }
    }

    void kill() {
        ConfigurableApplicationContext running = context;
        InProcessMember victim = member;
        if (running != null && victim != null) {
            absence = "was killed";
            context = null;
            victim.crash();
            running.close();
        }
    }

    @Override
    public String toString() {
        return id;
    }
}
