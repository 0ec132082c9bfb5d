package io.raftify.chaos.round;

import io.raftify.chaos.history.Action;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What is tested: members that clients can call and the judge can look into, whichever rig runs them. */
public interface Subject {

    List<String> members();

    /**
     * Calls one member. The future completes exceptionally, with {@link UnpromisedException}, only if the member
     * broke its word on how and when calls end.
     */
    CompletableFuture<Reply> call(String member, long id, Action action, Duration deadline);

    /** Begins a round on empty objects; waits for a leader. */
    void reset(long id);

    /** What a member says of itself; null while it does not run or does not answer. */
    @Nullable Sight look(String member);

    /** A digest of all that a member has applied, after each command that it remembers, by index. */
    Map<Long, Long> digests(String member);

    /** The commands of this round that a member applied. */
    Applied applied(String member);

    /** Whether there is anybody to take a call. */
    boolean running(String member);

    /** Ends every fault, starts what does not run, and waits until all members have applied the same. */
    void recover();

    /**
     * @param failure why it stopped taking part, if it did
     */
    record Sight(
            boolean leading,
            long term,
            long appliedIndex,
            boolean caughtUp,
            @Nullable String failure) {}

    record Applied(Set<Long> ids, List<Long> twice) {}

    /** A call ended in a way, or at a time, that its caller is not promised. */
    final class UnpromisedException extends RuntimeException {
        public UnpromisedException(String message) {
            super(message);
        }

        public UnpromisedException(String member, Action action, Throwable cause) {
            super("A call at " + member + " ended as no call may end: " + action, cause);
        }
    }
}
