package io.raftify.engine;

import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.storage.LogStorage;
import java.util.List;
import java.util.function.Supplier;

/**
 * Reports what a change of the log throws before the engine sees it (guard G2). The engine passes it on through the queue
 * of its state machine, which may be busy for long; until then it answers that what comes again is stored.
 */
final class GuardedLog extends ForwardedLog {

    private final Participation participation;

    GuardedLog(LogStorage real, Participation participation) {
        super(real);
        this.participation = participation;
    }

    @Override
    public boolean appendEntry(LogEntry entry) {
        return guarded(() -> super.appendEntry(entry));
    }

    @Override
    public int appendEntries(List<LogEntry> entries) {
        return guarded(() -> super.appendEntries(entries));
    }

    @Override
    public boolean truncatePrefix(long firstIndexKept) {
        return guarded(() -> super.truncatePrefix(firstIndexKept));
    }

    @Override
    public boolean truncateSuffix(long lastIndexKept) {
        return guarded(() -> super.truncateSuffix(lastIndexKept));
    }

    @Override
    public boolean reset(long nextLogIndex) {
        return guarded(() -> super.reset(nextLogIndex));
    }

    private <T> T guarded(Supplier<T> change) {
        try {
            return change.get();
        } catch (RuntimeException | Error thrown) {
            participation.fail("The log could not be changed: " + thrown);
            throw thrown;
        }
    }
}
