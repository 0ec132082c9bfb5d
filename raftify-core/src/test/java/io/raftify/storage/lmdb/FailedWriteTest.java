package io.raftify.storage.lmdb;

import static io.raftify.storage.Entries.entries;
import static io.raftify.storage.Entries.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.alipay.sofa.jraft.entity.PeerId;
import io.raftify.storage.StorageFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lmdbjava.Txn;

/** Guards G2 and G3: a write that may not be durable is known before it returns, and nothing is written after it. */
class FailedWriteTest {

    private static final Map<String, Predicate<LmdbMemberStore>> WRITES = Map.of(
            "append", store -> store.log().appendEntries(entries(11, 12)) == 2,
            "append one", store -> store.log().appendEntry(entry(11, 1)),
            "truncate front", store -> store.log().truncatePrefix(5),
            "truncate all", store -> store.log().truncatePrefix(50),
            "truncate end", store -> store.log().truncateSuffix(5),
            "reset", store -> store.log().reset(100),
            "term", store -> store.meta().setTerm(4),
            "vote", store -> store.meta().setVotedFor(new PeerId("n3", 0)),
            "term and vote", store -> store.meta().setTermAndVotedFor(4, new PeerId("n3", 0)));

    @TempDir
    Path directory;

    private final FailingCommit commit = new FailingCommit();
    private LmdbMemberStore store;

    /** LMDB's own commit until it is told to fail: before anything is written, or when all is. */
    private static final class FailingCommit implements CommitStep {
        private final AtomicInteger calls = new AtomicInteger();
        private volatile Throwable before;
        private volatile Throwable after;
        private volatile CountDownLatch hold = new CountDownLatch(0);

        @Override
        public void commit(Txn<byte[]> transaction) {
            calls.incrementAndGet();
            try {
                assertThat(hold.await(60, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            fail(before);
            SYNCED.commit(transaction);
            fail(after);
        }

        private static void fail(Throwable with) {
            if (with instanceof Error error) {
                throw error;
            }
            if (with instanceof RuntimeException exception) {
                throw exception;
            }
        }
    }

    private LmdbMemberStore open() {
        store = LmdbMemberStore.open(directory, "orders", "n1", 1 << 20, commit);
        return store;
    }

    private void openWithTenEntries() {
        open();
        store.log().appendEntries(entries(1, 10));
        store.meta().setTermAndVotedFor(3, new PeerId("n2", 0));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static String[] writes() {
        return WRITES.keySet().toArray(new String[0]);
    }

    @ParameterizedTest
    @MethodSource("writes")
    void a_write_that_does_not_fail_succeeds(String name) {
        openWithTenEntries();

        assertThat(WRITES.get(name).test(store)).isTrue();
        assertThat(store.failure()).isNull();
    }

    @ParameterizedTest
    @MethodSource("writes")
    void a_sync_that_fails_puts_the_flag_up_before_the_write_returns(String name) {
        openWithTenEntries();
        CompletableFuture<StorageFailure> heard = new CompletableFuture<>();
        store.onFailure(failure -> {
            assertThat(store.failure()).isSameAs(failure);
            heard.complete(failure);
        });
        commit.before = new IllegalStateException("the disk does not answer");

        assertThat(WRITES.get(name).test(store)).isFalse();

        assertThat(heard).isCompleted();
        assertThat(heard.join().message()).contains("the disk does not answer").contains(directory.toString());
        assertThat(heard.join().cause()).isSameAs(commit.before);
        assertThat(store.meta().getTerm()).isEqualTo(3);
        assertThat(store.meta().getVotedFor()).isEqualTo(new PeerId("n2", 0));
    }

    @ParameterizedTest
    @MethodSource("writes")
    void a_failed_sync_is_never_tried_again_and_every_later_write_is_refused(String name) {
        openWithTenEntries();
        commit.before = new IllegalStateException("once");
        WRITES.get(name).test(store);
        commit.before = null;
        int calls = commit.calls.get();

        WRITES.values().forEach(write -> assertThat(write.test(store)).isFalse());

        assertThat(commit.calls).hasValue(calls);
    }

    @Test
    void a_write_that_may_be_durable_or_not_counts_as_failed_and_may_be_there_after_a_restart() {
        openWithTenEntries();
        commit.after = new IllegalStateException("written, but who knows");

        assertThat(store.log().appendEntries(entries(11, 12))).isZero();

        assertThat(store.failure()).isNotNull();
        assertThat(store.log().getLastLogIndex()).isEqualTo(10);
        assertThat(store.log().getEntry(11)).isNull();
        store.close();
        commit.after = null;
        open();
        assertThat(store.log().getLastLogIndex()).isEqualTo(12);
    }

    @Test
    void an_error_of_the_jvm_in_the_middle_of_a_write_puts_the_flag_up_and_is_thrown() {
        openWithTenEntries();
        commit.before = new OutOfMemoryError("made up");

        assertThatThrownBy(() -> store.log().appendEntry(entry(11, 1))).isSameAs(commit.before);

        assertThat(store.failure()).isNotNull();
        assertThat(store.log().appendEntry(entry(11, 1))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_write_that_waited_behind_one_that_failed_is_not_tried(boolean appendFirst) throws Exception {
        openWithTenEntries();
        Predicate<LmdbMemberStore> append = WRITES.get("append");
        Predicate<LmdbMemberStore> vote = WRITES.get("term and vote");
        int calls = commit.calls.get();
        commit.hold = new CountDownLatch(1);
        commit.before = new IllegalStateException("slow, then failed");
        FutureTask<Boolean> first = new FutureTask<>(() -> (appendFirst ? append : vote).test(store));
        FutureTask<Boolean> second = new FutureTask<>(() -> (appendFirst ? vote : append).test(store));
        new Thread(first, "first").start();
        await().atMost(Duration.ofSeconds(20)).until(() -> commit.calls.get() == calls + 1);
        Thread behind = new Thread(second, "second");
        behind.start();
        await().atMost(Duration.ofSeconds(20)).until(() -> behind.getState() == Thread.State.WAITING);
        commit.hold.countDown();

        assertThat(first.get(60, TimeUnit.SECONDS)).isFalse();
        assertThat(second.get(60, TimeUnit.SECONDS)).isFalse();
        assertThat(commit.calls).hasValue(calls + 1);
    }

    @Test
    void a_listener_may_close_the_store() {
        openWithTenEntries();
        store.onFailure(failure -> store.close());
        commit.before = new IllegalStateException("failed");

        assertThat(store.log().appendEntry(entry(11, 1))).isFalse();

        commit.before = null;
        assertThat(open().log().getLastLogIndex()).isEqualTo(10);
    }
}
