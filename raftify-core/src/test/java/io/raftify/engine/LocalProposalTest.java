package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.error.RaftError;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** An engine that is shutting down while a command is handed to it. */
class LocalProposalTest {

    private final List<String> ends = new ArrayList<>();

    @Test
    void one_whose_queue_is_gone_ends_the_command_as_not_applied() {
        hand(task -> {
            throw new NullPointerException("the queue");
        });
        assertThat(ends).containsExactly("STOPPED");
    }

    @Test
    void one_that_throws_and_ends_the_command_as_well_ends_it_once() {
        hand(task -> {
            task.getDone().run(new Status(RaftError.ENODESHUTDOWN, "%s", "down"));
            throw new IllegalStateException("down");
        });
        assertThat(ends).containsExactly("STOPPED");
    }

    private void hand(Consumer<Task> engine) {
        Node node = (Node) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Node.class}, (proxy, method, arguments) -> {
                    engine.accept((Task) arguments[0]);
                    return null;
                });
        LocalProposal.hand(node, new byte[1], new LocalProposal.Ending() {
            @Override
            public void applied(byte[] result) {
                ends.add("applied");
            }

            @Override
            public void notApplied(ApplyFate fate, String reason) {
                ends.add(fate.name());
            }
        });
    }
}
