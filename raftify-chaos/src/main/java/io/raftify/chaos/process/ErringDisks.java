package io.raftify.chaos.process;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Rig (b) on members whose writes and syncs fail now and then, as the operating system's do: a sync that fails once and then
 * works, as after a lost page; a write that fails, or is short; a disk that has become read-only.
 */
public final class ErringDisks implements Hosts {

    /** By the numbers of the library. */
    enum Kind {
        SOUND,
        SYNC_FAILS,
        WRITE_FAILS,
        WRITE_IS_SHORT,
        READ_ONLY
    }

    private final Path work;
    private final Loopback loopback;
    private final String library;
    private final Map<String, Path> switches = new TreeMap<>();

    public ErringDisks(int size, Path work) {
        this.work = work;
        this.loopback = new Loopback(size, work);
        this.library = PreloadedLibrary.compile("erringdisk", work);
        loopback.members().forEach(member -> switches.put(member, work.resolve(member + ".disk")));
        heal();
    }

    /** @param times so often, from now on */
    void err(String member, Kind kind, int times) {
        ByteBuffer fault = ByteBuffer.allocate(2 * Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(kind.ordinal())
                .putInt(times)
                .flip();
        PreloadedLibrary.tell(Objects.requireNonNull(switches.get(member)), fault);
    }

    @Override
    public List<String> members() {
        return loopback.members();
    }

    @Override
    public MemberProcess process(String member) {
        Path data = work.resolve(member);
        return loopback.process(
                member,
                data,
                Map.of(
                        PreloadedLibrary.VARIABLE,
                        library,
                        "ERRING_DISK",
                        String.valueOf(switches.get(member)),
                        "ERRING_DIRECTORY",
                        data.toString()));
    }

    @Override
    public void heal() {
        members().forEach(member -> err(member, Kind.SOUND, 0));
    }

    @Override
    public void close() {
        loopback.close();
    }
}
