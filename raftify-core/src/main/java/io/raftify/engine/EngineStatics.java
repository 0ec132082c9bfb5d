package io.raftify.engine;

import com.alipay.sofa.jraft.NodeManager;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.util.ThreadPoolsFactory;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the engine keeps once per JVM, reached from here alone.
 *
 * <p>The engine registers nodes by group and peer, and thread pools by group, for the life of the JVM. So that several
 * members, also several of one name in several clusters of one name, can live and die in one JVM, each gets a group
 * name of its own. The group name stays inside the process: the transport checks the cluster's name, and
 * {@link InboundCalls} hands requests to the node directly, without looking at it.
 */
final class EngineStatics {

    private static final AtomicLong MEMBERS = new AtomicLong();

    /** Closures of failed or finished proposals may block on a caller's code, so there must be room beside them. */
    private static final int MAX_CLOSURE_THREADS = 64;

    private EngineStatics() {}

    /** Makes the engine accept a node of this name, and gives it a group and a pool of its own. */
    static Group register(String clusterName, PeerId self) {
        NodeManager.getInstance().addAddress(self.getEndpoint());
        String groupId = clusterName + "-" + MEMBERS.incrementAndGet();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                0,
                MAX_CLOSURE_THREADS,
                1,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                MemberThreads.factory(self.getIp() + "-closures"),
                // Closures must run, or a caller would never hear of its proposal: rather slow down than refuse.
                new ThreadPoolExecutor.CallerRunsPolicy());
        ThreadPoolsFactory.registerThreadPool(groupId, pool);
        return new Group(groupId, pool);
    }

    /** A member's place in the engine's registries. */
    record Group(String id, ThreadPoolExecutor pool) {

        /** The registry has no way out; what stays behind is an empty pool without threads. */
        void release() {
            pool.shutdown();
        }
    }
}
