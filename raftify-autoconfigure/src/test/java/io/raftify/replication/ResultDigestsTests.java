package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.commands;
import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import io.raftify.replication.divergence.DivergenceSight;
import io.raftify.replication.wire.DigestReport;
import io.raftify.replication.wire.FieldDigest;
import io.raftify.replication.wire.WireFormat;
import io.raftify.testnode.SingleMemberNode;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;

/** What commands return is compared between members without the order in what promises none. */
class ResultDigestsTests {

    @Test
    void aHashMapThatWasRestoredHasAnotherOrderAndTheSameDigest() {
        List<byte[]> log = new ArrayList<>();
        List<byte[]> snapshot = new ArrayList<>();
        context(Store.class).run(context -> {
            Store store = context.getBean(Store.class);
            store.fill(5_000);
            store.keep(12);
            snapshot.add(context.getBean(SingleMemberNode.class).writeSnapshot());
            store.all();
            store.amounts();
            store.first();
            log.addAll(withoutIds(context));
        });
        List<ByteString> restored = new ArrayList<>();
        List<ByteString> values = new ArrayList<>();
        for (int member = 0; member < 2; member++) {
            boolean first = member == 0;
            context(Store.class).run(context -> {
                ReplicatedStateMachine machine = context.getBean(ReplicatedStateMachine.class);
                if (first) {
                    machine.apply(1, 1, log.get(0));
                    machine.apply(2, 1, log.get(1));
                } else {
                    context.getBean(SingleMemberNode.class).restore(snapshot.get(0));
                }
                values.add(WireFormat.parseOutcome(machine.apply(3, 1, log.get(2)))
                        .getCommand()
                        .getValue());
                machine.apply(4, 1, log.get(3));
                restored.add(digestOfValues(context, 1_000, log.get(2)));
            });
        }
        assertThat(values.get(1)).as("what this test is about").isNotEqualTo(values.get(0));
        assertThat(restored.get(1)).isEqualTo(restored.get(0));
    }

    @Test
    void aSetThatIteratesInAnotherOrderHasTheSameDigestAndOneWithOtherElementsHasNot() {
        assertThat(digest(true, "pick", 0)).isEqualTo(digest(false, "pick", 0));
        assertThat(digest(true, "pick", 1)).isNotEqualTo(digest(false, "pick", 0));
    }

    @Test
    void theOrderOfAListIsPartOfItsDigest() {
        assertThat(digest(true, "pickInOrder", 0)).isNotEqualTo(digest(false, "pickInOrder", 0));
        assertThat(digest(true, "pickInOrder", 0)).isEqualTo(digest(true, "pickInOrder", 0));
    }

    private static ByteString digest(boolean backwards, String command, int from) {
        List<ByteString> digests = new ArrayList<>();
        Picked.backwards = backwards;
        context(Store.class).run(context -> {
            Store store = context.getBean(Store.class);
            if (command.equals("pick")) {
                store.pick(from);
            } else {
                store.pickInOrder(from);
            }
            digests.add(digestOfValues(context, 1_000, withoutIds(context).get(0)));
        });
        return digests.get(0);
    }

    private static List<byte[]> withoutIds(AssertableApplicationContext context) {
        return commands(context.getBean(SingleMemberNode.class)).stream()
                .map(entry -> entry.toBuilder()
                        .setCommand(entry.getCommand().toBuilder().clearId())
                        .build()
                        .toByteArray())
                .toList();
    }

    /** The one that is taken after this entry. */
    private static ByteString digestOfValues(AssertableApplicationContext context, long index, byte[] entry) {
        List<DigestReport> reports = new ArrayList<>();
        DivergenceSight.onDigests(context.getBean(ReplicatedBeans.class).divergence(), reports::add);
        context.getBean(ReplicatedStateMachine.class).apply(index, 1, entry);
        return reports.get(0).getCheckpoints(0).getFieldsList().stream()
                .filter(field -> field.getField().equals(DivergenceSight.VALUES))
                .map(FieldDigest::getDigest)
                .findFirst()
                .orElseThrow();
    }

    /** Iterates as on another JVM, as {@code Set.of} does. */
    static final class Picked extends AbstractSet<String> {

        static volatile boolean backwards;
        private final List<String> elements = new ArrayList<>();

        Picked(int from) {
            for (int i = from; i < from + 5; i++) {
                elements.add("element " + i);
            }
            if (backwards) {
                Collections.reverse(elements);
            }
        }

        @Override
        public Iterator<String> iterator() {
            return elements.iterator();
        }

        @Override
        public int size() {
            return elements.size();
        }
    }

    record Pick(int number, Set<String> elements) {}

    static class Store {

        @ReplicatedState
        private final Map<String, Integer> stock = new HashMap<>();

        @ReplicatedCommand("store.fill")
        public void fill(int count) {
            for (int i = 0; i < count; i++) {
                stock.put(Integer.toString(i * 7_919, 36), i);
            }
        }

        @ReplicatedCommand("store.keep")
        public void keep(int below) {
            stock.values().removeIf(amount -> amount >= below);
        }

        @ReplicatedCommand("store.all")
        public Map<String, Integer> all() {
            return stock;
        }

        @ReplicatedCommand("store.amounts")
        public Collection<Integer> amounts() {
            return stock.values();
        }

        @ReplicatedCommand("store.first")
        public int first() {
            return 1;
        }

        @ReplicatedCommand("store.pick")
        public List<Pick> pick(int from) {
            return List.of(new Pick(from, new Picked(from)));
        }

        @ReplicatedCommand("store.pick-in-order")
        public List<String> pickInOrder(int from) {
            return List.copyOf(new Picked(from).elements);
        }
    }
}
