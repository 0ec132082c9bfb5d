package io.raftify.storage.lmdb;

import static io.raftify.storage.Entries.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.PeerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a disk may hold if power fails during a commit. The file is taken before and after each commit, and put together from
 * both as the writes of one commit allow it: LMDB writes the changed pages, syncs them, and only then writes one of its two
 * meta pages, by one write of a part of its first sector. So without the meta page any part of the pages may be there, in any
 * order; and of the meta page, a sector being written from its beginning, any beginning of what has changed.
 *
 * <p>Whatever is there, everything of before the commit is there too, and the commit itself wholly or not at all.
 */
class PowerCutTest {

    private static final int SECTOR = 512;
    private static final int PAGE = 4096;
    private static final int META_PAGES = 2;
    private static final int TRANSACTION_NUMBER = 144;
    private static final int CUT_POINTS = 500;
    private static final int TORN = Integer.getInteger("raftify.test.torn-writes", 200);
    private static final long SEED =
            Long.getLong("raftify.test.seed", ThreadLocalRandom.current().nextLong(1_000_000));

    @TempDir
    Path directory;

    private final Random random = new Random(SEED);
    private final Path live = Path.of("live");
    private int images;

    /** All that a member's promises rest on. */
    private record Stored(long first, List<LogEntry> entries, long term, PeerId vote) {

        static Stored in(LmdbMemberStore store) {
            List<LogEntry> entries = new ArrayList<>();
            long first = store.log().getFirstLogIndex();
            for (long index = first; index <= store.log().getLastLogIndex(); index++) {
                entries.add(store.log().getEntry(index));
            }
            return new Stored(
                    first, entries, store.meta().getTerm(), store.meta().getVotedFor());
        }

        @Override
        public String toString() {
            return entries.size() + " entries from " + first + " on, term " + term + ", vote " + vote;
        }
    }

    /** The file before and after one commit, and what it was acknowledged to hold. */
    private record Commit(byte[] before, byte[] after, Stored stored, Stored acknowledged) {

        /** By their numbers in the file; without the meta pages. */
        List<Integer> changed(int unit) {
            List<Integer> changed = new ArrayList<>();
            for (int i = META_PAGES * PAGE / unit; i * unit < after.length; i++) {
                int from = i * unit;
                int to = Math.min(from + unit, after.length);
                if (to > before.length || !Arrays.equals(before, from, to, after, from, to)) {
                    changed.add(i);
                }
            }
            return changed;
        }

        byte[] with(int unit, Iterable<Integer> written) {
            byte[] image = before;
            for (int number : written) {
                int from = number * unit;
                int to = Math.min(from + unit, after.length);
                image = Arrays.copyOf(image, Math.max(image.length, to));
                System.arraycopy(after, from, image, from, to - from);
            }
            return image == before ? before.clone() : image;
        }

        /** Everything but the end of what has changed in the meta pages. */
        byte[] withMeta(int bytes) {
            byte[] image = after.clone();
            System.arraycopy(before, 0, image, 0, META_PAGES * PAGE);
            int begin = Arrays.mismatch(image, after);
            System.arraycopy(after, begin, image, begin, bytes);
            return image;
        }

        /** Nothing tells this from a commit that was acknowledged, and whose number was damaged since: it is refused. */
        boolean lacksItsNumberOnly(int bytes) {
            byte[] image = withMeta(bytes);
            int different = Arrays.mismatch(image, after);
            return different >= 0 && different % PAGE >= TRANSACTION_NUMBER;
        }

        int changedOfMeta() {
            byte[] image = withMeta(0);
            int last = 0;
            for (int i = 0; i < META_PAGES * PAGE; i++) {
                last = image[i] != after[i] ? i : last;
            }
            return last - Arrays.mismatch(image, after) + 1;
        }
    }

    private LmdbMemberStore open(Path path) {
        return LmdbMemberStore.open(path, "orders", "n1", 1 << 20);
    }

    private static Path file(Path store) {
        return store.resolve("log").resolve("data.mdb");
    }

    /** Appends, truncations at both ends, terms and votes. */
    private List<Commit> commits(int count) throws IOException {
        List<Commit> commits = new ArrayList<>();
        Path path = directory.resolve(live);
        try (LmdbMemberStore store = open(path)) {
            step(store, 0);
            Path file = file(path);
            while (commits.size() < count) {
                byte[] before = Files.readAllBytes(file);
                Stored stored = Stored.in(store);
                step(store, commits.size());
                Commit commit = new Commit(before, Files.readAllBytes(file), stored, Stored.in(store));
                if (!commit.stored.equals(commit.acknowledged)) {
                    commits.add(commit);
                }
            }
        }
        return commits;
    }

