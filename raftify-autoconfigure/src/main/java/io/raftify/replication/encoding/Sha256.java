package io.raftify.replication.encoding;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The one hash of replication: of states, snapshots, arguments, builds and seeds. */
public final class Sha256 {

    private Sha256() {}

    public static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
