package io.raftify.chaos.process;

import io.raftify.chaos.round.Await;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Rig (b) with a disk for each member: an ext4 file system in a file, whose plug can be pulled. What was not synced by
 * then is gone, as after a power cut. Everything is unmounted when this is closed or the JVM ends.
 */
public final class LoopDisks implements Hosts {

    /** EXT4_IOC_SHUTDOWN without flushing the journal: what fsync has not made durable is lost. */
    private static final String PULL_THE_PLUG =
            "import fcntl,os,struct,sys;fcntl.ioctl(os.open(sys.argv[1],0),0x8004587d,struct.pack('I',2))";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path work;
    private final long megabytes;
    private final Loopback loopback;
    private final List<Path> mounted = new ArrayList<>();
    private final Map<String, String> environment = new TreeMap<>();
    private final Set<String> unplugged = new TreeSet<>();
    private final Set<String> roomIsDue = new TreeSet<>();
    private final Map<String, Path> ballast = new TreeMap<>();
    private final Thread lastResort = new Thread(this::unmountAll);

    /** @param megabytes the size of each disk */
    public LoopDisks(int size, Path work, long megabytes) {
        this.work = work;
        this.megabytes = megabytes;
        this.loopback = new Loopback(size, work);
        Runtime.getRuntime().addShutdownHook(lastResort);
        loopback.members().forEach(this::format);
    }

    /** From now on members are started with syncs that do nothing: what power cuts must find out. Needs a C compiler. */
    LoopDisks withoutSyncs() {
        environment.put(PreloadedLibrary.VARIABLE, PreloadedLibrary.compile("nosync", work));
        return this;
    }

    /** Why this machine cannot run this rig; null if it can. */
    public static @Nullable String missing() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return "mounting a file system in a file needs root";
        }
        for (String tool : List.of("mkfs.ext4", "mount", "umount", "python3")) {
            if (!Commands.succeeds("sh", "-c", "command -v " + tool)) {
                return "there is no " + tool + " on the PATH";
            }
        }
        try {
            Path probe = Files.createTempDirectory("probe");
            image(probe.resolve("img"), 16);
            boolean mounts = Commands.succeeds(
                    "mount",
                    "-o",
                    "loop",
                    probe.resolve("img").toString(),
                    Files.createDirectory(probe.resolve("m")).toString());
            if (mounts) {
                Commands.run("umount", probe.resolve("m").toString());
            }
            return mounts ? null : "this machine does not let a file system in a file be mounted";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void image(Path file, long megabytes) throws IOException {
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(megabytes << 20);
        }
        Commands.run("mkfs.ext4", "-q", file.toString());
    }

    private void format(String member) {
        try {
            image(work.resolve(member + ".img"), megabytes);
            Files.createDirectories(data(member));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        mount(member);
    }

    Path data(String member) {
        return work.resolve(member);
    }

    private synchronized void mount(String member) {
        Commands.run(
                "mount",
                "-o",
                "loop",
                work.resolve(member + ".img").toString(),
                data(member).toString());
        mounted.add(data(member));
    }

    /** From this moment on nothing reaches the disk any more, and what was not synced is lost. */
    synchronized void pullThePlug(String member) {
        unplugged.add(member);
        Commands.run("python3", "-c", PULL_THE_PLUG, data(member).toString());
    }

    /** The disk as it was when the plug was pulled, after the process has ended; nothing if it is plugged in. */
    synchronized void plugInAgain(String member) {
        if (unplugged.remove(member)) {
            Await.until(
                    "unmounting the disk of " + member,
                    PATIENCE,
                    () -> Commands.succeeds("umount", data(member).toString()) ? null : "it is still busy");
            mounted.remove(data(member));
            mount(member);
            if (roomIsDue.remove(member)) {
                makeRoom(member);
            }
        }
    }

    /** Leaves no space on a member's disk. */
    void fill(String member) {
        // Fails at the end of the disk: that is what it is for.
        take(member, Long.MAX_VALUE >> 20);
    }

    /** Leaves some megabytes on a member's disk. */
    void leave(String member, long megabytes) {
        take(member, Math.max(0, (data(member).toFile().getUsableSpace() >> 20) - megabytes));
    }

    private void take(String member, long megabytes) {
        Path file = data(member).resolve("ballast");
        ballast.put(member, file);
        Commands.succeeds("dd", "if=/dev/zero", "of=" + file, "bs=64k", "count=" + megabytes * 16, "status=none");
    }

    synchronized void makeRoom(String member) {
        if (unplugged.contains(member)) {
            // Nothing can be removed from it now.
            roomIsDue.add(member);
            return;
        }
        Path file = ballast.remove(member);
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<String> members() {
        return loopback.members();
    }

    @Override
    public MemberProcess process(String member) {
        // Not the root of the file system: lost+found is not the member's.
        return loopback.process(member, data(member).resolve("member"), environment);
    }

    @Override
    public void heal() {
        members().forEach(this::makeRoom);
    }

    @Override
    public void close() {
        unmountAll();
        Runtime.getRuntime().removeShutdownHook(lastResort);
    }

    private synchronized void unmountAll() {
        // A killed member's mapping may keep its disk busy for a moment.
        mounted.forEach(directory -> Commands.run("umount", "-l", directory.toString()));
        mounted.clear();
    }
}
