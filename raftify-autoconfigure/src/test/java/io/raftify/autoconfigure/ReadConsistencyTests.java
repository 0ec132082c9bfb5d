package io.raftify.autoconfigure;

import static io.raftify.annotation.ReadConsistency.BOUNDED;
import static io.raftify.annotation.ReadConsistency.LEADER_LEASE;
import static io.raftify.annotation.ReadConsistency.LOCAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.engine.FaultyMember;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.ReadUnavailableException;
import io.raftify.node.StateMachine;
import io.raftify.replication.CallerPosition;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** Queries of every consistency on three real members whose network can be cut. */
class ReadConsistencyTests {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    static Path directory;

    private static Members members;

    @BeforeAll
    static void start() {
        members = new Members(3, directory, Application.class, "raftify.read.timeout=2s", "counter.max-lag=1500ms")
                .start();
        members.bean(members.leader(), Counter.class).add(0);
    }

    @AfterAll
    static void stop() {
        members.close();
    }

    @AfterEach
    void heal() {
        members.ids()
                .forEach(id -> members.bean(id, FaultyMember.class).transport().healAll());
    }

    private static void cut(String id) {
        FaultyMember member = members.bean(id, FaultyMember.class);
        members.ids().stream().filter(other -> !other.equals(id)).forEach(member.transport()::cut);
    }

    @Test
    void everyQueryOnEveryMemberAnswersWhileAllReachEachOther() {
        int sum = members.bean(members.follower(), Counter.class).add(5);
        for (String id : members.ids()) {
            Counter counter = members.bean(id, Counter.class);
            await().atMost(PATIENCE)
                    .ignoreException(ReadUnavailableException.class)
                    .untilAsserted(() -> {
                        assertThat(counter.linearizable()).isEqualTo(sum);
                        assertThat(counter.byLease()).isEqualTo(sum);
                        assertThat(counter.within1500ms()).isEqualTo(sum);
                        assertThat(counter.within3Entries()).isEqualTo(sum);
                        assertThat(counter.local()).isEqualTo(sum);
                    });
        }
    }

    @Test
    void aMemberCutOffAnswersBoundedQueriesOnlyWhileItsStateIsYoungEnough() {
        String follower = members.follower();
        Counter counter = members.bean(follower, Counter.class);
        int before = members.bean(follower, Counter.class).add(1);
        await().atMost(PATIENCE)
                .ignoreException(ReadUnavailableException.class)
                .until(() -> counter.within1500ms() > 0);
        cut(follower);
        members.bean(
                        members.ids().stream()
                                .filter(id -> !id.equals(follower))
                                .findFirst()
                                .orElseThrow(),
                        Counter.class)
                .add(1);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThatExceptionOfType(ReadUnavailableException.class)
                        .isThrownBy(counter::within1500ms)
                        .withMessageContaining("may be older than the allowed 1500 ms")
                        .withMessageContaining("ms ago"));
        assertThatExceptionOfType(ReadUnavailableException.class)
                .isThrownBy(counter::within3Entries)
                .withMessageContaining("may be older than the allowed 3 entries");
        assertThatExceptionOfType(ReadUnavailableException.class).isThrownBy(counter::byLease);
        assertThatExceptionOfType(ReadUnavailableException.class).isThrownBy(counter::linearizable);
        assertThat(counter.local()).as("whatever its age").isEqualTo(before);

        heal();
        await().atMost(PATIENCE)
                .ignoreException(ReadUnavailableException.class)
                .until(() -> counter.within1500ms() > before);
    }

    @Test
    void aCallerSeesItsOwnCommandsAndWhatItSawBeforeOnAnyMember() {
        String follower = members.follower();
        Counter behind = members.bean(follower, Counter.class);
        Counter elsewhere = members.bean(members.leader(), Counter.class);
        cut(follower);
        int sum;
        String token;
        try (CallerPosition position = CallerPosition.begin()) {
            sum = elsewhere.add(7);
            assertThat(elsewhere.local()).isEqualTo(sum);
            token = position.token();
        }
        String readOnly;
        try (CallerPosition position = CallerPosition.begin()) {
            assertThat(elsewhere.local()).isEqualTo(sum);
            readOnly = position.token();
        }

        assertThat(behind.local()).as("a caller without a position").isLessThan(sum);
        for (String brought : new String[] {token, readOnly}) {
            try (CallerPosition position = CallerPosition.resume(brought)) {
                assertThatExceptionOfType(ReadUnavailableException.class)
                        .isThrownBy(behind::local)
                        .withMessageContaining("has not applied entry " + position.index());
            }
        }

        heal();
        try (CallerPosition position = CallerPosition.resume(token)) {
            // On this thread, which has the position.
            int seen = await().pollInSameThread()
                    .atMost(PATIENCE)
                    .ignoreException(ReadUnavailableException.class)
                    .until(behind::local, any -> true);
            assertThat(seen).as("from the first answer on").isEqualTo(sum);
        }
    }

    @Test
    void aCommandOnAFollowerIsSeenByTheNextLocalQueryThereWithAPosition() {
        Counter counter = members.bean(members.follower(), Counter.class);
        for (int i = 0; i < 50; i++) {
            try (CallerPosition position = CallerPosition.begin()) {
                int sum = counter.add(1);
                assertThat(position.index()).isPositive();
                assertThat(counter.local()).isEqualTo(sum);
            }
        }
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import(Counter.class)
    static class Application {

        @Bean
        FaultyMember faultyMember(RaftNodeSettings settings, StateMachine stateMachine) {
            return new FaultyMember(settings, stateMachine, 1);
        }

        @Bean(destroyMethod = "close")
        RaftNode raftNode(FaultyMember member) {
            return member.node();
        }
    }

    static class Counter {

        @ReplicatedState
        private int sum;

        @ReplicatedCommand("counter.add")
        public int add(int delta) {
            sum += delta;
            return sum;
        }

        @ReplicatedQuery
        public int linearizable() {
            return sum;
        }

        @ReplicatedQuery(LEADER_LEASE)
        public int byLease() {
            return sum;
        }

        @ReplicatedQuery(value = BOUNDED, maxLag = "${counter.max-lag}")
        public int within1500ms() {
            return sum;
        }

        @ReplicatedQuery(value = BOUNDED, maxLagEntries = 3)
        public int within3Entries() {
            return sum;
        }

        @ReplicatedQuery(LOCAL)
        public int local() {
            return sum;
        }
    }
}
