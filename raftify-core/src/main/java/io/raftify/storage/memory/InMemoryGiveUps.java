package io.raftify.storage.memory;

import io.raftify.storage.GiveUpRecords;
import io.raftify.storage.GiveUps;

/** Lost with the rest when the process ends. */
final class InMemoryGiveUps implements GiveUpRecords {

    private volatile GiveUps giveUps = GiveUps.NONE;

    @Override
    public GiveUps get() {
        return giveUps;
    }

    @Override
    public boolean put(GiveUps next) {
        giveUps = next;
        return true;
    }
}
