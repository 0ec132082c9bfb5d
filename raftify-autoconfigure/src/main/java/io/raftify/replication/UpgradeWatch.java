package io.raftify.replication;

import io.raftify.node.NodeStatus;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeListener;
import io.raftify.node.Role;
import io.raftify.replication.wire.Admission;
import io.raftify.replication.wire.Admit;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;

/**
 * Tells the other members which build of the application this one runs, says in the log how theirs differ, and, while this
 * member leads, has the log note down what every voter has.
 */
final class UpgradeWatch implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(UpgradeWatch.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final Duration ADMIT_TIMEOUT = Duration.ofSeconds(5);

    /** Just before the phase in which Boot's applications start their member, so that its first words are heard with it. */
    private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 3073;

    private final ObjectProvider<RaftNode> node;
    private final ReplicatedBeans beans;
    private final PeerBuilds builds;
    private final ObjectProvider<ReplicationSettings> settings;
    private final InstantSource clock;
    private final AtomicBoolean admitting = new AtomicBoolean();
    private volatile boolean running;
    private @Nullable ScheduledThreadPoolExecutor timer;

    UpgradeWatch(
            ObjectProvider<RaftNode> node,
            ReplicatedBeans beans,
            PeerBuilds builds,
            ObjectProvider<ReplicationSettings> settings,
            InstantSource clock) {
        this.node = node;
        this.beans = beans;
        this.builds = builds;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public synchronized void start() {
        running = true;
        RaftNode member = node.getIfAvailable();
        if (member == null || beans.commands().isEmpty()) {
            return;
        }
        member.announce(BuildCatalogue.PART, beans.build().catalogue().toBytes());
        UpgradeReport report = new UpgradeReport(beans.build().catalogue());
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
                ticking.execute(() -> look(member, report));
            }
        });
        long every = LOOK_EVERY.toMillis();
        ticking.scheduleWithFixedDelay(() -> look(member, report), every / 2, every, TimeUnit.MILLISECONDS);
        timer = ticking;
    }

    private void look(RaftNode member, UpgradeReport report) {
        try {
            NodeStatus status = member.status();
            if (status.role() == Role.STOPPED
                    || status.role() == Role.FAILED
                    || status.peers().isEmpty()) {
                return;
            }
            PeerBuilds.View view = builds.view(member, status);
            builds.compare(view, beans.build().catalogue());
            report.look(view, builds.otherArguments());
            if (status.leading() && status.caughtUp()) {
                admit(member, view);
            }
        } catch (RuntimeException unexpected) {
            // It would end the timer without a word.
            log.warn("The builds of the members could not be compared; another try follows", unexpected);
        }
    }

    private void admit(RaftNode member, PeerBuilds.View view) {
        Admissions admissions = beans.admissions();
        boolean isNew = admissions.isNew();
        if (!isNew && !view.unheard().isEmpty()) {
            return;
        }
        // In a new cluster also what was applied already, so that it is new no longer.
        List<Requirement> known = beans.build().catalogue().requirements().stream()
                .filter(each -> view.lacking(each).isEmpty() && (isNew || !admissions.isAdmitted(each)))
                .toList();
        if (known.isEmpty() || !admitting.compareAndSet(false, true)) {
            return;
        }
        Admit.Builder admit = Admit.newBuilder();
        known.forEach(each ->
                admit.addAdmissions(Admission.newBuilder().setName(each.name()).setVersion(each.version())));
        byte[] entry = CommandCaller.newEntry(settings.getObject(), clock)
                .setAdmit(admit)
                .build()
                .toByteArray();
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
