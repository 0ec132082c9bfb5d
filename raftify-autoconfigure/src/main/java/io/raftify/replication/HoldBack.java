package io.raftify.replication;

import io.raftify.node.NodeStatus;
import io.raftify.node.RaftNode;
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
        PeerBuilds.OtherArguments other = builds.otherArguments().get(method.command());
        if (other != null) {
            // Also if it was applied before: it is the former command that was.
            return new UnsupportedCommandException(
                    method.command(),
                    method.version(),
                    "Not proposed. " + other.words(method.command(), method.version())
                            + " It is held back on every member. " + PeerBuilds.OtherArguments.remedy(method.version()),
                    other.members(),
                    List.of());
        }
        Requirement codec = Requirement.codec(beans.codecs().primary().id());
        UnsupportedCommandException ofCommand =
                refusal(member, method, Requirement.command(method.command(), method.version()));
        return ofCommand != null ? ofCommand : refusal(member, method, codec);
    }

    private @Nullable UnsupportedCommandException refusal(
            RaftNode member, ReplicatedMethod method, Requirement requirement) {
        Admissions admissions = beans.admissions();
        if (admissions.isApplied(requirement)) {
            return null;
        }
        NodeStatus status = member.status();
        PeerBuilds.View view = builds.view(member, status);
        List<String> lacking = view.lacking(requirement);
        // As long as this member is behind, the cluster may seem to be new. In this order, since it may cease to be
        // just now.
        boolean unheardMayHaveIt = admissions.isNew() && status.caughtUp() || admissions.isAdmitted(requirement);
        if (lacking.isEmpty() && (view.unheard().isEmpty() || unheardMayHaveIt)) {
            return null;
        }
        return new UnsupportedCommandException(
                method.command(),
                method.version(),
                message(method, requirement, lacking, view.unheard(), status.caughtUp()),
                lacking,
                view.unheard());
    }

    private static String message(
            ReplicatedMethod method,
            Requirement requirement,
            List<String> lacking,
            List<String> unheard,
            boolean caughtUp) {
        List<String> why = new ArrayList<>();
        if (!lacking.isEmpty()) {
            why.add("the build of the application on " + String.join(", ", lacking) + " does not have it");
        }
        if (!unheard.isEmpty()) {
            why.add(String.join(", ", unheard) + (unheard.size() == 1 ? " has" : " have")
                    + " not been heard of since this member started"
                    + (caughtUp ? "" : ", which is behind and does not know yet what was accepted before"));
        }
        return "Not proposed: the " + requirement
                + (requirement.isCodec() ? ", which calls of the " + method + " need," : "") + " is held back, since "
                + String.join(", and ", why)
                + ". It is accepted as soon as every member runs a build that has it: deploy this one there.";
    }
}
