package io.raftify.engine;

import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StorageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses commands before the disk is full. A write that fails for want of space ends a member's part until it is restarted,
 * and what was under way has an unknown outcome; a command that is refused was surely not applied, and the next one is
 * taken as soon as there is room again.
 *
 * <p>A member that is short of room takes no commands and gives leadership to one that is not; when too few members have
 * room, the leader refuses commands for all. What is kept free is for what must be written all the same: terms and votes,
 * what was under way, and the first entry of a leader's term, without which nothing could be read. Below half of it nothing
 * but those: no commands from the leader, and no snapshots, neither own nor others'.
 *
 * <p>It is measured, not reserved: whatever else fills the disk in less time than between two looks, fills it.
 */
final class DiskRoom implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DiskRoom.class);
    private static final long LOOK_EVERY_MILLIS = 100;

    /** Until the others have said, once a second, how they are: leadership must not go to one that is short itself. */
    private static final long PEERS_KNOWN_AFTER_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Too little room. */
    private record Shortage(String reason, boolean severe, long since) {}

    private final String self;
    /** Null if nothing is measured. */
    private final @Nullable Path directory;

    private final long reserve;
    private final int members;
    private final Supplier<List<String>> peersShortOfRoom;
    private final ExecutorService looking;
    private volatile Runnable whileOthersHaveRoom = () -> {};
    private volatile @Nullable Shortage shortage;

    /** @param peersShortOfRoom the other members that said so lately */
    DiskRoom(RaftNodeSettings settings, Supplier<List<String>> peersShortOfRoom) {
        boolean measured = settings.storageType() != StorageType.MEMORY && settings.minFreeSpace() > 0;
        this.self = settings.nodeId();
        this.directory = measured ? settings.dataDir() : null;
        this.members = settings.peers().size();
        this.peersShortOfRoom = peersShortOfRoom;
        this.reserve = settings.minFreeSpace();
        this.looking = MemberThreads.pool(self + "-disk-room", 1, 1);
    }

    /** @param whileOthersHaveRoom run at each look that finds too little room here; must not block */
    void start(ScheduledExecutorService clock, Runnable whileOthersHaveRoom) {
        this.whileOthersHaveRoom = whileOthersHaveRoom;
        if (directory != null) {
            look();
            clock.scheduleWithFixedDelay(
                    this::lookBesideTheClock, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** The clock has deadlines to keep, and a disk may hang. */
    private void lookBesideTheClock() {
        try {
            looking.execute(this::look);
        } catch (RejectedExecutionException busyOrClosing) {
            log.trace("Member {} is looking already", self, busyOrClosing);
        }
    }

    private void look() {
        long free = free();
        Shortage before = shortage;
        if (free >= reserve) {
            if (before != null) {
                shortage = null;
                log.info("Member {} takes commands again: {} MiB are free for {}", self, mebibytes(free), directory);
            }
            return;
        }
        String reason = "only " + mebibytes(free) + " MiB are free for " + directory + ", and " + mebibytes(reserve)
                + " MiB are to stay free";
        if (before == null) {
            log.warn(
                    "Member {} takes no more commands: {}. Free or add space; it goes on by itself then.",
                    self,
                    reason);
        }
        long since = before == null ? System.nanoTime() : before.since;
        shortage = new Shortage(reason, free < reserve / 2, since);
        if (System.nanoTime() - since > PEERS_KNOWN_AFTER_NANOS && refusalOfAll() == null) {
            whileOthersHaveRoom.run();
        }
    }

    /** May block while the disk hangs. */
    private long free() {
        Path measured = directory;
        if (measured == null) {
            return Long.MAX_VALUE;
        }
        try {
            return Files.getFileStore(measured).getUsableSpace();
        } catch (IOException unknown) {
            log.debug("Member {} cannot see how much room its disk has", self, unknown);
            return Long.MAX_VALUE; // Writing will show.
        }
    }

    private static long mebibytes(long bytes) {
        return bytes >> 20;
    }

    /** Why this member takes no commands, as a clause; null if there is room. Never blocks. */
    @Nullable String refusal() {
        Shortage now = shortage;
        return now == null ? null : now.reason;
    }

    /**
     * Why a cluster cannot take commands, as a clause: with more members short of room than it can spare, what is proposed
     * would wait. Null if it can. Never blocks.
     */
    @Nullable String refusalOfAll() {
        String own = refusal();
        List<String> peers = peersShortOfRoom.get();
        if (peers.size() + (own != null ? 1 : 0) <= (members - 1) / 2) {
            return null;
        }
        String others = peers.isEmpty() ? "" : "the disks of " + peers + " are short of room";
        return own == null ? others : others.isEmpty() ? own : own + "; " + others;
    }

    /** Why one of the engine's requests from a peer may not be dealt with; null if it may. */
    @Nullable String refusalOfIncoming(Object request) {
        Shortage now = shortage;
        if (now == null) {
            return null;
        }
        boolean refused = request instanceof TimeoutNowRequest
                || now.severe && (request instanceof InstallSnapshotRequest || bringsCommands(request));
        return refused ? now.reason : null;
    }

    private static boolean bringsCommands(Object request) {
        return request instanceof AppendEntriesRequest append
                && append.getEntriesList().stream().anyMatch(entry -> entry.getType() == EntryType.ENTRY_TYPE_DATA);
    }

    /** Asked between the parts of a snapshot. */
    void checkForSnapshot() throws IOException {
        long free = free();
        if (free < reserve / 2) {
            throw new IOException("Only " + mebibytes(free) + " MiB are free for " + directory
                    + ", and the last of them are kept for the log. Free or add space.");
        }
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
