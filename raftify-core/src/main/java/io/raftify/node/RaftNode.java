package io.raftify.node;

import java.time.Duration;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One member of a cluster. Every method may be called from any thread; none blocks longer than its text says.
 *
 * <p>A proposal or a read ends by its deadline in one of: its result; {@link ProposalRejectedException} or
 * {@link ReadUnavailableException}, surely nothing happened; {@link OutcomeUnknownException}, the command may have been
 * applied, or may be later. The futures are completed on threads of the member, so what depends on them must not block.
 */
public interface RaftNode extends AutoCloseable {

    /**
     * Creates a member that is not started yet. Opens nothing and binds nothing.
     *
     * @throws InvalidSettingException if the settings contradict themselves
     */
    static RaftNode create(RaftNodeSettings settings, StateMachine stateMachine) {
        return ServiceLoader.load(RaftNodeProvider.class, RaftNode.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No RaftNodeProvider on the class path"))
                .create(settings, stateMachine);
    }

    /**
     * Opens the data directory, restores the state machine from snapshot and log as far as it is known to be
     * committed, binds the port and begins to take part. Returns without waiting for a leader.
     *
     * @throws NodeStartException if the member cannot take part; nothing is left open then
     * @throws IllegalStateException if it was started before; a closed member is not started again
     */
    void start();

    /**
     * Proposes a command, on whichever member this is; the leader's state machine result comes back.
     *
     * @param command what {@link StateMachine#apply} will get, at most {@link RaftNodeSettings#maxProposalSize()} bytes
     * @param timeout from now, greater than zero; the future is completed by then
     * @return completes with the result of {@link StateMachine#apply} on the leader, or exceptionally with
     *     {@link ProposalRejectedException} or {@link OutcomeUnknownException}
     */
    CompletableFuture<byte[]> propose(byte[] command, Duration timeout);

    /**
     * Waits until this member's state machine has applied every command that was acknowledged to anybody before this
     * call (Raft thesis, section 6.4). What is read from the state machine after the future completes is linearizable.
     *
     * @param timeout from now, greater than zero; the future is completed by then
     * @return completes with an index that is applied here, or exceptionally with {@link ReadUnavailableException}
     */
    CompletableFuture<Long> readIndex(Duration timeout);

    /**
     * Tells every other member something about the application here: within a second those hear it that are connected,
     * the others as soon as they are. Callable in every state, also before start. Not replicated, not kept on any disk.
     *
     * @param part names what is told, among other things that are told; what was told under it before is replaced
     * @param content opaque to the members; empty takes it back
     * @throws IllegalArgumentException if all parts together have more than {@value #MAX_ANNOUNCEMENT_BYTES} bytes
     */
    void announce(String part, byte[] content);

    /** What a member may announce, in bytes, in all parts together and with their names. */
    int MAX_ANNOUNCEMENT_BYTES = 64 << 10;

    /**
     * What another member last announced under a name. It is remembered while that member is down, but only as long as
     * this one runs. A member that was never heard of since has no {@linkplain PeerStatus#role() role} in
     * {@link #status()}.
     *
     * @return null if it announced nothing of that name, or was never heard of
     */
    byte @Nullable [] announced(String nodeId, String part);

    /**
     * Like {@link #readIndex}, but a leader that holds a lease does not ask a quorum. Linearizable under the assumptions
     * named at {@link io.raftify.annotation.ReadConsistency#LEADER_LEASE}; without a lease, a quorum is asked.
     *
     * @param timeout from now, greater than zero; the future is completed by then
     * @return as of {@link #readIndex}
     */
    default CompletableFuture<Long> leaseReadIndex(Duration timeout) {
        return readIndex(timeout);
    }

    /**
     * Waits until this member's state machine is provably no older than the bound allows; at once if it was level with
     * the leader that recently. What is read from it after the future completes is no older at that moment.
     *
     * @param timeout from now, greater than zero; it waits no longer than that, nor longer than
     *     {@link ReadBound#maxLag()}, nor, without one, than an election timeout
     * @return completes with an index that is applied here, or exceptionally with {@link ReadUnavailableException}, which
     *     says how far behind this member is
     */
    default CompletableFuture<Long> boundedReadIndex(ReadBound bound, Duration timeout) {
        return readIndex(timeout);
    }

    /**
     * Waits until this member's state machine has applied every command up to an index that was seen elsewhere. Asks
     * nobody.
     *
     * @param timeout from now, greater than zero; the future is completed by then
     * @return completes with an index that is applied here, at least the one asked for, or exceptionally with
     *     {@link ReadUnavailableException}
     */
    CompletableFuture<Long> awaitApplied(long index, Duration timeout);

    /**
     * The last entry that this member's state machine was given, in the log or in a snapshot, whether or not it is done
     * with it. What was read from the state machine before this call shows no later entry. Never blocks.
     */
    long applyingIndex();

    /**
     * Gives up an entry that this member is in the middle of applying, and has been for too long, if this member leads and
     * its state machine is a {@link GivingUpStateMachine}. First every member must promise not to finish the entry, which
     * none can that has finished it; then {@code entry} is proposed, and once it is committed, the earlier one counts as
     * failed on all of them. What has come of it shows when the state machine is done with the entry. May be called again.
     *
     * @param index of the entry that is given up
     * @param entry in which {@link GivingUpStateMachine#givenUpBy} finds that index
     * @return completes when every member has promised and {@code entry} is on its way; or exceptionally with
     *     {@link ProposalRejectedException}, which says who has not, or why this member cannot ask
     */
    default CompletableFuture<Void> giveUp(long index, byte[] entry) {
        return CompletableFuture.failedFuture(
                new ProposalRejectedException("Not given up: this kind of member gives nothing up."));
    }

    /** This member as it sees itself and the others now. No I/O; callable in every state, also before start. */
    NodeStatus status();

    /** Registers a listener; its methods run on a thread of the member and must not block. */
    void addListener(RaftNodeListener listener);

    /**
     * If this member leads, asks the member that is furthest ahead to take over and waits until it leads.
     *
     * @return whether this member does not lead any more when the call returns, at the latest after {@code timeout}
     */
    boolean handOverLeadership(Duration timeout);

    /**
     * Writes a snapshot of the state machine now, unless one is being written.
     *
     * @return completes with the last index that the snapshot covers
     */
    CompletableFuture<Long> snapshot();

    /**
     * Stops taking part and releases port, threads and data directory. Proposals in flight end with
     * {@link OutcomeUnknownException}. Idempotent; waits at most a few seconds.
     */
    @Override
    void close();
}
