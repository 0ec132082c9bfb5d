package io.raftify.storage.lmdb;

import io.raftify.storage.GiveUps;
import io.raftify.storage.Reentry;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.lmdbjava.Txn;

/**
 * What a store holds when it is opened.
 *
 * @param identity whose it is
 * @param vote term and vote
 * @param log the log
 * @param peers whom the member has met
 * @param reentry how far it is on its way back, if it lost a disk
 * @param giveUps which entries were given up, or may be
 */
record StoreContent(
        StoreIdentity identity, Vote vote, StoredLog log, MetPeers peers, Reentry reentry, GiveUps giveUps) {

    /** Reads and checks what is there; in a new environment, first writes the records of an empty store. */
    static StoreContent readOrCreate(LmdbEnvironment environment, Path dataDir, String clusterName, String nodeId)
            throws IOException, DamagedException {
        MemberMark mark = new MemberMark(dataDir);
        if (environment.read(transaction -> isNew(environment, transaction))) {
            mark.requireAbsent();
            create(environment, StoreIdentity.drawn(clusterName, nodeId));
        }
        StoreContent content =
                environment.read(transaction -> read(environment, transaction, dataDir, clusterName, nodeId));
        mark.match(content.identity());
        return content;
    }

    /** Nothing at all: what a crash leaves that came before the one transaction that writes the first records. */
    private static boolean isNew(LmdbEnvironment environment, Txn<byte[]> transaction) {
        return environment.meta().stat(transaction).entries == 0
                && environment.log().stat(transaction).entries == 0;
    }

    private static void create(LmdbEnvironment environment, StoreIdentity identity) {
        environment.write(0, transaction -> {
            MetaRecord.FORMAT.put(environment.meta(), transaction, out -> out.writeInt(LmdbMemberStore.FORMAT_VERSION));
            MetaRecord.IDENTITY.put(environment.meta(), transaction, identity::to);
            MetaRecord.VOTE.put(environment.meta(), transaction, Vote.NONE::to);
            MetaRecord.FIRST_INDEX.put(environment.meta(), transaction, out -> out.writeLong(1));
            MetaRecord.PEERS.put(environment.meta(), transaction, MetPeers.NONE::to);
            MetaRecord.REENTRY.put(environment.meta(), transaction, LmdbIncarnations.fields(Reentry.NONE));
        });
    }

    private static StoreContent read(
            LmdbEnvironment environment, Txn<byte[]> transaction, Path dataDir, String clusterName, String nodeId)
            throws DamagedException {
        int format = MetaRecord.FORMAT.require(environment.meta(), transaction, DataInputStream::readInt);
        if (format != LmdbMemberStore.FORMAT_VERSION) {
            throw StartFailures.unknownFormat(dataDir, format, LmdbMemberStore.FORMAT_VERSION);
        }
        StoreIdentity identity = MetaRecord.IDENTITY.require(environment.meta(), transaction, StoreIdentity::from);
        if (!identity.belongsTo(clusterName, nodeId)) {
            throw StartFailures.ofAnotherMember(dataDir, identity, clusterName, nodeId);
        }
        Vote vote = MetaRecord.VOTE.require(environment.meta(), transaction, Vote::from);
        long first = MetaRecord.FIRST_INDEX.require(environment.meta(), transaction, DataInputStream::readLong);
        MetPeers peers = MetaRecord.PEERS.require(environment.meta(), transaction, MetPeers::from);
        Reentry reentry = MetaRecord.REENTRY.require(environment.meta(), transaction, LmdbIncarnations::reentryFrom);
        GiveUps giveUps = MetaRecord.GIVE_UPS.get(environment.meta(), transaction, LmdbGiveUps::from);
        return new StoreContent(
                identity,
                vote,
                StoredLog.read(environment, transaction, first),
                peers,
                reentry,
                giveUps != null ? giveUps : GiveUps.NONE);
    }
}
