package io.raftify.storage.lmdb;

import org.lmdbjava.Txn;

/** The step that makes a transaction durable; a test puts one in its place that fails. */
@FunctionalInterface
interface CommitStep {

    /** LMDB's own: writes the pages, syncs them, writes the meta page, syncs it. */
    CommitStep SYNCED = Txn::commit;

    /** Returns when the transaction is on stable storage; throws if it may not be. */
    void commit(Txn<byte[]> transaction);
}
