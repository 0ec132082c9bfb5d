package io.raftify.engine;

import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.engine.wire.GiveUpAnswer;
import io.raftify.engine.wire.GiveUpRequest;
import io.raftify.engine.wire.MemberReport;
import io.raftify.node.GivingUpStateMachine;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StateMachine;
import io.raftify.storage.MemberStore;
import io.raftify.transport.MemberTransport;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member's part in giving up entries that do not end: promises, asks, finds out what was decided, and ends what runs on.
 * What counts is decided in {@link EntryGate}. Thread-safe.
 */
final class GivingUp implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(GivingUp.class);

    private static final long LOOK_EVERY_MILLIS = 50;

    /** What takes so long may not end at all, and is written down as unfinished: two more writes to the disk for each. */
    private static final int LOOKS_UNTIL_SLOW = 2;

    private final String self;
    private final @Nullable GivingUpStateMachine stateMachine;
    private final MemberStore store;
    private final Participation participation;
    private final EntryGate gate;
    private final FormerRun former;
    private final GiveUpRound round;
    private final @Nullable LookAhead lookAhead;
    private final LongSupplier storedTerm;
    private final Supplier<@Nullable String> leaderKnown;
    private final ExecutorService rounds;
    private final ExecutorService promising;
    private final ExecutorService looking;
    private final AtomicBoolean lookDue = new AtomicBoolean();

    /** An entry that this member is stuck in, by its state machine's word. */
    private volatile long stuck;

    /** Used by the clock alone: an entry, and how often it was seen in hand. */
    private long seen;

    private int seenTimes;

    /** Used by {@link #looking} alone. */
    private long ending;

    private long endingSince;

    /** @param leaderKnown the leader by node id, null if there is none */
    GivingUp(
            RaftNodeSettings settings,
            StateMachine stateMachine,
            MemberStore store,
            NodeImpl node,
            MemberTransport transport,
            Participation participation,
            LongSupplier storedTerm,
            Supplier<@Nullable String> leaderKnown) {
        this.self = settings.nodeId();
        this.stateMachine = stateMachine instanceof GivingUpStateMachine givingUp ? givingUp : null;
        this.store = store;
        this.participation = participation;
        this.storedTerm = storedTerm;
        this.leaderKnown = leaderKnown;
        this.gate = new EntryGate(store.giveUps(), store.log()::getFirstLogIndex, store.log()::getLastLogIndex);
        this.former = new FormerRun(store);
        Set<String> others = new TreeSet<>(settings.peers().keySet());
        others.remove(self);
        this.round = new GiveUpRound(self, others, gate, former, node, store.log(), storedTerm, transport);
        this.lookAhead = this.stateMachine == null ? null : new LookAhead(gate, node, store.log(), this.stateMachine);
        this.rounds = MemberThreads.pool(self + "-give-up", 1, 1);
        this.promising = MemberThreads.pool(self + "-promises", 1, 16);
        this.looking = MemberThreads.pool(self + "-look-ahead", 1, 1);
    }

    EntryGate gate() {
        return gate;
    }

    void start(ScheduledExecutorService clock) {
        if (lookAhead != null) {
            clock.scheduleWithFixedDelay(this::lookSoon, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void lookSoon() {
        long inHand = gate.inHand();
        seenTimes = inHand == seen ? seenTimes + 1 : 0;
        seen = inHand;
        boolean slow = inHand != 0 && seenTimes >= LOOKS_UNTIL_SLOW && !gate.knownUnfinished(inHand);
        boolean reason = slow || stuck != 0 || !gate.undecided().isEmpty() || gate.toEnd() != 0;
        if (reason && lookDue.compareAndSet(false, true)) {
            try {
                looking.execute(this::look);
            } catch (RejectedExecutionException closing) {
                lookDue.set(false);
            }
        }
    }

    private void look() {
        lookDue.set(false);
        LookAhead ahead = lookAhead;
        if (ahead == null || gate.closed()) {
            return;
        }
        try {
            long inHand = gate.inHand();
            if (stuck != inHand) {
                stuck = 0;
            }
            writeDownIfUnfinished(inHand);
            ahead.look(stuck);
            gate.store();
            endWhatWasGivenUp();
        } catch (RuntimeException notNow) {
            // The store says itself when it is damaged; while closing it may be gone.
            log.debug("Member {} could not look ahead in its log", self, notNow);
        }
    }

    private void writeDownIfUnfinished(long inHand) {
        LogEntry entry = inHand == 0 ? null : store.log().getEntry(inHand);
        if (entry == null) {
            return;
        }
        // The term first: the leader that is known is of that term or a later one.
        long term = storedTerm.getAsLong();
        String leader = leaderKnown.get();
        long ledByAnother = leader != null && !leader.equals(self) && storedTerm.getAsLong() == term ? term : 0;
        if (!former.mayHaveFinished(inHand, entry.getId().getTerm(), ledByAnother)) {
            gate.begun(inHand);
        }
    }

    private void endWhatWasGivenUp() {
        long index = gate.toEnd();
        GivingUpStateMachine machine = stateMachine;
        if (index == 0 || machine == null) {
            return;
        }
        long now = System.nanoTime();
        if (ending != index) {
            ending = index;
            endingSince = now;
            log.warn("Member {}: entry {} was given up and is ended", self, index);
        }
        if (!machine.end(index, Duration.ofNanos(now - endingSince)) && gate.toEnd() == index) {
            participation.fail(
                    "Entry " + index + " was given up by the members, but its run could not be ended here, so it"
                            + " may go on changing the state. Restart this member's process: it then goes on without the entry");
        }
    }

    /** See {@link io.raftify.node.RaftNode#giveUp}. */
    CompletableFuture<Void> giveUp(long index, byte[] entry) {
        CompletableFuture<Void> given = new CompletableFuture<>();
        GivingUpStateMachine machine = stateMachine;
        if (machine == null) {
            given.completeExceptionally(
                    new ProposalRejectedException("Not given up: this member's state machine gives nothing up."));
            return given;
        }
        if (machine.givenUpBy(entry) != index) {
            throw new IllegalArgumentException("The entry does not give up entry " + index);
        }
        // A member that does not lead may have missed what the others agreed on.
        stuck = index;
        try {
            rounds.execute(() -> {
                try {
                    round.run(index, entry);
                    given.complete(null);
                } catch (RuntimeException notNow) {
                    given.completeExceptionally(notNow);
                }
            });
        } catch (RejectedExecutionException busyOrClosing) {
            given.completeExceptionally(new ProposalRejectedException("Not given up: this member is asking already."));
        }
        return given;
    }

    /** A leader asks for a promise. Does not block. */
    void asked(ByteString payload, MemberTransport.Responder responder) {
        try {
            promising.execute(() -> responder.answer(promise(payload).toByteString()));
        } catch (RejectedExecutionException busyOrClosing) {
            responder.refuse("this member is too busy to promise anything");
        }
    }

    private GiveUpAnswer promise(ByteString payload) {
        GiveUpRequest request;
        try {
            request = GiveUpRequest.parseFrom(payload);
        } catch (InvalidProtocolBufferException malformed) {
            return refused("the request could not be read: " + malformed.getMessage());
        }
        if (stateMachine == null) {
            return refused("its state machine gives nothing up");
        }
        if (request.getTerm() < storedTerm.getAsLong()) {
            return refused("it knows of a later term than " + request.getTerm());
        }
        boolean perhapsFinished = former.mayHaveFinished(request.getIndex(), request.getEntryTerm(), request.getTerm());
        EntryGate.Refusal refusal = gate.promise(request.getIndex(), request.getTerm(), perhapsFinished);
        if (refusal == null) {
            log.info("Member {} promises not to finish entry {} undecided", self, request.getIndex());
            return answer(GiveUpAnswer.Standing.PROMISED, "");
        }
        return refusal.finished() ? answer(GiveUpAnswer.Standing.FINISHED, refusal.why()) : refused(refusal.why());
    }

    private static GiveUpAnswer refused(String why) {
        return answer(GiveUpAnswer.Standing.REFUSED, why);
    }

    private static GiveUpAnswer answer(GiveUpAnswer.Standing standing, String text) {
        return GiveUpAnswer.newBuilder().setStanding(standing).setText(text).build();
    }

    /** Another member described itself. Does not block. */
    void heard(MemberReport report) {
        if (stateMachine != null && report.hasGiveUps()) {
            // What an earlier disk promised is lost with it. Whoever asks for promises has given his own before, and
            // still
            // holds it. No others are taken over: a leader would be bound by what it asked for itself, and did not get
            // of all.
            gate.heard(report.getGiveUps(), store.incarnations().reentry().lostUpTo());
        }
    }

    /** Adds what this member says of itself. */
    void describe(MemberReport.Builder report) {
        if (stateMachine != null) {
            report.setGiveUps(gate.report());
        }
    }

    /** Whoever waits for a decision is sent away. */
    @Override
    public void close() {
        gate.close();
        rounds.shutdownNow();
        promising.shutdownNow();
        looking.shutdownNow();
    }
}
