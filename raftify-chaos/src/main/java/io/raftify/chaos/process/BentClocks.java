package io.raftify.chaos.process;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Rig (b) on members whose wall clocks can be bent while they run: they jump, run too fast or too slowly, and stand still.
 * Their monotonic clocks stay true.
 */
public final class BentClocks implements Hosts {

    private static final int TRUE_RATE = 1_000_000;

    private final Path work;
    private final Loopback loopback;
    private final String library;
    private final Map<String, Path> clocks = new TreeMap<>();

    public BentClocks(int size, Path work) {
        this.work = work;
        this.loopback = new Loopback(size, work);
        this.library = PreloadedLibrary.compile("bentclock", work);
        loopback.members().forEach(member -> clocks.put(member, work.resolve(member + ".clock")));
        heal();
    }

    /**
     * @param ahead from now on
     * @param rate how many microseconds pass in a true second
     */
    void bend(String member, Duration ahead, long rate) {
        long now = nanos(Instant.now());
        ByteBuffer bend = ByteBuffer.allocate(3 * Long.BYTES)
                .order(ByteOrder.nativeOrder())
                .putLong(now)
                .putLong(now + ahead.toNanos())
                .putLong(rate)
                .flip();
        PreloadedLibrary.tell(Objects.requireNonNull(clocks.get(member)), bend);
    }

    private static long nanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000 + time.getNano();
    }

    @Override
    public List<String> members() {
        return loopback.members();
    }

    @Override
    public MemberProcess process(String member) {
        return loopback.process(member, work.resolve(member), environment(member));
    }

    /** By which any process has the member's wall clock. */
    Map<String, String> environment(String member) {
        return Map.of(PreloadedLibrary.VARIABLE, library, "BENT_CLOCK", String.valueOf(clocks.get(member)));
    }

    @Override
    public void heal() {
        members().forEach(member -> bend(member, Duration.ZERO, TRUE_RATE));
    }

    @Override
    public void close() {
        loopback.close();
    }
}
