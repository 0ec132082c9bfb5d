package io.raftify.engine;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.error.RaftError;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One command in the hands of this member's engine; ends exactly once. */
final class LocalProposal implements Closure {

    /** Told how it ended. */
    interface Ending {

        void applied(byte[] result);

        /** @param reason the engine's words */
        void notApplied(ApplyFate fate, String reason);
    }

    private static final long ANY_TERM = -1;

    private final Ending ending;
    private final AtomicBoolean ended = new AtomicBoolean();
    private byte @Nullable [] result;

    private LocalProposal(Ending ending) {
        this.ending = ending;
    }

    static void hand(Node node, byte[] command, Ending ending) {
        hand(node, command, ANY_TERM, ending);
    }

    /** @param term the only one in which it may be appended */
    static void hand(Node node, byte[] command, long term, Ending ending) {
        LocalProposal proposal = new LocalProposal(ending);
        Task task = new Task();
        task.setData(ByteBuffer.wrap(command));
        task.setDone(proposal);
        task.setExpectedTerm(term);
        try {
            node.apply(task);
        } catch (RuntimeException shuttingDown) {
            // Some of the engine's ways out run the closure as well, some do not.
            proposal.run(new Status(RaftError.ENODESHUTDOWN, "%s", "the engine is shutting down"));
        }
    }

    /** Called by the state machine before it runs this closure with success. */
    void result(byte[] result) {
        this.result = result;
    }

    @Override
    public void run(Status status) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        byte[] applied = result;
        if (status.isOk() && applied != null) {
            ending.applied(applied);
        } else if (status.isOk()) {
            ending.notApplied(ApplyFate.UNKNOWN, "the entry was committed, but its result was not seen here");
        } else {
            ending.notApplied(ApplyFate.of(status), String.valueOf(status.getErrorMsg()));
        }
    }
}
