package io.raftify.storage.lmdb;

import io.raftify.node.NodeStartException;
import io.raftify.node.NodeStartException.Reason;
import java.io.File;
import java.nio.file.Path;
import java.util.Set;
import org.lmdbjava.Env;
import org.lmdbjava.LmdbNativeException;

/** What an operator reads when a data directory cannot be opened. */
final class StartFailures {

    /** EPERM, ENOENT, EACCES, ENOTDIR, ENOSPC, EROFS, EDQUOT: what the directory, not the file in it, is to blame for. */
    private static final Set<Integer> OF_THE_DIRECTORY = Set.of(1, 2, 13, 20, 28, 30, 122);

    /** A member that forgot what it acknowledged must not be the one that makes a quorum. */
    private static final String START_ANEW =
            "Keep a copy of the directory and check the disk. Start this member with an"
                    + " empty data directory only while every other member is up and none of them lags: its data then comes from"
                    + " them.";

    private StartFailures() {}

    static String damage(Path directory, String found) {
        return "The log in " + directory + " is damaged: " + found
                + ". It is not used any further, since a member must not vote or answer on what it may have forgotten. "
                + START_ANEW;
    }

    static NodeStartException corrupt(Path directory, Exception found) {
        return new NodeStartException(Reason.CORRUPT, damage(directory, String.valueOf(found.getMessage())), found);
    }

    static NodeStartException unknownFormat(Path directory, int found, int known) {
        return new NodeStartException(
                Reason.UNKNOWN_FORMAT,
                "The log in " + directory + " has format version " + found + ", this version of raftify knows " + known
                        + ". Start the version of raftify that wrote it, or a later one.");
    }

    static NodeStartException ofAnotherMember(Path dataDirectory, StoreIdentity found, String cluster, String node) {
        return new NodeStartException(
                Reason.DIRECTORY_OF_ANOTHER_MEMBER,
                "The data directory " + dataDirectory + " belongs to member '" + found.nodeId() + "' of cluster '"
                        + found.clusterName() + "' (since " + found.createdAt() + "), but this is member '" + node
                        + "' of cluster '" + cluster
                        + "'. Set raftify.data-dir to this member's own directory, or correct raftify.node-id or"
                        + " raftify.cluster.name.");
    }

    static NodeStartException unwritable(Path directory, String why, Throwable cause) {
        return new NodeStartException(
                Reason.DIRECTORY_UNWRITABLE,
                "The data directory " + directory + " cannot be used: " + why
                        + ". Set raftify.data-dir to a directory that this process may create and write.",
                cause);
    }

    /** LMDB would not open the file. */
    static NodeStartException notOpened(Path directory, RuntimeException cause) {
        if (cause instanceof Env.FileInvalidException || cause instanceof LmdbNativeException.PageCorruptedException) {
            return corrupt(directory, cause);
        }
        if (cause instanceof Env.VersionMismatchException) {
            return new NodeStartException(
                    Reason.UNKNOWN_FORMAT,
                    "The log in " + directory + " was written by an LMDB whose file format this one does not know: "
                            + cause.getMessage() + ". Start the version of raftify that wrote it.",
                    cause);
        }
        if (cause instanceof LmdbNativeException met && OF_THE_DIRECTORY.contains(met.getResultCode())) {
            return unwritable(directory, String.valueOf(cause.getMessage()), cause);
        }
        return new NodeStartException(
                Reason.ENGINE, "The log in " + directory + " cannot be opened: " + cause.getMessage(), cause);
    }

    /** LMDB's native library could not be put on disk or loaded. */
    static NodeStartException noNativeLibrary(LinkageError met) {
        Throwable cause = met.getCause() == null ? met : met.getCause();
        String directory = System.getProperty("lmdbjava.extract.dir", System.getProperty("java.io.tmpdir"));
        File extractTo = new File(String.valueOf(directory));
        return new NodeStartException(
                Reason.ENGINE,
                "LMDB's native library could not be loaded: " + cause + ". It is extracted to " + extractTo
                        + (extractTo.canWrite() ? "" : ", which cannot be written")
                        + ". Remedy: let -Djava.io.tmpdir or -Dlmdbjava.extract.dir name a directory that can be written"
                        + " and is not mounted noexec. It exists for Linux, macOS and Windows on x86-64, and for"
                        + " Linux and macOS on aarch64; this is " + System.getProperty("os.name") + " on "
                        + System.getProperty("os.arch") + ".",
                met);
    }
}
