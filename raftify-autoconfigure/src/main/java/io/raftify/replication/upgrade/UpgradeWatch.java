package io.raftify.replication.upgrade;

import io.raftify.node.NodeStatus;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeListener;
import io.raftify.node.Role;
import io.raftify.replication.wire.Admission;
import io.raftify.replication.wire.Admit;
import io.raftify.replication.wire.LogEntry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Tells the other members which build of the application this one runs, says in the log how theirs differ, and, while this
 * member leads, has the log note down what every voter has.
 */
public final class UpgradeWatch implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(UpgradeWatch.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration ADMIT_TIMEOUT = Duration.ofSeconds(5);

    /** Just before the phase in which Boot's applications start their member, so that its first words are heard with it. */
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 3073;

    private final Supplier<@Nullable RaftNode> node;
    private final Supplier<BuildCatalogue> own;
    private final Admissions admissions;
    private final PeerBuilds builds;
    private final Supplier<LogEntry.Builder> entries;
    private final AtomicBoolean admitting = new AtomicBoolean();
    private volatile boolean running;
    private @Nullable ScheduledThreadPoolExecutor timer;

    /**
     * @param node gives null if this application runs without a member
     * @param own what this build has; asked when everything starts
     * @param entries begins a new entry of the log
     */
    public UpgradeWatch(
            Supplier<@Nullable RaftNode> node,
            Supplier<BuildCatalogue> own,
            Admissions admissions,
            PeerBuilds builds,
            Supplier<LogEntry.Builder> entries) {
        this.node = node;
        this.own = own;
        this.admissions = admissions;
        this.builds = builds;
        this.entries = entries;
    }

    @Override
    public synchronized void start() {
        running = true;
        RaftNode member = node.get();
        if (member == null) {
            return;
        }
        BuildCatalogue build = own.get();
        if (build.commands().isEmpty()) {
            return;
        }
        member.announce(BuildCatalogue.PART, build.toBytes());
        UpgradeReport report = new UpgradeReport(build);
        ScheduledThreadPoolExecutor ticking = new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    Thread thread = new Thread(task, "raftify-upgrade-watch");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        member.addListener(new RaftNodeListener() {
            @Override
            public void announced(String nodeId) {
                // Its commands may mean something else than here, and a second is long.
                ticking.execute(() -> look(member, build, report));
            }
        });
        long every = LOOK_EVERY.toMillis();
        ticking.scheduleWithFixedDelay(() -> look(member, build, report), every / 2, every, TimeUnit.MILLISECONDS);
        timer = ticking;
    }

    private void look(RaftNode member, BuildCatalogue build, UpgradeReport report) {
        try {
            NodeStatus status = member.status();
            if (status.role() == Role.STOPPED
                    || status.role() == Role.FAILED
                    || status.peers().isEmpty()) {
                return;
            }
            PeerBuilds.View view = builds.view(member, status);
            builds.compare(view, build);
            report.look(view, builds.otherArguments());
            if (status.leading() && status.caughtUp()) {
                admit(member, build, view);
            }
        } catch (RuntimeException unexpected) {
            // It would end the timer without a word.
            log.warn("The builds of the members could not be compared; another try follows", unexpected);
        }
    }

    private void admit(RaftNode member, BuildCatalogue build, PeerBuilds.View view) {
        boolean isNew = admissions.isNew();
        if (!isNew && !view.unheard().isEmpty()) {
            return;
        }
        // In a new cluster also what was applied already, so that it is new no longer.
        List<Requirement> known = build.requirements().stream()
                .filter(each -> view.lacking(each).isEmpty() && (isNew || !admissions.isAdmitted(each)))
                .toList();
        if (known.isEmpty() || !admitting.compareAndSet(false, true)) {
            return;
        }
        Admit.Builder admit = Admit.newBuilder();
        known.forEach(each ->
                admit.addAdmissions(Admission.newBuilder().setName(each.name()).setVersion(each.version())));
        byte[] entry = entries.get().setAdmit(admit).build().toByteArray();
        member.propose(entry, ADMIT_TIMEOUT).whenComplete((outcome, failure) -> {
            admitting.set(false);
            if (failure != null) {
                log.debug("What every member has could not be noted down; another try follows", failure);
            } else {
                log.info(
                        "The cluster noted down what its members have, and accepts it also while one of them is down: {}",
                        known);
            }
        });
    }

    @Override
    public synchronized void stop() {
        running = false;
        ScheduledThreadPoolExecutor ticking = timer;
        if (ticking != null) {
            ticking.shutdownNow();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
