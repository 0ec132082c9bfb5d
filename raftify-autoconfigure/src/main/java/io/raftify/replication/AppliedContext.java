package io.raftify.replication;

import io.raftify.annotation.CommandContext;
import io.raftify.replication.encoding.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;

/** The context of one command that is being applied. Refuses whoever asks later, or on another thread. */
final class AppliedContext implements CommandContext {

    private final Thread thread = Thread.currentThread();
    private final long index;
    private final long term;
    private final Instant time;
    private final String commandId;
    private final String proposer;
    private final SeededRandom random;
    private boolean over;

    /** @param seed drawn when the command was proposed */
    AppliedContext(long index, long term, long timeMillis, String commandId, String proposer, byte[] seed) {
        this.index = index;
        this.term = term;
        this.time = Instant.ofEpochMilli(timeMillis);
        this.commandId = commandId;
        this.proposer = proposer;
        this.random = new SeededRandom(seed);
    }

    void end() {
        over = true;
    }

    @Override
    public Instant time() {
        check();
        return time;
    }

    @Override
    public Random random() {
        check();
        return random;
    }

    @Override
    public UUID uuid() {
        check();
        long high = random.nextLong() & ~0xf000L | 0x4000L;
        long low = random.nextLong() & ~(0b11L << 62) | 1L << 63;
        return new UUID(high, low);
    }

    @Override
    public long index() {
        check();
        return index;
    }

    @Override
    public long term() {
        check();
        return term;
    }

    @Override
    public String commandId() {
        check();
        return commandId;
    }

    @Override
    public String proposer() {
        check();
        return proposer;
    }

    private void check() {
        if (over || Thread.currentThread() != thread) {
            throw new IllegalStateException("The context of command " + commandId + " is only valid while the command"
                    + " runs, and on its thread: what is drawn from it elsewhere would differ from member to member.");
        }
    }

    /**
     * Takes its bits from SHA-256 over seed and counter, which is the same on every Java version, and tells nobody who sees
     * some of them what the next ones are. The methods of {@link Random} say how they make their values from {@code next}.
     */
    private static final class SeededRandom extends Random {

        private static final long serialVersionUID = 1L;

        private final transient byte[] seed;
        private long blocks;
        private transient ByteBuffer block = ByteBuffer.allocate(0);

        SeededRandom(byte[] seed) {
            super(0);
            this.seed = seed;
        }

        @Override
        protected int next(int bits) {
            if (seed.length == 0) {
                // Else it would be the same in every such command, and known to everybody.
                throw new IllegalStateException(
                        "The command's entry has no seed, so there is nothing to draw random numbers from.");
            }
            if (block.remaining() < Integer.BYTES) {
                MessageDigest digest = Sha256.begin();
                digest.update(seed);
                digest.update(ByteBuffer.allocate(Long.BYTES).putLong(blocks++).flip());
                block = ByteBuffer.wrap(digest.digest());
            }
            return block.getInt() >>> (Integer.SIZE - bits);
        }

        @Override
        public void setSeed(long ignored) {
            // Called by the constructor above; the seed is the command's, and stays.
        }
    }
}
