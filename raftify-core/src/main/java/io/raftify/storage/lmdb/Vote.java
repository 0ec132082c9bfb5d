package io.raftify.storage.lmdb;

import com.alipay.sofa.jraft.entity.PeerId;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * The two things a member must never forget (Raft paper, figure 2, persistent state).
 *
 * @param term the latest term seen, 0 at first
 * @param votedFor who got this member's vote in that term, as the engine writes a peer; empty for nobody
 */
record Vote(long term, String votedFor) {

    static final Vote NONE = new Vote(0, "");

    static Vote of(long term, PeerId peer) {
        return new Vote(term, peer.isEmpty() ? "" : peer.toString());
    }

    PeerId peer() {
        PeerId peer = PeerId.emptyPeer();
        if (!votedFor.isEmpty() && !peer.parse(votedFor)) {
            throw new IllegalArgumentException("'" + votedFor + "' is not a peer");
        }
        return peer;
    }

    void to(DataOutputStream out) throws IOException {
        out.writeLong(term);
        out.writeUTF(votedFor);
    }

    static Vote from(DataInputStream in) throws IOException {
        Vote vote = new Vote(in.readLong(), in.readUTF());
        vote.peer();
        return vote;
    }
}
