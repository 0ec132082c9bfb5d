package io.raftify.replication;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.ObjectProvider;

/** Looks every few seconds whether a command does not come to an end, and reports it for as long as it does not. */
final class CommandWatchdog implements InitializingBean, DisposableBean {

    private final CommandWatch watch;
    private final ObjectProvider<ReplicationSettings> settings;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "raftify-command-watchdog");
        thread.setDaemon(true);
        return thread;
    });

    /** @param settings whose proposal timeout is also the patience with a command, since its callers have left then */
    CommandWatchdog(CommandWatch watch, ObjectProvider<ReplicationSettings> settings) {
        this.watch = watch;
        this.settings = settings;
    }

    @Override
    public void afterPropertiesSet() {
        Duration patience = settings.getObject().proposalTimeout();
        long millis = Math.max(1, patience.toMillis());
        var unused = clock.scheduleWithFixedDelay(() -> watch.report(patience), millis, millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void destroy() {
        clock.shutdownNow();
    }
}
