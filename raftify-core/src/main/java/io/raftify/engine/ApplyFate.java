package io.raftify.engine;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.error.RaftError;

/**
 * What the engine's status says about a proposal that has no result (guard G4). The engine uses one code both for "was
 * never proposed" and for "was proposed, then the leader stepped down"; only the text tells them apart. Whatever is not
 * surely one of the former may have been applied.
 */
enum ApplyFate {
    /** Refused before it was appended, since this member does not lead, or is handing over. */
    NOT_LEADER,
    /** Refused before it was appended, since a queue is full. */
    OVERLOADED,
    /** Refused before it was appended, since the disks are short of room. */
    DISK_FULL,
    /** Refused before it was appended, since the node is shutting down. */
    STOPPED,
    /** May have been appended. */
    UNKNOWN;

    static ApplyFate of(Status status) {
        String text = status.getErrorMsg() == null ? "" : status.getErrorMsg();
        if (status.getCode() == RaftError.EPERM.getNumber()) {
            return text.equals("Is not leader.") || text.startsWith("expected_term=") ? NOT_LEADER : UNKNOWN;
        }
        if (status.getCode() == RaftError.EBUSY.getNumber()) {
            // NodeImpl gives EBUSY to proposals in three places, each before the entry is appended.
            return text.equals("Is transferring leadership.") ? NOT_LEADER : OVERLOADED;
        }
        return status.getCode() == RaftError.ENODESHUTDOWN.getNumber() ? STOPPED : UNKNOWN;
    }
}
