package io.raftify.engine;

import com.alipay.sofa.jraft.core.NodeImpl;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.raftify.engine.wire.ProposalAnswer;
import io.raftify.engine.wire.Rejection;
import io.raftify.node.DiskFullException;
import io.raftify.node.NodeStoppedException;
import io.raftify.node.OverloadedException;
import io.raftify.node.ProposalTooLargeException;
import io.raftify.node.RaftNodeSettings;
import io.raftify.transport.CallFailure;
import io.raftify.transport.MemberTransport;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Commands on their way into the log: proposed here when this member leads, else passed on to the leader.
 *
 * <p>A command is tried again, until its deadline, only while it is certain that no leader has it. From the moment that
 * is not certain any more, the first answer decides, and no answer means that the outcome is unknown.
 */
final class Proposals {

    private final NodeImpl node;
    private final Supplier<@Nullable String> leaderKnown;
    private final DiskRoom room;
    private final MemberTransport transport;
    private final Participation participation;
    private final ScheduledExecutorService clock;
    private final PendingGate gate;
    private final HandOverGate handOver;
    private final String self;
    private final int maxSize;
    private final Set<PendingProposal> pending = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * @param leaderKnown the leader by node id, null if there is none; must not block, as the engine does when asked while
     *     it stores a term: no caller gets his deadline from a thread that waits for a disk
     */
    Proposals(
            RaftNodeSettings settings,
            NodeImpl node,
            Supplier<@Nullable String> leaderKnown,
            DiskRoom room,
            MemberTransport transport,
            Participation participation,
            ScheduledExecutorService clock) {
        this.self = settings.nodeId();
        this.maxSize = settings.maxProposalSize();
        this.node = node;
        this.leaderKnown = leaderKnown;
        this.room = room;
        this.transport = transport;
        this.participation = participation;
        this.clock = clock;
        this.handOver = new HandOverGate(EngineSettings.MOST_COMMANDS, EngineSettings.mostCommandBytes(settings));
        this.gate = new PendingGate(settings.maxPendingProposals(), settings.maxPendingBytes());
    }

    CompletableFuture<byte[]> propose(byte[] command, Duration timeout) {
        String refusal = participation.refusal();
        if (refusal != null) {
            return CompletableFuture.failedFuture(new NodeStoppedException("Not proposed: " + refusal + "."));
        }
        if (command.length > maxSize) {
            return CompletableFuture.failedFuture(new ProposalTooLargeException("Not proposed: the command has "
                    + command.length + " bytes, but at most " + maxSize + " are allowed."));
        }
        if (!gate.enter(command.length)) {
            return CompletableFuture.failedFuture(new OverloadedException(
                    "Not proposed: too many proposals are in flight on this member: " + gate + "."));
        }
        PendingProposal proposal;
        try {
            proposal = new PendingProposal(this, command, timeout, clock);
        } catch (RejectedExecutionException closing) {
            gate.leave(command.length);
            return CompletableFuture.failedFuture(new NodeStoppedException("Not proposed: this member is closing."));
        }
        pending.add(proposal);
        proposal.future().whenComplete((result, failure) -> {
            pending.remove(proposal);
            gate.leave(command.length);
        });
        proposal.attempt();
        if (closed) {
            // Came in beside close(), which may not have seen it.
            proposal.stopped("it is closing");
        }
        return proposal.future();
    }

    /** Hands the command to whoever leads now. Called by the proposal, which gets exactly one answer. */
    void hand(PendingProposal proposal) {
        String refusal = participation.refusal();
        if (refusal != null) {
            proposal.rejected(new NodeStoppedException("Not applied: " + refusal + "."));
            return;
        }
        String leader = leaderKnown.get();
        if (leader == null) {
            proposal.awaitLeader("no leader is known");
            if (leaderKnown.get() != null) {
                // Known since, and announced before this one waited.
                proposal.leaderKnown();
            }
        } else if (leader.equals(self)) {
            handToEngine(proposal.command(), proposal);
        } else {
            proposal.passedOnTo(leader);
            transport.call(
                    leader,
                    MessageKind.PROPOSE.number(),
                    UnsafeByteOperations.unsafeWrap(proposal.command()),
                    proposal.remaining(),
                    (answer, failure) -> forwarded(proposal, leader, answer, failure));
        }
    }

    /** What waits for a leader goes to this one; what was passed on to another does not wait for it until its deadline. */
    void leaderChanged(String leader) {
        pending.forEach(proposal -> {
            proposal.leaderKnown();
            proposal.leaderChanged(leader);
        });
    }

    private void forwarded(
            PendingProposal proposal, String leader, @Nullable ByteString answer, @Nullable CallFailure failure) {
        if (failure != null || answer == null) {
            String why = failure != null ? failure.message() : "no answer";
            if (failure != null && failure.kind() == CallFailure.Kind.NOT_SENT) {
                proposal.tryAgain("leader " + leader + " could not be reached: " + why);
            } else if (failure != null && failure.kind() == CallFailure.Kind.REFUSED) {
                // The leader says in its answer when it did not take the command. A refusal may also come from its
                // transport, after the command was applied, when there was no room for the answer.
                proposal.unknown("leader " + leader + " refused to answer: " + why);
            } else {
                proposal.unknown("leader " + leader + " did not answer: " + why);
            }
            return;
        }
        ProposalAnswer outcome;
        try {
            outcome = ProposalAnswer.parseFrom(answer);
        } catch (InvalidProtocolBufferException unreadable) {
            proposal.unknown("the answer of leader " + leader + " could not be read: " + unreadable.getMessage());
            return;
        }
        switch (outcome.getOutcomeCase()) {
            case RESULT -> proposal.applied(outcome.getResult().toByteArray());
            case REJECTION -> rejected(proposal, leader, outcome.getRejection());
            case UNKNOWN -> proposal.unknown("leader " + leader + ": " + outcome.getUnknown());
            case OUTCOME_NOT_SET -> proposal.unknown("leader " + leader + " answered nothing");
        }
    }

