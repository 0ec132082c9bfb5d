package io.raftify.replication.divergence;

import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.node.NodeStatus;
import io.raftify.node.PeerStatus;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeListener;
import io.raftify.replication.wire.Checkpoint;
import io.raftify.replication.wire.DigestReport;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Tells the other members the digests of this one's state and compares them with theirs. A member that finds itself to be
 * the odd one stops serving, keeps what it has as evidence, and says in which beans and fields it differs.
 *
 * <p>Compares on a thread of its own: it is told of digests by threads of the member. Where no majority says who is right, it
 * waits a few seconds for the digests of the others before it says so.
 */
public final class DivergenceWatch implements SmartInitializingSingleton, RaftNodeListener, DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(DivergenceWatch.class);

    /** Under which digests are announced. */
    public static final String PART = "digests";

    /** Of a bean with very many fields, only what is in all of them together is compared. */
    private static final int MOST_BYTES = RaftNode.MAX_ANNOUNCEMENT_BYTES / 2;

    private static final int MOST_INDEXES = 100;

    /** What it would answer as leader may be wrong; on a quiet cluster nothing else ends its leadership. */
    private static final Duration HAND_OVER_WAIT = Duration.ofSeconds(5);

    private final Supplier<@Nullable RaftNode> nodes;
    private final Divergence divergence;
    private final BiPredicate<RaftNode, String> sameBuild;
    private final DivergenceEvidence evidence;
    private final Listener listener;

    /** The digests of some members are there before those of others. */
    private static final long PATIENCE_WITH_OTHERS_MILLIS = 5_000;

    private final ScheduledExecutorService comparing = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "raftify-divergence-watch");
        thread.setDaemon(true);
        return thread;
    });

    /** One comparison that waits is enough: it sees everything there is then. */
    private final AtomicBoolean oneWaits = new AtomicBoolean();

    /** By index, since when no majority has said who is right. Used by the comparing thread. */
    private final Map<Long, Long> undecidedSince = new LinkedHashMap<>();

    /** What was told of an index, so that it is told once. Used by the comparing thread. */
    private final Map<Long, Set<String>> told = new LinkedHashMap<>();

    private volatile @Nullable RaftNode node;
    private volatile DigestReport own = DigestReport.getDefaultInstance();

    /** Whom it tells, beside the log of the application. */
    @FunctionalInterface
    public interface Listener {

        /**
         * The states of members differ; said once of an index, unless more becomes known of it.
         *
         * @param index the entry after which they were compared
         * @param members those that differ from a majority; empty if there is none
         * @param fields where they differ
         */
        void diverged(long index, Set<String> members, Set<String> fields);
    }

    /**
     * @param nodes gives null if this application runs without a member
     * @param sameBuild whether a peer of the member is known to run the build of the application that runs here: what
     *     another one writes in another form need not be another value
     */
    public DivergenceWatch(
            Supplier<@Nullable RaftNode> nodes,
            Divergence divergence,
            BiPredicate<RaftNode, String> sameBuild,
            DivergenceEvidence evidence,
            Listener listener) {
        this.nodes = nodes;
        this.divergence = divergence;
        this.sameBuild = sameBuild;
        this.evidence = evidence;
        this.listener = listener;
    }

    @Override
    public void afterSingletonsInstantiated() {
        RaftNode member = nodes.get();
        if (member != null) {
            node = member;
            stayAway();
            divergence.onMended(evidence::forget);
            divergence.onDigests(this::taken);
            member.addListener(this);
        }
    }

    /** What was found before a restart is still true of what is on disk. */
    private void stayAway() {
        String remembered = evidence.remembered();
        if (remembered != null) {
            divergence.remember(remembered);
            log.error(
                    "This member does not serve: {}. That was found before it was started. Mend the command, then start it"
                            + " with an empty data directory: the others fill it.",
                    remembered);
        }
    }

    private void taken(DigestReport report) {
        RaftNode member = node;
        if (member == null) {
            return;
        }
        own = report.getSerializedSize() <= MOST_BYTES ? report : Checkpoints.withoutFields(report);
        try {
            member.announce(PART, own.toByteArray());
        } catch (IllegalArgumentException tooMuch) {
            log.warn(
                    "The digests of this member's state are not announced, so that it cannot be compared with that of others:"
                            + " {} Let the application announce less.",
                    tooMuch.getMessage());
        }
        compareSoon();
    }

    @Override
    public void announced(String nodeId) {
        compareSoon();
    }

    private void compareSoon() {
        if (oneWaits.compareAndSet(false, true)) {
            compareIn(0);
        }
    }

    private void compareIn(long millis) {
        try {
            comparing.schedule(this::compare, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            log.trace("No more comparisons: the application is closing", closing);
        }
    }

    private void compare() {
        oneWaits.set(false);
        RaftNode member = node;
        if (member == null) {
            return;
        }
        long generation = divergence.generation();
        NodeStatus status = member.status();
        Map<String, DigestReport> reports = reports(member, status);
        for (Checkpoint mine : own.getCheckpointsList()) {
            Map<String, Checkpoint> taken = new TreeMap<>();
            taken.put(status.nodeId(), mine);
            reports.forEach((peer, report) -> report.getCheckpointsList().stream()
                    .filter(theirs -> theirs.getIndex() == mine.getIndex())
                    .forEach(theirs -> taken.put(peer, theirs)));
            DigestVote vote = DigestVote.of(taken, status.peers().size() + 1);
            if (!vote.agreed() && !mayBeDecidedSoon(mine.getIndex(), vote)) {
                tell(member, status.nodeId(), mine.getIndex(), taken, vote, generation);
            }
        }
    }

    private boolean mayBeDecidedSoon(long index, DigestVote vote) {
        if (!vote.undecided()) {
            return false;
        }
        forgetOldest(undecidedSince);
        long now = System.nanoTime();
        Long since = undecidedSince.putIfAbsent(index, now);
        if (since == null) {
            compareIn(PATIENCE_WITH_OTHERS_MILLIS);
        }
        return since == null || now - since < TimeUnit.MILLISECONDS.toNanos(PATIENCE_WITH_OTHERS_MILLIS);
    }

    private static void forgetOldest(Map<Long, ?> byIndex) {
        if (byIndex.size() > MOST_INDEXES) {
            byIndex.remove(byIndex.keySet().iterator().next());
        }
    }

    /** Of the members that run the same build. */
    private Map<String, DigestReport> reports(RaftNode member, NodeStatus status) {
        Map<String, DigestReport> reports = new TreeMap<>();
        for (PeerStatus peer : status.peers()) {
            byte[] announced = member.announced(peer.nodeId(), PART);
            if (announced == null || !sameBuild.test(member, peer.nodeId())) {
                continue;
            }
            try {
                reports.put(peer.nodeId(), DigestReport.parseFrom(announced));
            } catch (InvalidProtocolBufferException unreadable) {
                log.warn("The digests that {} announces cannot be read: {}", peer.nodeId(), unreadable.getMessage());
            }
        }
        return reports;
    }

    private void tell(
            RaftNode member, String self, long index, Map<String, Checkpoint> taken, DigestVote vote, long generation) {
        Set<String> before = told.put(index, new TreeSet<>(vote.odd()));
        if (before != null && before.equals(vote.odd())) {
            return;
        }
        forgetOldest(told);
        if (vote.undecided()) {
            log.error(
                    "The state of members {} differs after entry {} in {}, and no majority says who is right. A command"
                            + " is not deterministic. Bring the other members up, so that they decide.",
                    taken.keySet(),
                    index,
                    vote.fields());
        } else if (vote.odd().contains(self)) {
            if (!stopServing(member, self, index, taken, vote, generation)) {
                return;
            }
        } else {
            log.error(
                    "The state of {} differs from that of the majority after entry {} in {}. A command is not"
                            + " deterministic. That member stops serving; start it with an empty data directory once the"
                            + " command is mended.",
                    vote.odd(),
                    index,
                    vote.fields());
            putIntoSnapshot(member, index);
        }
        listener.diverged(index, vote.odd(), vote.fields());
    }

    /**
     * The odd member is to be filled from a snapshot. From the log it would apply again what did not do the same everywhere,
     * and perhaps by a command that was mended since. A log begins behind its last snapshot but one.
     */
    private void putIntoSnapshot(RaftNode member, long index) {
        NodeStatus status = member.status();
        if (status.firstIndex() > index || divergence.reason() != null) {
            return;
        }
        var unused = member.snapshot().exceptionally(failure -> {
            log.debug("No snapshot of what comes after entry {} yet", index, failure);
            return 0L;
        });
        try {
            comparing.schedule(
                    () -> putIntoSnapshot(member, index), PATIENCE_WITH_OTHERS_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closing) {
            log.trace("No more snapshots: the application is closing", closing);
        }
    }

    /** @return false if the state that was judged is not there any more */
    private boolean stopServing(
            RaftNode member, String self, long index, Map<String, Checkpoint> taken, DigestVote vote, long generation) {
        boolean nobodyIsRight = vote.odd().equals(taken.keySet());
        String where = "the state of member " + self + " differs from that of "
                + (nobodyIsRight ? "every majority of the members" : "the majority") + " after entry " + index + " in "
                + vote.fields();
        if (!divergence.found(where, generation)) {
            return false;
        }
        evidence.remember(where);
        log.error(
                "Member {} stops serving: {}. A command is not deterministic. Evidence is {}. Mend the command, then {}.",
                self,
                where,
                evidence.keep(index, taken, vote),
                nobodyIsRight
                        ? "choose the member whose state is to be kept and remove '" + DivergenceEvidence.MARK
                                + "' from there before it is started, and start the others with empty data directories,"
                                + " one after the other"
                        : "start this member with an empty data directory: the others fill it");
        if (!member.handOverLeadership(HAND_OVER_WAIT)) {
            // It parks at the next entry and hands over then.
            log.debug("Member {} leads until the next entry: nobody took over", self);
        }
        return true;
    }

    @Override
    public void destroy() {
        comparing.shutdownNow();
    }
}
