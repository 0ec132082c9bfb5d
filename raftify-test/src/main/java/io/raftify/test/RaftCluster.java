package io.raftify.test;

import io.raftify.node.NodeStatus;
import io.raftify.node.PeerAddress;
import io.raftify.transport.inprocess.InProcessNetwork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A cluster of applications in this JVM, and what can happen to it. Comes from {@link RaftClusterTest}.
 *
 * <p>Verbs act at once and return when they have; those called {@code await…}, {@link #leader()} and {@link #follower()}
 * wait, for the annotation's {@link RaftClusterTest#timeout()} at most, and fail with what they last saw. Calls of beans
 * wait as always, for {@code raftify.proposal.timeout} and {@code raftify.read.timeout}. Thread-safe, but verbs that
 * contradict each other should come from one thread.
 */
public final class RaftCluster {

    private final NodeApplication application;
    private final @Nullable Path directory;
    private final Duration timeout;
    private final InProcessNetwork network = new InProcessNetwork();
    private final Map<String, PeerAddress> addresses = new LinkedHashMap<>();
    private final List<RaftClusterNode> nodes;

    /** @param directory for the nodes' data; null if they keep it in memory */
    RaftCluster(NodeApplication application, int size, @Nullable Path directory, Duration timeout) {
        this.application = application;
        this.directory = directory;
        this.timeout = timeout;
        for (int number = 1; number <= size; number++) {
            addresses.put("n" + number, MemberInitializer.address(number));
        }
        this.nodes = IntStream.rangeClosed(1, size)
                .mapToObj(number -> new RaftClusterNode("n" + number, timeout))
                .toList();
    }

    /** All nodes, whether they run or not. */
    public List<RaftClusterNode> nodes() {
        return nodes;
    }

    /**
     * The node of that name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public RaftClusterNode node(String id) {
        return nodes.stream()
                .filter(node -> node.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no node '" + id + "', only " + nodes + "."));
    }

    /**
     * The node that leads among those that reach a majority, waiting for one if need be. One that was cut off from the
     * majority may believe for a while that it leads; it is not this one.
     *
     * @throws AssertionError if nobody leads within the timeout
     */
    public RaftClusterNode leader() {
        return Patience.find("a leader among " + nodes, timeout, this::newestLeader, this::describe);
    }

    /**
     * A node that follows the {@link #leader()} and reaches it, waiting for one if need be.
     *
     * @throws AssertionError if there is none within the timeout
     */
    public RaftClusterNode follower() {
        return Patience.find("a follower among " + nodes, timeout, this::anyFollower, this::describe);
    }

    /**
     * Waits until one node leads and all running nodes that it reaches follow it, so that calls on any of them need not
     * wait for an election.
     *
     * @return the leader
     * @throws AssertionError if that takes longer than the timeout
     */
    public RaftClusterNode awaitLeader() {
        return Patience.find(
                "one leader that all nodes it reaches follow, among " + nodes,
                timeout,
                this::followedLeader,
                this::describe);
    }

    /**
     * Waits until all running nodes have applied the same entries of the log and the state of their replicated beans is
     * equal. What a bean holds outside of fields marked {@code @ReplicatedState} is not compared.
     *
     * @throws AssertionError if that takes longer than the timeout; says at which index each node is, or else which field
     *     of which bean differs
     */
    public void awaitAgreement() {
        Patience.await(
                "agreement of " + running(),
                timeout,
                () -> new Agreement(running())
                        .missing()
                        .map(each -> each + ". " + describe())
                        .orElse(null));
    }

    /** Cuts these nodes off from all others, in both directions; among themselves they stay connected. */
    public void cut(RaftClusterNode... group) {
        Set<RaftClusterNode> cutOff = Set.of(group);
        cutOff.forEach(this::own);
        for (RaftClusterNode inside : cutOff) {
            for (RaftClusterNode outside : nodes) {
                if (!cutOff.contains(outside)) {
                    network.cut(inside.id(), outside.id());
                    network.cut(outside.id(), inside.id());
                }
            }
        }
    }

    /** From now on, nothing that the one sends reaches the other; what comes back the other way does. */
    public void cutOneWay(RaftClusterNode from, RaftClusterNode to) {
        network.cut(own(from).id(), own(to).id());
    }

    /** Ends every cut. Paused nodes stay paused, stopped ones stay stopped. */
    public void heal() {
        network.heal();
    }

    /**
     * Holds nodes up: from now on nothing that one sends leaves, and nothing that is sent to it arrives; all of it waits, in
     * order. That is what the others see of a process that is stopped, or collects garbage, for a while, and
     * {@link #resume} brings what such a process brings afterwards: late votes, late entries, answers nobody waits for.
     *
     * <p>Inside, it is not one: the node's threads and clocks go on, since the JVM is everybody's. A leader notices after
     * an election timeout that nobody answers, and steps down, where a process that wakes up would still believe for a
     * moment that it leads. Calls on the node end by their deadline.
     */
    public void pause(RaftClusterNode... paused) {
        for (RaftClusterNode node : paused) {
            network.pause(own(node).id());
        }
    }

    /** Lets paused nodes go on. */
    public void resume(RaftClusterNode... paused) {
        for (RaftClusterNode node : paused) {
            network.resume(own(node).id());
        }
    }

    /** Closes the contexts of nodes, all at once, as a deployment does: a leader hands leadership over first. */
    public void stop(RaftClusterNode... leaving) {
        InParallel.forEach(List.of(leaving), node -> own(node).stop());
    }

    /**
     * Ends nodes, all at once, as nearly as one can within a JVM as {@code kill -9} would: a node's connections break,
     * leadership is not handed over, and what waits to be written to its log never is. What was synced is there after a
     * {@link #restart}; in memory, nothing is.
     *
     * <p>Then its context is closed, since its threads and ports are this JVM's: so beans are destroyed, as they would not
     * be, but find a member that takes no calls. Nothing is torn in the middle of a write, and nothing that the system
     * holds for the disk is lost; that takes real processes, and a loss of power.
     */
    public void kill(RaftClusterNode... victims) {
        InParallel.forEach(List.of(victims), node -> own(node).kill());
    }

    /**
     * Starts nodes again on their data, all at once, after they were stopped or killed; one that runs is stopped first.
     * Returns when the applications have started, which wait some seconds for their members to be ready, and not longer.
     */
    public void restart(RaftClusterNode... stopped) {
        InParallel.forEach(List.of(stopped), node -> {
            own(node).stop();
            start(node, () -> {});
        });
    }

    private RaftClusterNode own(RaftClusterNode node) {
        if (!nodes.contains(node)) {
            throw new IllegalArgumentException("Node " + node + " belongs to another cluster.");
        }
        return node;
    }

    /** All at once, since each waits for the others. The first sets up what all share, such as logging. */
    void startAll() {
        CountDownLatch prepared = new CountDownLatch(1);
        try {
            InParallel.forEach(nodes, node -> {
                if (node == nodes.get(0)) {
                    try {
                        start(node, prepared::countDown);
                    } finally {
                        prepared.countDown();
                    }
                } else {
                    prepared.await();
                    start(node, () -> {});
                }
            });
        } catch (RuntimeException | Error notAllStarted) {
            // Those that did start would hold threads, ports and directories until the JVM ends.
            close();
            throw notAllStarted;
        }
    }

    private void start(RaftClusterNode node, Runnable prepared) {
        Path dataDir = directory == null ? null : directory.resolve(node.id());
        MemberInitializer member = new MemberInitializer(node.id(), addresses, dataDir, network, node::created);
        ConfigurableApplicationContext started = InParallel.named(node.id(), () -> application.start(member, prepared));
        node.started(started);
    }

    /** What every test method finds: all nodes there, reaching each other, ready. */
    void restore() {
        network.heal();
        nodes.forEach(node -> network.resume(node.id()));
        List<RaftClusterNode> missing = nodes.stream()
                .filter(node -> !node.running() || node.status().failure() != null)
                .toList();
        restart(missing.toArray(RaftClusterNode[]::new));
        awaitLeader();
        nodes.forEach(RaftClusterNode::awaitReady);
    }

    /** At the end nobody needs a successor, and each would wait for it. */
    void close() {
        InParallel.forEach(nodes, RaftClusterNode::kill);
    }

    private List<RaftClusterNode> running() {
        return nodes.stream().filter(RaftClusterNode::running).toList();
    }

    private @Nullable RaftClusterNode newestLeader() {
        return nodes.stream()
                .filter(node -> node.running() && node.status().leading() && reachesMajority(node))
                .max(Comparator.comparingLong(node -> node.status().term()))
                .orElse(null);
    }

    private @Nullable RaftClusterNode followedLeader() {
        RaftClusterNode leader = newestLeader();
        boolean followed = leader != null
                && nodes.stream()
                        .filter(node -> node != leader && node.running() && connected(node, leader))
                        .allMatch(node -> follows(node, leader));
        return followed ? leader : null;
    }

    private @Nullable RaftClusterNode anyFollower() {
        RaftClusterNode leader = newestLeader();
        return leader == null
                ? null
                : nodes.stream()
                        .filter(node -> node != leader && follows(node, leader))
                        .findFirst()
                        .orElse(null);
    }

    private boolean reachesMajority(RaftClusterNode node) {
        long reached = nodes.stream()
                .filter(other -> other == node || (other.running() && connected(node, other)))
                .count();
        return 2 * reached > nodes.size();
    }

    private boolean connected(RaftClusterNode one, RaftClusterNode other) {
        return network.reaches(one.id(), other.id()) && network.reaches(other.id(), one.id());
    }

    private boolean follows(RaftClusterNode node, RaftClusterNode leader) {
        return node.running()
                && connected(node, leader)
                && leader.id().equals(node.status().leaderId())
                && node.status().term() == leader.status().term();
    }

    private String describe() {
        return nodes.stream().map(this::describe).collect(Collectors.joining("; "));
    }

    private String describe(RaftClusterNode node) {
        if (!node.running()) {
            return String.valueOf(node.unready());
        }
        NodeStatus status = node.status();
        List<String> unreached = unreached(node, nodes);
        return node + " is " + status.role() + " in term " + status.term() + ", leader " + status.leaderId()
                + ", applied " + status.appliedIndex() + " of " + status.commitIndex() + " committed"
                + (unreached.isEmpty() ? "" : ", does not reach " + unreached)
                + (status.failure() == null ? "" : ", failed: " + status.failure());
    }

    private List<String> unreached(RaftClusterNode node, Collection<RaftClusterNode> others) {
        List<String> unreached = new ArrayList<>();
        for (RaftClusterNode other : others) {
            if (other != node && !network.reaches(node.id(), other.id())) {
                unreached.add(other.id());
            }
        }
        return unreached;
    }
}
