package io.raftify.engine;

import com.alipay.sofa.jraft.util.NamedThreadFactory;
import com.alipay.sofa.jraft.util.SPI;
import com.alipay.sofa.jraft.util.timer.DefaultRaftTimerFactory;
import com.alipay.sofa.jraft.util.timer.HashedWheelTimer;
import com.alipay.sofa.jraft.util.timer.Timer;
import java.util.concurrent.TimeUnit;

/**
 * The engine's timers for elections, votes and stepping down, found by its service loader. Its own wake up every
 * millisecond, four threads for each member, which is most of what a member at rest costs. Timeouts end at most one tick
 * late, never early; heartbeats do not run on these timers.
 */
@SPI(name = "raftify", priority = 100)
public final class QuietTimerFactory extends DefaultRaftTimerFactory {

    /** A fiftieth of the default election timeout: far below what the random part of it spreads. */
    private static final long TICK_MILLIS = 20;

    private static final int TICKS_PER_WHEEL = 128;

    @Override
    public Timer createTimer(String name) {
        return new HashedWheelTimer(
                new NamedThreadFactory(name, true), TICK_MILLIS, TimeUnit.MILLISECONDS, TICKS_PER_WHEEL);
    }
}
