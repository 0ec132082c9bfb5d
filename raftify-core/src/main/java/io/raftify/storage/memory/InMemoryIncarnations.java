package io.raftify.storage.memory;

import io.raftify.storage.Incarnations;
import io.raftify.storage.Reentry;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Remembers others, but has no incarnation itself: a member that loses everything with each restart, as its user chose,
 * would be on its way back for ever.
 */
final class InMemoryIncarnations implements Incarnations {

    private final Map<String, UUID> met = new ConcurrentHashMap<>();
    private volatile Reentry reentry = Reentry.NONE;

    @Override
    public @Nullable UUID own() {
        return null;
    }

    @Override
    public @Nullable UUID met(String peer) {
        return met.get(peer);
    }

    @Override
    public boolean meet(String peer, UUID incarnation) {
        met.put(peer, incarnation);
        return true;
    }

    @Override
    public Reentry reentry() {
        return reentry;
    }

    @Override
    public boolean enter(Reentry next) {
        reentry = next;
        return true;
    }
}
