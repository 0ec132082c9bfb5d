package io.raftify.storage.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.PeerId;
import io.raftify.storage.Entries;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process killed while it writes has lost nothing that it acknowledged, and leaves a log without gaps. */
class KilledWriterTest {

    private static final int ROUNDS = 5;

    @TempDir
    Path directory;

    private static LmdbMemberStore open(Path directory) {
        return LmdbMemberStore.open(directory, "orders", "n1", 1 << 20);
    }

    /** Any entry can be told from its index. */
    private static LogEntry entry(long index) {
        byte[] data = new byte[(int) (index * 7919 % (index % 50 == 0 ? 10_000 : 600))];
        new Random(index).nextBytes(data);
        return Entries.entry(index, 1, data);
    }

    /** So can the vote from its term. */
    private static PeerId votedIn(long term) {
        return term == 0 ? PeerId.emptyPeer() : new PeerId("n" + term, 0);
    }

    /** Appends, truncates and votes until it is killed; says what is acknowledged: last index, first index, term. */
    static final class Writer {
        public static void main(String[] arguments) {
            Random random = new Random(Long.parseLong(arguments[1]));
            LmdbMemberStore store = open(Path.of(arguments[0]));
            long last = store.log().getLastLogIndex();
            long first = store.log().getFirstLogIndex();
            long term = store.meta().getTerm();
            while (true) {
                List<LogEntry> batch = new ArrayList<>();
                int size = 1 + random.nextInt(60);
                for (int i = 1; i <= size; i++) {
                    batch.add(entry(last + i));
                }
                require(store.log().appendEntries(batch) == size);
                last += size;
                if (random.nextInt(10) == 0) {
                    first += random.nextInt((int) (last - first));
                    require(store.log().truncatePrefix(first));
                }
                if (random.nextInt(10) == 0) {
                    term++;
                    require(store.meta().setTermAndVotedFor(term, votedIn(term)));
                }
                System.out.println("acknowledged " + last + " " + first + " " + term);
            }
        }

        private static void require(boolean done) {
            if (!done) {
                System.out.println("failed");
                System.exit(1);
            }
        }
    }

    @Test
    void every_acknowledged_entry_and_vote_survives_kill_9_in_the_middle_of_writing() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("every_acknowledged_entry: seed " + seed);
        Random random = new Random(seed);
        long entries = 0;
        for (int round = 1; round <= ROUNDS; round++) {
            long[] acknowledged = writeUntilKilled(random);

            try (LmdbMemberStore store = open(directory)) {
                long first = store.log().getFirstLogIndex();
                long last = store.log().getLastLogIndex();
                assertThat(last).as("seed %d, round %d", seed, round).isGreaterThanOrEqualTo(acknowledged[0]);
                assertThat(first).isGreaterThanOrEqualTo(acknowledged[1]);
                assertThat(store.meta().getTerm()).isGreaterThanOrEqualTo(acknowledged[2]);
                assertThat(store.meta().getVotedFor())
                        .isEqualTo(votedIn(store.meta().getTerm()));
                for (long index = first; index <= last; index++) {
                    assertThat(store.log().getEntry(index)).isEqualTo(entry(index));
                }
                assertThat(acknowledged[0]).as("progress in round %d", round).isGreaterThan(entries);
                entries = last;
            }
        }
        System.out.println("every_acknowledged_entry: " + ROUNDS + " kills, " + entries + " entries");
    }

    private long[] writeUntilKilled(Random random) throws Exception {
        int lines = 5 + random.nextInt(60);
        String latest = null;
        try (ForkedJvm writer = ForkedJvm.run(Writer.class, List.of(), directory, random.nextLong())) {
            for (int i = 0; i < lines; i++) {
                latest = writer.lineStartingWith("acknowledged");
                assertThat(latest).as("the writer goes on until it is killed").isNotNull();
            }
            writer.kill();
            // What it had said before it died counts too.
            for (String line = latest; line != null; line = writer.lineStartingWith("acknowledged")) {
                latest = line;
            }
        }
        String[] numbers = latest.split(" ");
        return new long[] {Long.parseLong(numbers[1]), Long.parseLong(numbers[2]), Long.parseLong(numbers[3])};
    }
}
