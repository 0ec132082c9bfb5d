package io.raftify.engine;

import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import io.raftify.node.StorageStatus;
import io.raftify.storage.GiveUpRecords;
import io.raftify.storage.Incarnations;
import io.raftify.storage.MemberStore;
import io.raftify.storage.StorageFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A store whose writes can be slowed, whose next write can be held up, and made to fail when it is let go. */
public final class UnreliableStore implements MemberStore {

    private final MemberStore real;
    private final AtomicReference<@Nullable Stall> next = new AtomicReference<>();
    private final Queue<Stall> stalls = new ConcurrentLinkedQueue<>();
    private final LogStorage log;
    private final RaftMetaStorage meta;
    private volatile boolean metaFails;
    private volatile long slowNanos;
    private volatile long slowMetaNanos;
    private volatile @Nullable StorageFailure failure;
    private volatile @Nullable Consumer<StorageFailure> listener;

    UnreliableStore(MemberStore real) {
        this.real = real;
        this.log = new Log(real.log());
        this.meta = new Meta(real.meta());
    }

    /** Each write takes so much longer. */
    public void slow(Duration perWrite) {
        slowNanos = perWrite.toNanos();
    }

    /** Each time term or vote is stored it takes so much longer. */
    public void slowMeta(Duration perWrite) {
        slowMetaNanos = perWrite.toNanos();
    }

    /** The next write waits until it is let go. */
    public Stall stallNextWrite() {
        Stall stall = new Stall();
        next.set(stall);
        stalls.add(stall);
        return stall;
    }

    /** Writes go on, also those that wait, as fast as they can. A store that failed stays failed. */
    public void heal() {
        slowNanos = 0;
        slowMetaNanos = 0;
        next.set(null);
        stalls.forEach(Stall::letGo);
        stalls.clear();
    }

    /** A write that waits. */
    public final class Stall {

        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private volatile boolean fails;

        public void awaitReached() throws InterruptedException {
            if (!reached.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("no write came");
            }
        }

        public void letGo() {
            released.countDown();
        }

        public void fail() {
            fails = true;
            released.countDown();
        }
    }

    @Override
    public LogStorage log() {
        return log;
    }

    @Override
    public RaftMetaStorage meta() {
        return meta;
    }

    /** From now on term and vote cannot be stored. */
    public void failMeta() {
        metaFails = true;
    }

    private void slowDown() {
        long end = System.nanoTime() + slowNanos;
        while (slowNanos > 0 && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    private void raise(String what) {
        StorageFailure raised = new StorageFailure(what, new IOException("EIO"));
        failure = raised;
        Consumer<StorageFailure> told = listener;
        if (told != null) {
            told.accept(raised);
        }
    }

    @Override
    public Incarnations incarnations() {
        return real.incarnations();
    }

    @Override
    public GiveUpRecords giveUps() {
        return real.giveUps();
    }

    @Override
    public StorageStatus status() {
        return real.status();
    }

    @Override
    public @Nullable StorageFailure failure() {
        return failure != null ? failure : real.failure();
    }

    @Override
    public void onFailure(Consumer<StorageFailure> listener) {
        this.listener = listener;
        real.onFailure(listener);
    }

    @Override
    public void close() {
        real.close();
    }

    private final class Log extends ForwardedLog {

        Log(LogStorage real) {
            super(real);
        }

        @Override
        public int appendEntries(List<LogEntry> entries) {
            slowDown();
            Stall stall = next.getAndSet(null);
            if (stall != null) {
                stall.reached.countDown();
                try {
                    stall.released.await();
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return 0;
                }
                if (stall.fails) {
                    raise("the test's disk failed");
                    return 0;
                }
            }
            return super.appendEntries(entries);
        }

        @Override
        public boolean appendEntry(LogEntry entry) {
            return appendEntries(List.of(entry)) == 1;
        }
    }

    private final class Meta extends ForwardedMeta {

        Meta(RaftMetaStorage real) {
            super(real);
        }

        private boolean fails() {
            long end = System.nanoTime() + slowMetaNanos;
            while (slowMetaNanos > 0 && System.nanoTime() - end < 0) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
            if (metaFails) {
                raise("the test's disk failed");
            }
            return metaFails;
        }

        @Override
        public boolean setTerm(long term) {
            return !fails() && super.setTerm(term);
        }

        @Override
        public boolean setVotedFor(PeerId peer) {
            return !fails() && super.setVotedFor(peer);
        }

        @Override
        public boolean setTermAndVotedFor(long term, PeerId peer) {
            return !fails() && super.setTermAndVotedFor(term, peer);
        }
    }
}
