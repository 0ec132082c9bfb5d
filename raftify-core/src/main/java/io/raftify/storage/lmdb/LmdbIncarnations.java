package io.raftify.storage.lmdb;

import io.raftify.storage.Incarnations;
import io.raftify.storage.Reentry;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the getters return is always what is on stable storage. */
final class LmdbIncarnations implements Incarnations {

    private final GuardedEnvironment environment;
    private final UUID own;
    private final Object changing = new Object();
    private volatile MetPeers peers;
    private volatile Reentry reentry;

    LmdbIncarnations(GuardedEnvironment environment, UUID own, MetPeers peers, Reentry reentry) {
        this.environment = environment;
        this.own = own;
        this.peers = peers;
        this.reentry = reentry;
    }

    @Override
    public UUID own() {
        return own;
    }

    @Override
    public @Nullable UUID met(String peer) {
        return peers.incarnations().get(peer);
    }

    @Override
    public boolean meet(String peer, UUID incarnation) {
        synchronized (changing) {
            MetPeers next = peers.with(peer, incarnation);
            boolean written = environment.put("writing whom this member has met", MetaRecord.PEERS, next::to);
            if (written) {
                peers = next;
            }
            return written;
        }
    }

    @Override
    public Reentry reentry() {
        return reentry;
    }

    @Override
    public boolean enter(Reentry next) {
        synchronized (changing) {
            boolean written =
                    environment.put("writing how far this member has come back", MetaRecord.REENTRY, fields(next));
            if (written) {
                reentry = next;
            }
            return written;
        }
    }

    static MetaRecord.Fields fields(Reentry reentry) {
        return out -> {
            out.writeInt(reentry.stage().ordinal());
            out.writeLong(reentry.floor());
        };
    }

    static Reentry reentryFrom(DataInputStream in) throws IOException {
        int stage = in.readInt();
        Reentry.Stage[] stages = Reentry.Stage.values();
        if (stage < 0 || stage >= stages.length) {
            throw new IOException("there is no stage " + stage);
        }
        return new Reentry(stages[stage], in.readLong());
    }
}
