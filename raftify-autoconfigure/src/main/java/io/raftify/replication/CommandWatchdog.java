package io.raftify.replication;

import io.raftify.node.RaftNode;
import io.raftify.replication.wire.GiveUp;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.ObjectProvider;

/**
 * Looks every few seconds whether a command does not come to an end. Reports it for as long as it does not, and after a longer time
 * asks the members to give it up, again and again until they have.
 */
final class CommandWatchdog implements InitializingBean, DisposableBean {

    private static final Logger log = LoggerFactory.getLogger(CommandWatchdog.class);

    private static final Duration SHORTEST_LOOK = Duration.ofMillis(50);
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(5);

    private final CommandWatch watch;
    private final Supplier<@Nullable RaftNode> node;
    private final ObjectProvider<ReplicationSettings> settings;
    private final InstantSource time;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "raftify-command-watchdog");
        thread.setDaemon(true);
        return thread;
    });

    /** Why the members have not given up the command in question yet; only said when it changes. */
    private volatile String said = "";

    /** @param settings whose proposal timeout is also the patience with a command, since its callers have left then */
    CommandWatchdog(
            CommandWatch watch,
            Supplier<@Nullable RaftNode> node,
            ObjectProvider<ReplicationSettings> settings,
            InstantSource time) {
        this.watch = watch;
        this.node = node;
        this.settings = settings;
        this.time = time;
    }

    @Override
    public void afterPropertiesSet() {
        ReplicationSettings given = settings.getObject();
        Duration patience = given.proposalTimeout();
        Duration giveUpAfter = given.giveUpAfter();
        every(patience, () -> watch.report(patience, giveUpAfter));
        if (!giveUpAfter.isZero()) {
            Duration look = giveUpAfter.dividedBy(10);
            every(
                    look.compareTo(LONGEST_LOOK) > 0
                            ? LONGEST_LOOK
                            : look.compareTo(SHORTEST_LOOK) < 0 ? SHORTEST_LOOK : look,
                    () -> giveUpIfOverdue(given));
        }
    }

    private void every(Duration period, Runnable task) {
        long millis = Math.max(1, period.toMillis());
        var unused = clock.scheduleWithFixedDelay(task, millis, millis, TimeUnit.MILLISECONDS);
    }

    private void giveUpIfOverdue(ReplicationSettings given) {
        CommandInProgress overdue = watch.overdue(given.giveUpAfter());
        RaftNode member = node.get();
        if (overdue == null || member == null) {
            said = "";
            return;
        }
        byte[] entry = CommandCaller.newEntry(given, time)
                .setGiveUp(GiveUp.newBuilder().setIndex(overdue.index()))
                .build()
                .toByteArray();
        member.giveUp(overdue.index(), entry).whenComplete((done, refused) -> {
            if (refused != null && member.status().leading()) {
                say(overdue, String.valueOf(refused.getMessage()));
            }
        });
    }

    private void say(CommandInProgress command, String why) {
        if (!why.equals(said)) {
            said = why;
            log.warn(
                    "The command '{}' in entry {} has been running for {} s, but cannot be given up now; it is tried again. {}",
                    command.command(),
                    command.index(),
                    command.duration().toSeconds(),
                    why);
        }
    }

    @Override
    public void destroy() {
        clock.shutdownNow();
    }
}
