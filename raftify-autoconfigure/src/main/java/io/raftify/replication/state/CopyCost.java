package io.raftify.replication.state;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What it costs to copy one field before every command; says so when it is much. */
final class CopyCost {

    /** On average, in nanoseconds. Twice as long as it takes to sync a command to a good disk. */
    static final long MUCH = TimeUnit.MILLISECONDS.toNanos(1);

    /** Between two warnings about the same field, in nanoseconds. */
    static final long SILENCE = TimeUnit.MINUTES.toNanos(10);

    /** Before there is an average: the first copies are slow because their code is new. */
    static final int ENOUGH = 32;

    private static final Logger log = LoggerFactory.getLogger(CopyCost.class);

    private final BeanState bean;
    private final StateField field;
    private final LongSupplier nanoTime;
    private long copies;
    private double average;
    private long warnedAt;
    private boolean warned;

    CopyCost(BeanState bean, StateField field, LongSupplier nanoTime) {
        this.bean = bean;
        this.field = field;
        this.nanoTime = nanoTime;
    }

    long begin() {
        return nanoTime.getAsLong();
    }

    /** @param size how many elements were copied */
    void end(long begin, int size) {
        long now = nanoTime.getAsLong();
        average += (now - begin - average) / Math.min(++copies, ENOUGH);
        if (copies >= ENOUGH && average > MUCH && (!warned || now - warnedAt >= SILENCE)) {
            warned = true;
            warnedAt = now;
            log.warn(
                    "Before every command the field '{}' of bean '{}' is copied, so that it can be put back if the command"
                            + " throws. With its {} elements that takes {} ms on average. If commands of this application"
                            + " check first and change afterwards, mark the field @ReplicatedState(rollback = false)",
                    field.name(),
                    bean.name(),
                    size,
                    String.format(Locale.ROOT, "%.1f", average / TimeUnit.MILLISECONDS.toNanos(1)));
        }
    }
}
