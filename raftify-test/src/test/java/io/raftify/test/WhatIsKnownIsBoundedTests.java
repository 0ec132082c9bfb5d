package io.raftify.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.raftify.annotation.IdempotencyKey;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import io.raftify.replication.wire.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** However much is called, a member remembers no more of it than the limits say, also on its disk and after a restart. */
@RaftClusterTest(
        nodes = 1,
        classes = WhatIsKnownIsBoundedTests.App.class,
        properties = {"raftify.proposal.timeout=30s", "raftify.snapshot.entries=1000000"})
class WhatIsKnownIsBoundedTests {

    private static final int MOST_SESSIONS = 10_000;
    private static final int MOST_BYTES = 64 << 20;
    private static final int RESULT = 900_000;

    private static volatile boolean answersAreLost;

    RaftCluster cluster;

    @Test
    void theSessionThatWasNotUsedForLongestIsForgottenForTheTenThousandAndFirstAndItsCallIsRefusedNotRepeated()
            throws Exception {
        Press press = cluster.awaitLeader().bean(Press.class);
        int before = press.printSoon("a");
        OutcomeUnknownException unknown;
        answersAreLost = true;
        try {
            unknown = (OutcomeUnknownException) catchThrowable(() -> press.printSoon("a"));
        } finally {
            answersAreLost = false;
        }
        byte[] call = SilentMember.last();
        assertThat(RawEntries.outcome(cluster.leader(), call).hasRefusal()).isFalse();

        // Also a sign of life, so of all sessions it is the one used last.
        openSessions(MOST_SESSIONS - 1);
        assertThat(unknown.resolve()).isEqualTo(before + 1);

        openSessions(MOST_SESSIONS);
        for (int start = 0; start < 2; start++) {
            assertThat(RawEntries.outcome(cluster.leader(), call).getRefusal().getReason())
                    .isEqualTo(Refusal.Reason.EXPIRED);
            assertThat(cluster.leader().bean(Press.class).copies("a")).isEqualTo(before + 1);
            assertThat(snapshotBytes()).isLessThan(2 << 20);
            restart();
        }
        // Its own session is among the forgotten, and it opens another by itself.
        assertThat(cluster.leader().bean(Press.class).printSoon("a")).isEqualTo(before + 2);
    }

    @Test
    void outcomesOfKeysTakeNoMoreThan64MegabytesAndTheCallsOfDroppedOnesAreNotRepeated() throws Exception {
        Press press = cluster.awaitLeader().bean(Press.class);
        int fit = MOST_BYTES / RESULT;
        for (int i = 0; i < fit + 10; i++) {
            assertThat(press.print("key " + i, "b")).hasSize(RESULT);
        }
        for (int start = 0; start < 2; start++) {
            Press now = cluster.leader().bean(Press.class);
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(() -> now.print("key 0", "b"))
                    .withMessageContaining("was applied");
            assertThat(now.print("key " + (fit + 9), "b")).hasSize(RESULT);
            assertThat(now.copies("b")).isEqualTo(fit + 10);
            assertThat(snapshotBytes()).isBetween((long) MOST_BYTES / 2, MOST_BYTES + (2L << 20));
            restart();
        }
        assertThat(cluster.leader().bean(Press.class).print("another key", "b")).hasSize(RESULT);
        assertThat(cluster.leader().bean(Press.class).copies("b")).isEqualTo(fit + 11);
    }

    private void openSessions(int count) throws Exception {
        RaftClusterNode node = cluster.leader();
        byte[] entry = RawEntries.openSession(node, Instant.now());
        List<CompletableFuture<byte[]>> opened = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            opened.add(RawEntries.proposed(node, entry));
            if (opened.size() == 1_000) {
                awaitAll(opened);
            }
        }
        awaitAll(opened);
    }

    private static void awaitAll(List<CompletableFuture<byte[]>> opened) throws Exception {
        for (CompletableFuture<byte[]> each : opened) {
            each.get(30, TimeUnit.SECONDS);
        }
        opened.clear();
    }

    private long snapshotBytes() throws Exception {
        RaftClusterNode node = cluster.leader();
        node.bean(RaftNode.class).snapshot().get(30, TimeUnit.SECONDS);
        Path directory = node.bean(RaftNodeSettings.class).dataDir().resolve("snapshots");
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(WhatIsKnownIsBoundedTests::size)
                    .max()
                    .orElseThrow();
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private void restart() {
        RaftClusterNode node = cluster.leader();
        cluster.stop(node);
        cluster.restart(node);
        cluster.awaitLeader();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Press.class)
    static class App {

        @Bean
        static SilentMember silentMember() {
            return new SilentMember(() -> answersAreLost);
        }
    }

    static class Press {

        @ReplicatedState
        private final Map<String, Integer> copies = new TreeMap<>();

        @ReplicatedCommand(value = "press.print-soon", timeout = "800ms")
        public int printSoon(String page) {
            return copies.merge(page, 1, Integer::sum);
        }

        @ReplicatedCommand("press.print")
        public byte[] print(@IdempotencyKey String key, String page) {
            copies.merge(page, 1, Integer::sum);
            return new byte[RESULT];
        }

        @ReplicatedQuery
        public int copies(String page) {
            return copies.getOrDefault(page, 0);
        }
    }
}
