package io.raftify.storage.lmdb;

import io.raftify.storage.GiveUpRecords;
import io.raftify.storage.GiveUps;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the getter returns is always what is on stable storage. */
final class LmdbGiveUps implements GiveUpRecords {

    private final GuardedEnvironment environment;
    private final Object changing = new Object();
    private volatile GiveUps giveUps;

    LmdbGiveUps(GuardedEnvironment environment, GiveUps stored) {
        this.environment = environment;
        this.giveUps = stored;
    }

    @Override
    public GiveUps get() {
        return giveUps;
    }

    @Override
    public boolean put(GiveUps next) {
        synchronized (changing) {
            boolean written =
                    environment.put("writing which entries are given up", MetaRecord.GIVE_UPS, out -> write(next, out));
            if (written) {
                giveUps = next;
            }
            return written;
        }
    }

    private static void write(GiveUps giveUps, DataOutputStream out) throws IOException {
        out.writeInt(giveUps.promises().size());
        for (Map.Entry<Long, Long> promise : giveUps.promises().entrySet()) {
            out.writeLong(promise.getKey());
            out.writeLong(promise.getValue());
        }
        write(giveUps.givenUp(), out);
        write(giveUps.unfinished(), out);
    }

    private static void write(SortedSet<Long> indexes, DataOutputStream out) throws IOException {
        out.writeInt(indexes.size());
        for (long index : indexes) {
            out.writeLong(index);
        }
    }

    static GiveUps from(DataInputStream in) throws IOException {
        SortedMap<Long, Long> promises = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            promises.put(in.readLong(), in.readLong());
        }
        return new GiveUps(promises, indexesFrom(in), indexesFrom(in));
    }

    private static SortedSet<Long> indexesFrom(DataInputStream in) throws IOException {
        SortedSet<Long> indexes = new TreeSet<>();
        for (int left = in.readInt(); left > 0; left--) {
            indexes.add(in.readLong());
        }
        return indexes;
    }
}
