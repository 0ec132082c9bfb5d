package io.raftify.transport.grpc;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that somebody was refused, and why; again only after a while, since refused peers come back all the time
 * and strangers may come as often as they like. Thread-safe.
 */
final class RefusalLog {

    private static final Logger log = LoggerFactory.getLogger(GrpcMemberTransport.class);

    private static final long REPEAT_NANOS = 60_000_000_000L;
    private static final int REMEMBERED = 256;
    /** For strangers who give a new reason each time. */
    private static final int MOST_PER_PERIOD = 50;

    private final LongSupplier nanoClock;
    private final Map<String, Long> saidAt = new LinkedHashMap<>();
    private long periodStart;
    private int saidInPeriod;

    RefusalLog(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.periodStart = nanoClock.getAsLong();
    }

    /** @param line says who was refused and why */
    void report(String line) {
        if (mayBeSaid(line)) {
            log.warn(line);
        } else {
            log.debug(line);
        }
    }

    private synchronized boolean mayBeSaid(String line) {
        long now = nanoClock.getAsLong();
        if (now - periodStart >= REPEAT_NANOS) {
            periodStart = now;
            saidInPeriod = 0;
        }
        Long last = saidAt.get(line);
        if ((last != null && now - last < REPEAT_NANOS) || saidInPeriod >= MOST_PER_PERIOD) {
            return false;
        }
        saidInPeriod++;
        saidAt.remove(line);
        saidAt.put(line, now);
        if (saidAt.size() > REMEMBERED) {
            saidAt.remove(saidAt.keySet().iterator().next());
        }
        return true;
    }
}
