package io.raftify.replication;

import io.raftify.node.RaftNode;
import io.raftify.replication.upgrade.Admissions;
import io.raftify.replication.upgrade.PeerBuilds;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a command out of the log until every voter is known to run a build of the application that can apply it. It spares
 * users a member that parks; it is not what keeps members alike: a voter that goes back to an older build just after it was
 * asked parks at the entry, and never skips it.
 *
 * <p>A member that was heard of since this one started is judged by the build that it last said it runs, also while it is
 * down. For one that was not heard of, the log answers: it is taken to have what was admitted or applied before (see
 * {@link Admissions}). In a new cluster, where nothing was admitted yet, the members that are there decide: it begins when a
 * quorum is up, and has no older build that somebody could still run.
 *
 * <p>A command that takes other arguments in another build, though both call it the same version, is held back as well,
 * on either side, as long as that is known: members would misread each other's entries.
 *
 * <p>Thread-safe.
 */
public final class HoldBack {

    private final Supplier<@Nullable RaftNode> node;
    private final ReplicatedBeans beans;
    private final PeerBuilds builds;

    /** @param node gives null if this application runs without a member */
    HoldBack(Supplier<@Nullable RaftNode> node, ReplicatedBeans beans, PeerBuilds builds) {
        this.node = node;
        this.beans = beans;
        this.builds = builds;
    }

    /** Why calls of the command are refused on this member now, naming the members that lack it; null if they are not. */
    public @Nullable String reason(ReplicatedMethod method) {
        UnsupportedCommandException refusal = refusal(method);
        return refusal == null ? null : refusal.getMessage();
    }

    /** @throws UnsupportedCommandException if some member is not known to be able to apply the command */
    void check(ReplicatedMethod method) {
        UnsupportedCommandException refusal = refusal(method);
        if (refusal != null) {
            throw refusal;
        }
    }

    private @Nullable UnsupportedCommandException refusal(ReplicatedMethod method) {
        RaftNode member = node.get();
        if (member == null) {
            return null;
        }
        PeerBuilds.OtherArguments other = builds.otherArguments(method.command());
        if (other != null) {
            // Also if it was applied before: it is the former command that was.
            return new UnsupportedCommandException(
                    method.command(),
                    method.version(),
                    "Not proposed. " + other.words(method.command(), method.version()),
                    other.members(),
                    List.of());
        }
        PeerBuilds.Lack lack = builds.lack(
                member,
                beans.admissions(),
                method.command(),
                method.version(),
                beans.codecs().primary().id());
        return lack == null
                ? null
                : new UnsupportedCommandException(
                        method.command(), method.version(), message(method, lack), lack.members(), lack.unheard());
    }

    private static String message(ReplicatedMethod method, PeerBuilds.Lack lack) {
        List<String> unheard = lack.unheard();
        List<String> why = new ArrayList<>();
        if (!lack.members().isEmpty()) {
            why.add("the build of the application on " + String.join(", ", lack.members()) + " does not have it");
        }
        if (!unheard.isEmpty()) {
            why.add(String.join(", ", unheard) + (unheard.size() == 1 ? " has" : " have")
                    + " not been heard of since this member started"
                    + (lack.caughtUp() ? "" : ", which is behind and does not know yet what was accepted before"));
        }
        return "Not proposed: the " + lack.what()
                + (lack.codec() ? ", which calls of the " + method + " need," : "") + " is held back, since "
                + String.join(", and ", why)
                + ". It is accepted as soon as every member runs a build that has it: deploy this one there.";
    }
}
