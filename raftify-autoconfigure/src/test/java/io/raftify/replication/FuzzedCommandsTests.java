package io.raftify.replication;

import static io.raftify.replication.FuzzedArgumentsTests.NESTED;
import static io.raftify.replication.FuzzedArgumentsTests.command;
import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.fuzz.Fuzz;
import io.raftify.node.RaftException;
import io.raftify.node.ReadUnavailableException;
import io.raftify.node.UnsupportedEntryException;
import io.raftify.replication.FuzzedArgumentsTests.Seat;
import io.raftify.replication.encoding.CborFormat;
import io.raftify.replication.wire.BusinessException;
import io.raftify.replication.wire.CommandEnvelope;
import io.raftify.replication.wire.CommandOutcome;
import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.LogEntry;
import io.raftify.replication.wire.WireFormat;
import io.raftify.testnode.SingleMemberNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Commands, outcomes and states as no member of this version would have written them. */
class FuzzedCommandsTests {

    private final CborCommandCodec codec = new CborCommandCodec(new CborFormat());

    @Test
    void an_envelope_is_read_or_refused() {
        Fuzz.target("envelopes", envelope("box.put", codec.encodeCall(command(Box.class, "put"), new Object[] {"a", 1
                })))
                .refusingBy(InvalidProtocolBufferException.class)
                .run(WireFormat::parseEntry);
        Fuzz.target(
                        "outcomes",
                        outcome(CommandOutcome.newBuilder().setCodec("cbor").setValue(ByteString.copyFrom(new byte[] {1
                        }))),
                        outcome(CommandOutcome.newBuilder()
                                .setException(BusinessException.newBuilder()
                                        .setType("java.lang.IllegalStateException")
                                        .setMessage("no"))))
                .refusingBy(InvalidProtocolBufferException.class)
                .run(WireFormat::parseOutcome);
    }

    private static byte[] outcome(CommandOutcome.Builder outcome) {
        return EntryOutcome.newBuilder()
                .setFormatVersion(WireFormat.VERSION)
                .setCommand(outcome)
                .build()
                .toByteArray();
    }

    private static byte[] envelope(String command, byte[] payload) {
        return LogEntry.newBuilder()
                .setFormatVersion(WireFormat.VERSION)
                .setProposer("n2")
                .setCommand(CommandEnvelope.newBuilder()
                        .setCodec("cbor")
                        .setCommand(command)
                        .setVersion(1)
                        .setPayload(ByteString.copyFrom(payload)))
                .build()
                .toByteArray();
    }

    @Test
    void an_entry_is_applied_or_unsupported_and_an_unsupported_one_changes_nothing() {
        context(Box.class).run(context -> {
            ReplicatedStateMachine machine = context.getBean(ReplicatedStateMachine.class);
            Box box = (Box) BeanCheck.target(context.getBean(Box.class));
            byte[] put = codec.encodeCall(command(Box.class, "put"), new Object[] {"a\uDBFF", 1});
            byte[] at = codec.encodeCall(command(Box.class, "at"), new Object[] {Instant.EPOCH, new int[] {1}});
            Fuzz.target("entries", envelope("box.put", put), envelope("box.at", at))
                    .allocating(256, NESTED)
                    .refusingBy(UnsupportedEntryException.class)
                    .run(bytes -> {
                        int before = box.calls;
                        try {
                            EntryOutcome outcome = WireFormat.parseOutcome(machine.apply(1, 1, bytes));
                            assertThat(box.calls).isEqualTo(outcome.hasCommand() ? before + 1 : before);
                        } catch (UnsupportedEntryException unsupported) {
                            assertThat(box.calls).isEqualTo(before);
                            throw unsupported;
                        }
                    });
            Fuzz.target("arguments in entries", selected(0, put), selected(1, at))
                    .allocating(256, NESTED)
                    .refusingBy(UnsupportedEntryException.class)
                    .run(bytes -> machine.apply(
                            1,
                            1,
                            envelope(
                                    bytes.length == 0 || bytes[0] == 0 ? "box.put" : "box.at",
                                    Arrays.copyOfRange(bytes, Math.min(1, bytes.length), bytes.length))));
        });
    }

    private static byte[] selected(int command, byte[] arguments) {
        byte[] selected = new byte[1 + arguments.length];
        selected[0] = (byte) command;
        System.arraycopy(arguments, 0, selected, 1, arguments.length);
        return selected;
    }

    @Test
    void a_state_is_restored_or_refused_and_then_nothing_has_changed_or_nothing_is_read_any_more() throws Exception {
        byte[][] valid = new byte[1][];
        context(Box.class).run(context -> {
            Box box = (Box) BeanCheck.target(context.getBean(Box.class));
            fill(box);
            valid[0] = context.getBean(SingleMemberNode.class).writeSnapshot();
        });
        context(Box.class).run(context -> {
            ReplicatedStateMachine machine = context.getBean(ReplicatedStateMachine.class);
            Box box = (Box) BeanCheck.target(context.getBean(Box.class));
            for (boolean sealed : new boolean[] {false, true}) {
                Fuzz.target(sealed ? "sealed states" : "states", valid[0])
                        .oneOf(4)
                        // Cut, since long runs of tags are looked for in commands only: what has its digest comes from
                        // a
                        // member, and a state is too large to be gone through once more.
                        .allocating(256, 64 << 20)
                        .finishedBy(bytes -> sealed ? seal(Arrays.copyOf(bytes, Math.min(bytes.length, 8_192))) : bytes)
                        // The other is for what a build that has other commands has left.
                        .refusingBy(IOException.class, UnsupportedEntryException.class)
                        .run(bytes -> {
                            String before = box.description();
                            try {
                                machine.restore(() -> new ByteArrayInputStream(bytes));
                            } catch (IOException | UnsupportedEntryException refused) {
                                if (!box.description().equals(before)) {
                                    assertThat(refused).hasMessageContaining("does not take");
                                    assertThatExceptionOfType(ReadUnavailableException.class)
                                            .isThrownBy(() ->
                                                    context.getBean(Box.class).size());
                                }
                                throw refused;
                            }
                        });
            }
        });
    }

