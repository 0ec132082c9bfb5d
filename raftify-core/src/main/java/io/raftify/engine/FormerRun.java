package io.raftify.engine;

import io.raftify.storage.MemberStore;

/**
 * What this member may have finished before this process of it began, which nobody wrote down: how far the state machine has
 * come is only in its snapshots. Immutable but for the reentry, which it asks for.
 *
 * <p>Of a later term than was stored then it had no entry. Of that very term it had those on its disk, and of others it
 * {@linkplain EntryGate#begin finished} only what was on its disk, unless it led that term itself.
 */
final class FormerRun {

    private final MemberStore store;
    private final long term;
    private final long lastIndex;

    /** @param store as it was opened */
    FormerRun(MemberStore store) {
        this.store = store;
        this.term = store.meta().getTerm();
        this.lastIndex = store.log().getLastLogIndex();
    }

    /** @param ledByAnother a term that another member leads or led; 0 if none is known */
    boolean mayHaveFinished(long index, long entryTerm, long ledByAnother) {
        boolean withLostDisk = entryTerm <= store.incarnations().reentry().lostUpTo();
        boolean newTerm = entryTerm > term;
        boolean newEntryOfAnother = entryTerm == term && ledByAnother == term && index > lastIndex;
        return withLostDisk || !newTerm && !newEntryOfAnother;
    }
}