    private static void rejected(PendingProposal proposal, String leader, Rejection rejection) {
        String text = "leader " + leader + ": " + rejection.getText();
        switch (rejection.getReason()) {
            case NOT_LEADER, STOPPED -> proposal.tryAgain(text);
            case OVERLOADED -> proposal.rejected(new OverloadedException("Not applied: " + text + "."));
            case DISK_FULL -> proposal.rejected(new DiskFullException("Not applied: " + text + "."));
            case TOO_LARGE -> proposal.rejected(new ProposalTooLargeException("Not applied: " + text + "."));
            // A reason of a newer version; all reasons mean that it was surely not applied.
            case REASON_UNSPECIFIED, UNRECOGNIZED -> proposal.tryAgain(text);
        }
    }

    /** Another member passes a command on, because it believes that this one leads. */
    void receive(ByteString command, MemberTransport.Responder responder) {
        int size = command.size();
        String refusal = participation.refusal();
        if (refusal != null) {
            reject(responder, Rejection.Reason.STOPPED, refusal);
            return;
        }
        if (size > maxSize) {
            reject(
                    responder,
                    Rejection.Reason.TOO_LARGE,
                    "the command has " + size + " bytes, but at most " + maxSize + " are allowed");
            return;
        }
        if (!gate.enter(size)) {
            reject(responder, Rejection.Reason.OVERLOADED, "too many proposals are in flight on the leader: " + gate);
            return;
        }
        handToEngine(command.toByteArray(), new LocalProposal.Ending() {
            @Override
            public void applied(byte[] result) {
                gate.leave(size);
                responder.answer(ProposalAnswer.newBuilder()
                        .setResult(UnsafeByteOperations.unsafeWrap(result))
                        .build()
                        .toByteString());
            }

            @Override
            public void notApplied(ApplyFate fate, String reason) {
                gate.leave(size);
                switch (fate) {
                    case NOT_LEADER -> reject(responder, Rejection.Reason.NOT_LEADER, reason);
                    case OVERLOADED -> reject(responder, Rejection.Reason.OVERLOADED, reason);
                    case DISK_FULL -> reject(responder, Rejection.Reason.DISK_FULL, reason);
                    case STOPPED -> reject(responder, Rejection.Reason.STOPPED, reason);
                    case UNKNOWN ->
                        responder.answer(ProposalAnswer.newBuilder()
                                .setUnknown(reason)
                                .build()
                                .toByteString());
                }
            }
        });
    }

    private void handToEngine(byte[] command, LocalProposal.Ending ending) {
        String parked = participation.parking().refusal();
        if (parked != null) {
            // It would be committed, but nobody here could say what it came to.
            ending.notApplied(ApplyFate.NOT_LEADER, parked);
            return;
        }
        String full = room.refusalOfAll();
        if (full != null) {
            ending.notApplied(ApplyFate.DISK_FULL, full);
            return;
        }
        String shortOfRoom = room.refusal();
        if (shortOfRoom != null) {
            // Others have room, and one of them takes over.
            ending.notApplied(ApplyFate.NOT_LEADER, shortOfRoom);
            return;
        }
        int size = command.length;
        HandOverGate.Entrance entrance = handOver.enter(size);
        if (entrance != HandOverGate.Entrance.OPEN) {
            if (entrance == HandOverGate.Entrance.FULL) {
                ending.notApplied(ApplyFate.OVERLOADED, "too many commands wait to be applied on this member");
            } else {
                ending.notApplied(ApplyFate.NOT_LEADER, "leadership is being handed over");
            }
            return;
        }
        LocalProposal.hand(node, command, new LocalProposal.Ending() {
            @Override
            public void applied(byte[] result) {
                handOver.leave(size);
                ending.applied(result);
            }

            @Override
            public void notApplied(ApplyFate fate, String reason) {
                handOver.leave(size);
                ending.notApplied(fate, reason);
            }
        });
    }

    /** Until {@link #goOn()}, commands wait for another leader; those that the engine has are waited for here. */
    boolean holdBack(long deadlineNanos) {
        handOver.close();
        return handOver.awaitEmpty(deadlineNanos);
    }

    void goOn() {
        handOver.open();
    }

    private static void reject(MemberTransport.Responder responder, Rejection.Reason reason, String text) {
        responder.answer(ProposalAnswer.newBuilder()
                .setRejection(Rejection.newBuilder().setReason(reason).setText(text))
                .build()
                .toByteString());
    }

    /** Ends everything in flight; called when the engine has stopped. */
    void close(String why) {
        closed = true;
        pending.forEach(proposal -> proposal.stopped(why));
    }
}