    /** Written by a version whose container took it. */
    @Test
    void an_element_that_the_container_of_today_does_not_take_is_refused_by_name_and_nothing_is_changed() {
        byte[][] written = new byte[1][];
        context().withBean("box", TakesNull.class).run(context -> {
            ((TakesNull) BeanCheck.target(context.getBean(TakesNull.class))).queue.add(null);
            written[0] = context.getBean(SingleMemberNode.class).writeSnapshot();
        });
        context().withBean("box", TakesNoNull.class).run(context -> {
            assertThatIOException()
                    .isThrownBy(() -> context.getBean(SingleMemberNode.class).restore(written[0]))
                    .withMessageContaining("TakesNoNull.queue does not take");
            assertThat(context.getBean(TakesNoNull.class).size()).isZero();
        });
    }

    @Test
    void an_exception_whose_class_cannot_be_used_here_comes_back_in_words() {
        Exception rebuilt = BusinessExceptions.rebuild(
                command(Box.class, "put"),
                BusinessException.newBuilder()
                        .setType(BrokenWhenUsed.class.getName())
                        .setMessage("why")
                        .build());

        assertThat(rebuilt).isInstanceOf(RemoteCommandException.class).hasMessageContaining("why");
    }

    /** Gives bytes the digest that a state of these bytes has. */
    private static byte[] seal(byte[] bytes) {
        if (bytes.length < 32) {
            return bytes;
        }
        try {
            byte[] sealed = bytes.clone();
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(sealed, 0, sealed.length - 32);
            System.arraycopy(digest.digest(), 0, sealed, sealed.length - 32, 32);
            return sealed;
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Test
    void whatever_name_an_exception_has_the_caller_gets_an_exception_and_no_other_class_comes_to_life() {
        ReplicatedMethod method = command(Box.class, "put");
        List<byte[]> names = new ArrayList<>();
        for (String name : List.of(
                "java.lang.IllegalStateException",
                "java.lang.String",
                "io.raftify.node.OutcomeUnknownException",
                "[Ljava.lang.Exception;",
                BrokenWhenUsed.class.getName())) {
            names.add(name.getBytes(StandardCharsets.UTF_8));
        }
        // A class loader looks for the name in every directory and archive of the class path.
        Fuzz.target("exception names", names)
                .oneOf(4)
                .allocating(1_024, 4 << 20)
                .run(bytes -> {
                    String name = new String(bytes, StandardCharsets.UTF_8);
                    BusinessException written = BusinessException.newBuilder()
                            .setType(name)
                            .setMessage("why")
                            .build();

                    Exception rebuilt = BusinessExceptions.rebuild(method, written);

                    assertThat(rebuilt).isInstanceOf(RuntimeException.class).isNotInstanceOf(RaftException.class);
                });
    }

    private static void fill(Box box) {
        box.amounts.put("a", 1);
        box.amounts.put("b\uD800", 2);
        box.seats.put(Instant.EPOCH, new Seat("A", 1, Optional.of("ann"), List.of()));
        box.queue.add("first\uDC00");
        box.numbers = Set.of(5);
        box.lasting = Duration.ofSeconds(3);
    }

    static class Box {

        private int calls;

        @ReplicatedState
        private final ConcurrentHashMap<String, Integer> amounts = new ConcurrentHashMap<>();

        @ReplicatedState
        private final TreeMap<Instant, Seat> seats = new TreeMap<>();

        @ReplicatedState
        private final Deque<String> queue = new ArrayDeque<>();

        @ReplicatedState
        private Set<Integer> numbers = Set.of();

        @ReplicatedState
        private @Nullable Duration lasting;

        String description() {
            return amounts + " " + seats + " " + queue + " " + numbers + " " + lasting;
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int size() {
            return amounts.size();
        }

        @ReplicatedCommand("box.put")
        public int put(@Nullable String name, int amount) {
            calls++;
            return amount;
        }

        @ReplicatedCommand("box.at")
        public int at(@Nullable Instant when, int @Nullable [] numbers) {
            calls++;
            return numbers == null ? 0 : numbers.length;
        }
    }

    static class TakesNull {

        @ReplicatedState
        private final List<@Nullable String> queue = new ArrayList<>();

        @ReplicatedCommand("box.any")
        public void any() {}
    }

    static class TakesNoNull {

        @ReplicatedState
        private final Deque<String> queue = new ArrayDeque<>();

        @ReplicatedCommand("box.any")
        public void any() {}

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int size() {
            return queue.size();
        }
    }

    /** Cannot be initialised, as a class whose own library is missing. */
    static class BrokenWhenUsed extends RuntimeException {

        static final int NEVER = Integer.parseInt("not a number");

        BrokenWhenUsed(String message) {
            super(message + NEVER);
        }
    }
}
