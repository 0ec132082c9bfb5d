package io.raftify.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.conf.ConfigurationEntry;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.PeerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** Drives a store and a map side by side and compares them after every step. */
final class RandomOperations {

    private final MemberStoreContract contract;
    private final Random random;
    private final TreeMap<Long, LogEntry> model = new TreeMap<>();
    private long first = 1;
    private long last;
    private long term;
    private PeerId vote = PeerId.emptyPeer();

    RandomOperations(MemberStoreContract contract, Random random) {
        this.contract = contract;
        this.random = random;
    }

    void run(int steps) {
        for (int step = 0; step < steps; step++) {
            switch (random.nextInt(20)) {
                case 0, 1 -> truncatePrefix();
                case 2, 3 -> truncateSuffix();
                case 4 -> vote();
                case 5 -> contract.reopenIfDurable();
                case 6 -> resetSometimes();
                default -> append();
            }
            compare();
        }
        compareConfigurations();
    }

    private void append() {
        List<LogEntry> batch = new ArrayList<>();
        int size = 1 + random.nextInt(random.nextInt(10) == 0 ? 400 : 20);
        for (int i = 1; i <= size; i++) {
            batch.add(entry(last + i));
        }
        assertThat(contract.log.appendEntries(new ArrayList<>(batch))).isEqualTo(size);
        batch.forEach(entry -> model.put(entry.getId().getIndex(), entry));
        last += size;
    }

    private LogEntry entry(long index) {
        if (random.nextInt(15) == 0) {
            return Entries.configuration(index, 1 + term, "n" + random.nextInt(9), "m" + random.nextInt(9));
        }
        byte[] data = new byte[random.nextInt(random.nextInt(20) == 0 ? 20_000 : 200)];
        random.nextBytes(data);
        return Entries.entry(index, 1 + term, data);
    }

    private void truncatePrefix() {
        long kept = first + random.nextInt((int) (last - first + 1) + 5);
        assertThat(contract.log.truncatePrefix(kept)).isTrue();
        first = Math.max(first, kept);
        last = Math.max(last, first - 1);
        model.headMap(first, false).clear();
    }

    private void truncateSuffix() {
        long kept = last - random.nextInt((int) (last - first) + 2);
        assertThat(contract.log.truncateSuffix(kept)).isTrue();
        last = kept;
        model.tailMap(last, false).clear();
    }

    private void resetSometimes() {
        if (random.nextInt(3) == 0) {
            first = 1 + random.nextInt(1000);
            last = first - 1;
            model.clear();
            assertThat(contract.log.reset(first)).isTrue();
        }
    }

    private void vote() {
        term += 1 + random.nextInt(3);
        vote = random.nextBoolean() ? PeerId.emptyPeer() : new PeerId("n" + random.nextInt(5), 0);
        assertThat(contract.store.meta().setTermAndVotedFor(term, vote)).isTrue();
    }

    private void compare() {
        assertThat(contract.store.failure()).isNull();
        assertThat(contract.log.getFirstLogIndex()).isEqualTo(first);
        assertThat(contract.log.getLastLogIndex()).isEqualTo(last);
        assertThat(contract.store.meta().getTerm()).isEqualTo(term);
        assertThat(contract.store.meta().getVotedFor()).isEqualTo(vote);
        for (int i = 0; i < 5; i++) {
            long index = first - 3 + random.nextInt((int) (last - first) + 7);
            assertThat(contract.log.getEntry(index)).as("entry %d", index).isEqualTo(model.get(index));
        }
    }

    private void compareConfigurations() {
        List<LogId> expected = model.values().stream()
                .filter(LoggedConfiguration::isCarriedBy)
                .map(LogEntry::getId)
                .toList();
        assertThat(contract.configurationsInLog())
                .extracting(ConfigurationEntry::getId)
                .isEqualTo(expected);
        model.forEach((index, entry) -> assertThat(contract.log.getEntry(index)).isEqualTo(entry));
    }
}
