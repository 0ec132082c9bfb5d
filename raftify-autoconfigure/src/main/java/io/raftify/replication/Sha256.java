package io.raftify.replication;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The one hash of this room: of states, snapshots, arguments, builds and seeds. */
final class Sha256 {

    private Sha256() {}

    static MessageDigest begin() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
