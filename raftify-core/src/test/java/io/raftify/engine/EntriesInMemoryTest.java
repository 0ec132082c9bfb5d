package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The engine hands the state machine the very buffer that its log writer and its replicators read, so applying must
 * leave it as it is.
 */
@Timeout(120)
class EntriesInMemoryTest {

    @TempDir
    Path directory;

    @Test
    void an_entry_that_is_applied_before_the_leaders_own_disk_has_it_is_stored_whole() throws Exception {
        String leader;
        try (TestCluster cluster = TestCluster.of(
                        3, directory, settings -> settings.electionTimeout(TestCluster.PATIENT_ELECTION_TIMEOUT))
                .withStores(UnreliableStore::new)
                .startAll()) {
            cluster.leader().write("first");
            cluster.awaitAgreement("first");
            TestCluster.Member leading = cluster.leader();
            leader = leading.name;
            UnreliableStore.Stall stall = ((UnreliableStore) leading.store()).stallNextWrite();

            CompletableFuture<byte[]> written = leading.propose("second");
            stall.awaitReached();
            assertThat(written.get(20, TimeUnit.SECONDS))
                    .as("two of three have it: committed and applied here, too")
                    .isNotEmpty();
            stall.letGo();
            leading.write("third");
            cluster.awaitAgreement("first", "second", "third");
        }
        try (TestCluster cluster = TestCluster.of(3, directory)) {
            cluster.startAll();
            cluster.awaitAgreement("first", "second", "third");
            assertThat(cluster.member(leader).ledger.lines()).containsExactly("first", "second", "third");
        }
    }
}
