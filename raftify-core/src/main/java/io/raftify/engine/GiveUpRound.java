package io.raftify.engine;

import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.engine.wire.GiveUpAnswer;
import io.raftify.engine.wire.GiveUpRequest;
import io.raftify.node.ProposalRejectedException;
import io.raftify.transport.CallFailure;
import io.raftify.transport.MemberTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a leader gives up the entry that it is in the middle of: it promises not to finish it, asks every other member for the
 * same promise, and when it has all of them proposes the entry that gives the other one up. All, not a quorum: a member
 * that finished it may have answered a reader with its effects.
 *
 * <p>In this order, so that a member that loses its disk meanwhile hears of this member's promise when it comes back. The
 * leader itself stays bound by its promise until the matter is decided, unless nothing was proposed. Used by one thread.
 */
final class GiveUpRound {

    private static final Logger log = LoggerFactory.getLogger(GiveUpRound.class);

    /** A promise takes one write to the disk. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String self;
    private final Set<String> others;
    private final EntryGate gate;
    private final FormerRun former;
    private final NodeImpl node;
    private final LogStorage entries;
    private final LongSupplier storedTerm;
    private final MemberTransport transport;

    /** What this member has proposed to give up, and may have been appended; null if there is nothing. */
    private volatile @Nullable Proposed proposed;

    private record Proposed(long index, long term) {}

    /** @param storedTerm the term on this member's stable storage */
    GiveUpRound(
            String self,
            Set<String> others,
            EntryGate gate,
            FormerRun former,
            NodeImpl node,
            LogStorage entries,
            LongSupplier storedTerm,
            MemberTransport transport) {
        this.self = self;
        this.others = Set.copyOf(others);
        this.gate = gate;
        this.former = former;
        this.node = node;
        this.entries = entries;
        this.storedTerm = storedTerm;
        this.transport = transport;
    }

    /**
     * Takes as long as a disk and the slowest of the others, and no longer than some seconds.
     *
     * @throws ProposalRejectedException if the entry is not given up now
     */
    void run(long index, byte[] entry) {
        long term = ledTerm();
        if (term == 0) {
            throw new ProposalRejectedException("Not given up: this member does not lead.");
        }
        if (new Proposed(index, term).equals(proposed)) {
            return;
        }
        if (gate.inHand() != index) {
            throw new ProposalRejectedException("Not given up: this member is not applying entry " + index + ".");
        }
        if (gate.undecided().contains(index)) {
            // Of an earlier term, or of what an earlier disk may have promised. It must not be dropped with this round.
            throw new ProposalRejectedException(
                    "Not given up: it is not decided yet what becomes of entry " + index + " by an earlier promise.");
        }
        LogEntry stuck = entries.getEntry(index);
        if (stuck == null) {
            throw new ProposalRejectedException("Not given up: entry " + index + " is not on this member's disk yet.");
        }
        Map<String, String> missing = new LinkedHashMap<>();
        others.stream().filter(peer -> !transport.connected(peer)).forEach(peer -> missing.put(peer, "not connected"));
        refuseIfMissing(missing);
        long entryTerm = stuck.getId().getTerm();
        // Nobody else leads this term.
        EntryGate.Refusal own = gate.promise(index, term, former.mayHaveFinished(index, entryTerm, 0));
        if (own != null) {
            throw new ProposalRejectedException("Not given up: on this member, " + own.why() + ".");
        }
        try {
            missing.putAll(withoutPromise(index, entryTerm, term));
            refuseIfMissing(missing);
        } catch (ProposalRejectedException notNow) {
            // Nothing was proposed in this term, so nothing will come of the promises to it. A later leader may have
            // one, too.
            gate.withdrawn(index, term);
            throw notNow;
        }
        propose(index, term, entry);
    }

    /** The term in which this member leads; 0 if it does not. What the state machine was told may be old, as it stands still. */
    private long ledTerm() {
        long term = storedTerm.getAsLong();
        // It led in that term, since the term was the same before and after.
        return node.isLeader(false) && storedTerm.getAsLong() == term ? term : 0;
    }

    private static void refuseIfMissing(Map<String, String> missing) {
        if (!missing.isEmpty()) {
            List<String> each = new ArrayList<>();
            missing.forEach((peer, why) -> each.add(peer + " (" + why + ")"));
            throw new ProposalRejectedException(
                    "Not given up: every member must promise not to finish it, and these have not: "
                            + String.join(", ", each) + ".");
        }
    }

    private Map<String, String> withoutPromise(long index, long entryTerm, long term) {
        ByteString request = GiveUpRequest.newBuilder()
                .setIndex(index)
                .setEntryTerm(entryTerm)
                .setTerm(term)
                .build()
                .toByteString();
        Map<String, CompletableFuture<String>> asked = new LinkedHashMap<>();
        for (String peer : others) {
            CompletableFuture<String> why = new CompletableFuture<>();
            asked.put(peer, why);
            transport.call(
                    peer,
                    MessageKind.GIVE_UP.number(),
                    request,
                    PATIENCE,
                    (answer, failure) -> why.complete(refusal(answer, failure)));
        }
        long end = System.nanoTime() + PATIENCE.plusSeconds(1).toNanos();
        Map<String, String> missing = new LinkedHashMap<>();
        asked.forEach((peer, why) -> {
            String refusal = await(why, end);
            if (!refusal.isEmpty()) {
                missing.put(peer, refusal);
            }
        });
        return missing;
    }

    /** Empty if it was promised. */
    private static String refusal(@Nullable ByteString answer, @Nullable CallFailure failure) {
        if (answer == null) {
            return failure != null ? failure.message() : "no answer";
        }
        try {
            GiveUpAnswer said = GiveUpAnswer.parseFrom(answer);
            return said.getStanding() == GiveUpAnswer.Standing.PROMISED
                    ? ""
                    : said.getText().isEmpty() ? "it did not say why" : said.getText();
        } catch (InvalidProtocolBufferException unreadable) {
            return "its answer could not be read: " + unreadable.getMessage();
        }
    }

    private static String await(CompletableFuture<String> refusal, long end) {
        try {
            return refusal.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException noAnswer) {
            return "no answer";
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return "this member is closing";
        } catch (ExecutionException impossible) {
            return String.valueOf(impossible.getMessage());
        }
    }

    private void propose(long index, long term, byte[] entry) {
        Proposed mine = new Proposed(index, term);
        proposed = mine;
        log.warn("Member {}: all members have promised not to finish entry {}; it is being given up", self, index);
        LocalProposal.hand(node, entry, term, new LocalProposal.Ending() {
            @Override
            public void applied(byte[] result) {
                log.info("Member {}: entry {} was given up", self, index);
            }

            @Override
            public void notApplied(ApplyFate fate, String reason) {
                log.info("Member {}: what gives entry {} up was not applied: {}", self, index, reason);
                if (fate != ApplyFate.UNKNOWN) {
                    // Surely not appended, and in this term nobody else can.
                    proposed = null;
                    gate.withdrawn(index, term);
                }
            }
        });
    }
}
