package io.raftify.engine;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.entity.Task;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One command in the hands of this member's engine; ends exactly once. */
final class LocalProposal implements Closure {

    /** Told how it ended. */
    interface Ending {

        void applied(byte[] result);

        /** @param reason the engine's words */
        void notApplied(ApplyFate fate, String reason);
    }

    private final Ending ending;
    private byte @Nullable [] result;

    private LocalProposal(Ending ending) {
        this.ending = ending;
    }

    static void hand(Node node, byte[] command, Ending ending) {
        Task task = new Task();
        task.setData(ByteBuffer.wrap(command));
        task.setDone(new LocalProposal(ending));
        try {
            node.apply(task);
        } catch (IllegalStateException shuttingDown) {
            // The engine throws and, for good measure, runs the closure as well: that is where it ends.
            return;
        }
    }

    /** Called by the state machine before it runs this closure with success. */
    void result(byte[] result) {
        this.result = result;
    }

    @Override
    public void run(Status status) {
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
