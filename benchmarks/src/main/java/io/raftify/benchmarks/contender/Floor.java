package io.raftify.benchmarks.contender;

import static org.lmdbjava.ByteArrayProxy.PROXY_BA;
import static org.lmdbjava.DbiFlags.MDB_CREATE;
import static org.lmdbjava.EnvFlags.MDB_NOTLS;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/**
 * What this machine gives at best. A write is one synced LMDB commit of as many entries as are in flight, with the flags
 * of our log, while the two other members do the same: no network, no engine. A read is one round trip of a payload
 * over a gRPC stream to the next member.
 */
final class Floor implements Member {

    private static final long MAP_BYTES = 4L << 30;
    private static final long DROP_BEYOND_BYTES = 1L << 30;

    private final Seat seat;
    private @Nullable Env<byte[]> env;
    private @Nullable Dbi<byte[]> log;
    private @Nullable Echo echo;
    private long next;
    private long bytes;

    Floor(Seat seat) {
        this.seat = seat;
    }

    @Override
    public void start() throws Exception {
        Files.createDirectories(seat.directory());
        Env<byte[]> opened = Env.create(PROXY_BA)
                .setMapSize(MAP_BYTES)
                .setMaxDbs(1)
                .open(seat.directory().toFile(), MDB_NOTLS);
        env = opened;
        log = opened.openDbi("log".getBytes(StandardCharsets.US_ASCII), MDB_CREATE);
        int neighbour = (seat.index() + 1) % Seat.MEMBERS;
        echo = new Echo(seat.port(seat.index(), 0), Seat.HOST, seat.port(neighbour, 0));
    }

    @Override
    public boolean leading() {
        return seat.index() == 0;
    }

    @Override
    public Measurement measure(Cell cell, Duration warmUp, Duration time) throws Exception {
        return switch (cell.operation()) {
            case WRITE -> commits(cell, warmUp, time);
            case READ_ON_LEADER -> new LoadLoop(this, cell, warmUp, time).run();
            case WRITE_ON_FOLLOWER, READ_ON_FOLLOWER, READ_LOCAL, MIXED ->
                Measurement.notOffered("the floor has commits and round trips only");
        };
    }

    private Measurement commits(Cell cell, Duration warmUp, Duration time) {
        Histogram latencies = new Histogram(3);
        byte[] value = new byte[cell.payload()];
        long warmUntil = System.nanoTime() + warmUp.toNanos();
        long end = warmUntil + time.toNanos();
        long entries = 0;
        while (true) {
            dropIfLarge();
            long begin = System.nanoTime();
            commit(value, cell.inFlight());
            long now = System.nanoTime();
            if (now >= end) {
                return new Measurement(latencies, time.toNanos() / 1e9, entries, 0, 0, null);
            }
            if (now >= warmUntil) {
                latencies.recordValue(now - begin);
                entries += cell.inFlight();
            }
        }
    }

    private void commit(byte[] value, int count) {
        try (Txn<byte[]> transaction = Objects.requireNonNull(env).txnWrite()) {
            for (int i = 0; i < count; i++) {
                byte[] key = ByteBuffer.allocate(Long.BYTES).putLong(next++).array();
                Objects.requireNonNull(log).put(transaction, key, value, PutFlags.MDB_APPEND);
            }
            transaction.commit();
        }
        bytes += (long) count * (value.length + 2 * Long.BYTES);
    }

    private void dropIfLarge() {
        if (bytes > DROP_BEYOND_BYTES) {
            try (Txn<byte[]> transaction = Objects.requireNonNull(env).txnWrite()) {
                Objects.requireNonNull(log).drop(transaction);
                transaction.commit();
            }
            bytes = 0;
        }
    }

    @Override
    public CompletableFuture<?> write(byte[] value) {
        throw new UnsupportedOperationException("measured as whole commits");
    }

    @Override
    public CompletableFuture<?> read() {
        return Objects.requireNonNull(echo, "not started").roundTrip(new byte[16]);
    }

    @Override
    public CompletableFuture<?> localRead() {
        throw new UnsupportedOperationException("the floor has no state");
    }

    @Override
    public void close() {
        if (echo != null) {
            echo.close();
        }
        if (env != null) {
            env.close();
        }
    }
}
