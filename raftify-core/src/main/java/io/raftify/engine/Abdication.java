package io.raftify.engine;

import com.alipay.sofa.jraft.core.NodeImpl;
import io.raftify.node.RaftNodeSettings;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leadership given away by a member that should not have it. */
final class Abdication implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Abdication.class);

    private final String self;
    private final NodeImpl node;
    private final LeadershipTransfer transfer;
    private final Duration transferTimeout;
    private final ExecutorService transferring;

    Abdication(RaftNodeSettings settings, NodeImpl node, LeadershipTransfer transfer) {
        this.self = settings.nodeId();
        this.node = node;
        this.transfer = transfer;
        this.transferTimeout = settings.electionTimeout().multipliedBy(2);
        this.transferring = MemberThreads.pool(self + "-abdication", 1, 1);
    }

    /**
     * Tries once, if this member leads; not while a try is under way. On a thread of its own: the engine keeps whoever asks
     * it waiting while it stores a term.
     *
     * @param state what this member is, to go on after "member n1 is …"
     */
    void attempt(String state) {
        if (!node.isLeader(false)) {
            return;
        }
        try {
            transferring.execute(() -> {
                if (node.isLeader(false) && !transfer.handOver(transferTimeout)) {
                    log.debug("Member {} is {} and leads: nobody else can take over yet", self, state);
                }
            });
        } catch (RejectedExecutionException busyOrClosing) {
            log.trace("Member {} is handing over already", self, busyOrClosing);
        }
    }

    @Override
    public void close() {
        transferring.shutdownNow();
    }
}