    private void step(LmdbMemberStore store, int number) {
        long first = store.log().getFirstLogIndex();
        long last = store.log().getLastLogIndex();
        switch (number % 8) {
            case 5 ->
                assertThat(store.log().truncatePrefix(first + (last - first) / 2))
                        .isTrue();
            case 6 ->
                assertThat(store.log().truncateSuffix(last - random.nextInt(3))).isTrue();
            case 7 ->
                assertThat(store.meta().setTermAndVotedFor(number + 1, new PeerId("n" + random.nextInt(3), 0)))
                        .isTrue();
            default -> {
                List<LogEntry> entries = new ArrayList<>();
                for (int i = 0; i <= random.nextInt(6); i++) {
                    byte[] data = new byte[random.nextInt(random.nextInt(5) == 0 ? 12_000 : 300)];
                    random.nextBytes(data);
                    entries.add(entry(last + 1 + i, number + 1, data));
                }
                assertThat(store.log().appendEntries(entries)).isEqualTo(entries.size());
            }
        }
    }

    /** What a member finds that starts on this. */
    private Stored found(byte[] image) throws IOException {
        Path path = directory.resolve("image" + ++images);
        Path original = directory.resolve(live);
        try (var files = Files.walk(original)) {
            for (Path each : files.toList()) {
                Path copy = path.resolve(original.relativize(each));
                if (Files.isDirectory(each)) {
                    Files.createDirectories(copy);
                } else if (!each.getFileName().toString().equals("data.mdb")) {
                    Files.copy(each, copy);
                }
            }
        }
        Files.write(file(path), image);
        try (LmdbMemberStore store = open(path)) {
            Stored found = Stored.in(store);
            long last = store.log().getLastLogIndex();
            assertThat(store.log().appendEntry(entry(last + 1, 1_000))).isTrue();
            assertThat(store.log().getEntry(last + 1)).isEqualTo(entry(last + 1, 1_000));
            return found;
        }
    }

    @Test
    void at_whichever_page_the_writing_stops_all_of_before_is_there_and_none_of_the_commit() throws Exception {
        System.out.println("seed " + SEED);
        List<Commit> commits = commits(CUT_POINTS / 2);
        int points = 0;
        for (int i = 0; points < CUT_POINTS; i++) {
            Commit commit = commits.get(i % commits.size());
            List<Integer> pages = commit.changed(PAGE);
            assertThat(pages).as("pages that commit %d has written", i).isNotEmpty();
            for (int written = 0; written <= pages.size(); written++, points++) {
                assertThat(found(commit.with(PAGE, pages.subList(0, written))))
                        .as("commit %d, %d of %d pages written", i, written, pages.size())
                        .isEqualTo(commit.stored);
            }
            assertThat(found(commit.after)).as("commit %d, all written", i).isEqualTo(commit.acknowledged);
            points++;
        }
        System.out.println(points + " cut points");
    }

    @Test
    void of_torn_writes_either_all_of_the_commit_is_there_or_nothing() throws Exception {
        System.out.println("seed " + SEED);
        List<Commit> commits = commits(40);
        int whole = 0;
        for (int i = 0; i < TORN; i++) {
            Commit commit = commits.get(random.nextInt(commits.size()));
            if (random.nextInt(3) > 0) {
                TreeSet<Integer> written = new TreeSet<>(commit.changed(SECTOR));
                double share = random.nextDouble();
                written.removeIf(sector -> random.nextDouble() > share);
                assertThat(found(commit.with(SECTOR, written)))
                        .as("commit %d, sectors %s", i, written)
                        .isEqualTo(commit.stored);
            } else {
                int bytes = random.nextInt(commit.changedOfMeta() + 1);
                if (commit.lacksItsNumberOnly(bytes)) {
                    assertThatThrownBy(() -> found(commit.withMeta(bytes)))
                            .as("commit %d, %d bytes of the meta page", i, bytes)
                            .hasMessageContaining("another transaction's");
                    continue;
                }
                Stored found = found(commit.withMeta(bytes));
                assertThat(found)
                        .as("commit %d, %d bytes of the meta page", i, bytes)
                        .isIn(commit.stored, commit.acknowledged);
                whole += found.equals(commit.acknowledged) ? 1 : 0;
            }
        }
        for (Commit commit : commits.subList(0, 5)) {
            assertThat(found(commit.withMeta(commit.changedOfMeta()))).isEqualTo(commit.acknowledged);
        }
        System.out.println(TORN + " torn writes, of which " + whole + " had the whole meta page");
    }
}
