package io.raftify.engine;

import com.alipay.sofa.jraft.core.NodeImpl;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Stops the engine, and does not wait for it for ever, as it waits itself for its disk and its replicators. */
final class EngineStop {

    /** How long closing waits for the engine before it goes on without it. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private EngineStop() {}

    /** @return whether it has stopped */
    static boolean stop(String self, NodeImpl node) {
        CountDownLatch down = new CountDownLatch(1);
        // On a thread of its own: the engine waits for its disk and its replicators without a limit.
        MemberThreads.factory(self + "-stopping")
                .newThread(() -> node.shutdown(status -> down.countDown()))
                .start();
        return awaitDespiteInterrupts(down);
    }

    /** A caller that is interrupted gets its stop all the same, and keeps its interrupt. */
    private static boolean awaitDespiteInterrupts(CountDownLatch latch) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return latch.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException again) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
