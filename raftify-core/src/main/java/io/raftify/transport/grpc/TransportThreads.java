package io.raftify.transport.grpc;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * All threads of one transport: event loops for streams, timeouts and callbacks, and a few that look names up, since a
 * lookup blocks for as long as the name server likes. Nothing runs on gRPC's shared pools, which outlive a transport.
 */
final class TransportThreads {

    private static final int MOST_LOOPS = 4;

    private final EventLoopGroup loops;
    private final ThreadPoolExecutor lookups;

    /** @param peers each has at most one lookup under way */
    TransportThreads(String nodeId, int peers) {
        int count = Math.max(2, Math.min(MOST_LOOPS, Runtime.getRuntime().availableProcessors()));
        this.loops = new MultiThreadIoEventLoopGroup(
                count, new DefaultThreadFactory("raftify-" + nodeId + "-io", true), NioIoHandler.newFactory());
        this.lookups = new ThreadPoolExecutor(
                0,
                Math.max(1, peers),
                5,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                new DefaultThreadFactory("raftify-" + nodeId + "-lookup", true));
    }

    EventLoopGroup loops() {
        return loops;
    }

    EventLoop nextLoop() {
        return loops.next();
    }

    Executor lookups() {
        return lookups;
    }

    /** Whether the current thread is one that {@link #close} would wait for. */
    boolean current() {
        for (EventExecutor loop : loops) {
            if (loop.inEventLoop()) {
                return true;
            }
        }
        return false;
    }

    /** Runs a callback on the loop, or elsewhere if the loop has ended, since every callback must run. */
    static void run(EventLoop loop, Runnable callback) {
        try {
            loop.execute(callback);
        } catch (RejectedExecutionException loopHasEnded) {
            ForkJoinPool.commonPool().execute(callback);
        }
    }

    /** Lets the loops finish what is queued and ends all threads; a name lookup under way ends in its own time. */
    void close(Duration timeout) {
        lookups.shutdownNow();
        loops.shutdownGracefully(0, timeout.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(2 * timeout.toMillis());
    }
}
