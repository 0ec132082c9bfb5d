package io.raftify.replication.upgrade;

import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.node.NodeStatus;
import io.raftify.node.PeerStatus;
import io.raftify.node.RaftNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which builds of the application the other members run, as far as they said, and what that keeps out of the log.
 * Thread-safe.
 */
public final class PeerBuilds {

    private static final Logger log = LoggerFactory.getLogger(PeerBuilds.class);

    /** Of a member that is there, but says nothing of its build that could be understood. */
    private static final BuildCatalogue NOTHING =
            new BuildCatalogue(0, Collections.emptySortedSet(), Map.of(), Map.of(), "");

    private final Map<String, Read> read = new ConcurrentHashMap<>();

    /** By command; replaced as a whole. */
    private volatile Map<String, OtherArguments> otherArguments = Map.of();

    /**
     * Of a command that takes other arguments in another build than here, in the same version.
     *
     * @param members that run such a build
     * @param here how they are written here
     * @param there how they are written by the first of them
     */
    public record OtherArguments(List<String> members, BuildCatalogue.Form here, BuildCatalogue.Form there) {

        /** What differs, what follows, and what to do. */
        public String words(String command, int version) {
            return "The command '" + command + "' takes other arguments on " + String.join(", ", members)
                    + " than here, though both builds call it version " + version + ": here " + here + ", there "
                    + there
                    + ". Each would misread what the other writes, or stand still before it. It is held back on every"
                    + " member. Count the version up where they were changed, version = " + (version + 1)
                    + ", and give a CommandUpcaster that begins at version " + version + "; or go back.";
        }
    }

    /**
     * The other members at one moment.
     *
     * @param builds of those that were heard of since this member started, also of those that are down now, by node id
     * @param unheard the others
     */
    record View(Map<String, BuildCatalogue> builds, List<String> unheard) {

        /** Those whose builds are known not to have it. */
        List<String> lacking(Requirement requirement) {
            return builds.entrySet().stream()
                    .filter(build -> !build.getValue().meets(requirement))
                    .map(Map.Entry::getKey)
                    .toList();
        }
    }

    /**
     * Why a command cannot enter the log now.
     *
     * @param what it needs, in words
     * @param codec whether that is the codec, not the command itself
     * @param members those whose builds are known not to have it
     * @param unheard those that have not been heard of, and may not have it
     * @param caughtUp whether this member knows what was accepted before
     */
    public record Lack(String what, boolean codec, List<String> members, List<String> unheard, boolean caughtUp) {}

    /** Null if the command, written by the codec, may enter the log. */
    public @Nullable Lack lack(RaftNode node, Admissions admissions, String command, int version, String codec) {
        Lack ofCommand = lack(node, admissions, Requirement.command(command, version));
        return ofCommand != null ? ofCommand : lack(node, admissions, Requirement.codec(codec));
    }

    private @Nullable Lack lack(RaftNode node, Admissions admissions, Requirement requirement) {
        if (admissions.isApplied(requirement)) {
            return null;
        }
        NodeStatus status = node.status();
        View view = view(node, status);
        List<String> lacking = view.lacking(requirement);
        // As long as this member is behind, the cluster may seem to be new. In this order, since it may cease to be
        // just now.
        boolean unheardMayHaveIt = admissions.isNew() && status.caughtUp() || admissions.isAdmitted(requirement);
        return lacking.isEmpty() && (view.unheard().isEmpty() || unheardMayHaveIt)
                ? null
                : new Lack(requirement.toString(), requirement.isCodec(), lacking, view.unheard(), status.caughtUp());
    }

    /** Whether the member is known to run the build with that fingerprint. */
    public boolean runs(RaftNode node, String peer, String fingerprint) {
        byte[] announced = node.announced(peer, BuildCatalogue.PART);
        return announced != null && parse(peer, announced).fingerprint().equals(fingerprint);
    }

    View view(RaftNode node, NodeStatus status) {
        Map<String, BuildCatalogue> builds = new TreeMap<>();
        for (PeerStatus peer : status.peers()) {
            byte[] announced = node.announced(peer.nodeId(), BuildCatalogue.PART);
            if (announced != null) {
                builds.put(peer.nodeId(), parse(peer.nodeId(), announced));
            } else if (peer.role() != null) {
                builds.put(peer.nodeId(), NOTHING);
            }
        }
        List<String> unheard = status.peers().stream()
                .map(PeerStatus::nodeId)
                .filter(peer -> !builds.containsKey(peer))
                .sorted()
                .toList();
        return new View(builds, unheard);
    }

    /** Holds what the others said against the build that runs here. */
    void compare(View view, BuildCatalogue own) {
        Map<String, OtherArguments> found = new TreeMap<>();
        own.commands().forEach((command, here) -> {
            List<String> members = new ArrayList<>();
            BuildCatalogue.Form first = null;
            for (Map.Entry<String, BuildCatalogue> peer : view.builds().entrySet()) {
                BuildCatalogue.Versions there = own.sameVersion(command, peer.getValue());
                if (there != null && here.arguments().differs(there.arguments())) {
                    members.add(peer.getKey());
                    first = first == null ? there.arguments() : first;
                }
            }
            if (first != null) {
                found.put(command, new OtherArguments(members, here.arguments(), first));
            }
        });
        otherArguments = found;
    }

    /** Of that command, as of the last comparison; null if nobody is known to take others. */
    public @Nullable OtherArguments otherArguments(String command) {
        return otherArguments.get(command);
    }

    /** As of the last comparison, by command. */
    Map<String, OtherArguments> otherArguments() {
        return otherArguments;
    }

    private BuildCatalogue parse(String peer, byte[] announced) {
        Read before = read.get(peer);
        if (before != null && Arrays.equals(before.bytes, announced)) {
            return before.catalogue;
        }
        BuildCatalogue catalogue = NOTHING;
        try {
            catalogue = BuildCatalogue.parse(announced);
        } catch (InvalidProtocolBufferException unreadable) {
            log.warn("What member {} says of its build cannot be read, and counts as nothing", peer, unreadable);
        }
        read.put(peer, new Read(announced, catalogue));
        return catalogue;
    }

    private static final class Read {

        private final byte[] bytes;
        private final BuildCatalogue catalogue;

        Read(byte[] bytes, BuildCatalogue catalogue) {
            this.bytes = bytes;
            this.catalogue = catalogue;
        }
    }
}
