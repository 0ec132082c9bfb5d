package io.raftify.node;

/**
 * There is too little room for another entry on the disks of too many members; see {@link
 * RaftNodeSettings#minFreeSpace()}. Reads go on. Trying again helps once there is room; no restart is needed.
 */
public final class DiskFullException extends ProposalRejectedException {

    public DiskFullException(String message) {
        super(message);
    }
}
