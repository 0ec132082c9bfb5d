package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.RaftNode;
import io.raftify.node.Role;
import io.raftify.replication.RetiredCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.util.FileSystemUtils;

/**
 * The state of a bean whose fields change from build to build, on the disks of real members. The later build adds a field,
 * has one no more, renamed one, and made one wider.
 */
@ExtendWith(OutputCaptureExtension.class)
class StateAcrossBuildsTests {

    private static final Duration DEADLINE = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Test
    void membersBeginFromWhatTheOtherBuildWroteOnUpgradeAndOnTheWayBack(CapturedOutput output) throws Exception {
        try (Members members = new Members(3, directory, FormerBuild.class).start()) {
            FormerHouse former = members.bean("n1", FormerHouse.class);
            former.note("swept");
            assertThat(former.sell(1, "ann", 5)).isEqualTo(5);
            snapshotEverywhere(members);

            for (String id : members.ids()) {
                long snapshot = members.status(id).snapshotIndex();
                restart(members, id, LaterBuild.class);
                LaterHouse later = members.bean(id, LaterHouse.class);
                assertThat(members.status(id).snapshotIndex())
                        .isEqualTo(snapshot)
                        .isPositive();
                assertThat(later.places()).containsEntry(1, "ann");
                assertThat(later.channels()).isEmpty();
                // Each is sold by another build, or to one.
                int seat = later.places().size() + 1;
                later.sell(seat, "bob", 5);
            }
            assertThat(output)
                    .contains("'places' of bean 'house' gets what the snapshot has of 'seats'")
                    .contains("'takings' of bean 'house' was written as int and is read as long")
                    .contains("no 'channels' of bean 'house'; it gets the value it had when the application started")
                    .contains("for which it has no field any more: 'notes'");
            cutTheLog(members, LaterHouse.class);

            wipe(members, "n3", LaterBuild.class);
            LaterHouse filled = members.bean("n3", LaterHouse.class);
            await().atMost(DEADLINE).until(() -> members.status("n3").caughtUp());
            assertThat(members.status("n3").firstIndex()).isGreaterThan(1);
            assertThat(filled.places())
                    .hasSize(4)
                    .isEqualTo(members.bean("n1", LaterHouse.class).places());
            assertThat(filled.takings()).isEqualTo(20);
            snapshotEverywhere(members);

            for (String id : members.ids()) {
                restart(members, id, FormerBuild.class);
                FormerHouse again = members.bean(id, FormerHouse.class);
                assertThat(again.seats())
                        .as("%s, of what was renamed", id)
                        .containsEntry(1, "ann")
                        .containsEntry(4, "bob");
                assertThat(again.takings()).isGreaterThanOrEqualTo(20);
                assertThat(again.notes())
                        .as("what the later build had no field for is gone")
                        .isEmpty();
                again.sell(10 + again.seats().size(), "cid", 5);
            }
            for (String id : members.ids()) {
                FormerHouse house = members.bean(id, FormerHouse.class);
                assertThat(house.seats())
                        .hasSize(7)
                        .isEqualTo(members.bean("n1", FormerHouse.class).seats());
                assertThat(house.takings()).isEqualTo(35);
            }
            assertThat(output)
                    .contains("'seats' of bean 'house' gets what the snapshot has of 'places'")
                    .doesNotContain("is not deterministic");
        }
    }

    @Test
    void aFollowerThatCannotReadWhatTheLeadersBuildWroteStopsWithTheReasonAndTheOthersGoOn() throws Exception {
        try (Members members = new Members(3, directory, LaterBuild.class).start()) {
            LaterHouse house = members.bean("n1", LaterHouse.class);
            house.sell(1, "ann", Integer.MAX_VALUE);
            house.sell(2, "bob", Integer.MAX_VALUE);
            cutTheLog(members, LaterHouse.class);

            wipe(members, "n3", FormerBuild.class);
            await().atMost(DEADLINE).until(() -> members.status("n3").role() == Role.FAILED);
            assertThat(members.status("n3").failure())
                    .contains("field 'takings' of bean 'house' was written as long and cannot be read as int");
            assertThat(members.bean("n3", FormerHouse.class).lastKnown())
                    .as("nothing of it was put in place")
                    .isEmpty();
            house.sell(50, "cid", 1);
            assertThat(house.places()).containsKey(50);

            restart(members, "n3", LaterBuild.class);
            assertThat(members.bean("n3", LaterHouse.class).takings())
                    .isEqualTo(house.takings())
                    .isGreaterThan(Integer.MAX_VALUE);
        }
    }

    private static void restart(Members members, String id, Class<?> build) {
        members.stop(id);
        members.runs(id, build).start(id);
    }

    private void wipe(Members members, String id, Class<?> build) throws IOException {
        members.stop(id);
        FileSystemUtils.deleteRecursively(directory.resolve(id));
        members.runs(id, build).start(id);
    }

    /** Of all that was acknowledged by now, which a follower may not have applied yet. */
    private static void snapshotEverywhere(Members members) throws Exception {
        for (String id : members.ids()) {
            RaftNode member = members.bean(id, RaftNode.class);
            member.readIndex(DEADLINE).get();
            member.snapshot().get(30, TimeUnit.SECONDS);
        }
    }

    /** Until who is empty can only be filled from a snapshot. */
    private static void cutTheLog(Members members, Class<LaterHouse> bean) {
        await().atMost(DEADLINE).until(() -> {
            members.bean("n1", bean).rename("house");
            snapshotEverywhere(members);
            return members.ids().stream().allMatch(id -> members.status(id).firstIndex() > 1);
        });
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class FormerBuild {

        @Bean
        FormerHouse house() {
            return new FormerHouse();
        }
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class LaterBuild {

        @Bean
        LaterHouse house() {
            return new LaterHouse();
        }

        @Bean
        RetiredCommand nothingIsNotedAnyMore() {
            return new RetiredCommand("house.note");
        }
    }

    static class FormerHouse {

        @ReplicatedState
        private final Map<Integer, String> seats = new TreeMap<>();

        @ReplicatedState
        private int takings;

        @ReplicatedState
        private final List<String> notes = new ArrayList<>();

        @ReplicatedState
        private String name = "";

        @ReplicatedCommand("house.sell")
        public long sell(int seat, String buyer, int price) {
            seats.put(seat, buyer);
            takings += price;
            return takings;
        }

        @ReplicatedCommand("house.rename")
        public void rename(String to) {
            name = to;
        }

        @ReplicatedCommand("house.note")
        public void note(String text) {
            notes.add(text);
        }

        @ReplicatedQuery
        public Map<Integer, String> seats() {
            return Map.copyOf(seats);
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public Map<Integer, String> lastKnown() {
            return Map.copyOf(seats);
        }

        @ReplicatedQuery
        public int takings() {
            return takings;
        }

        @ReplicatedQuery
        public List<String> notes() {
            return List.copyOf(notes);
        }
    }

    static class LaterHouse {

        @ReplicatedState(formerly = "seats")
        private final Map<Integer, String> places = new TreeMap<>();

        @ReplicatedState
        private long takings;

        @ReplicatedState
        private final Map<String, Integer> channels = new TreeMap<>();

        @ReplicatedState
        private String name = "";

        @ReplicatedCommand("house.sell")
        public long sell(int seat, String buyer, int price) {
            places.put(seat, buyer);
            takings += price;
            return takings;
        }

        @ReplicatedCommand("house.rename")
        public void rename(String to) {
            name = to;
        }

        @ReplicatedQuery
        public Map<Integer, String> places() {
            return Map.copyOf(places);
        }

        @ReplicatedQuery
        public long takings() {
            return takings;
        }

        @ReplicatedQuery
        public Map<String, Integer> channels() {
            return Map.copyOf(channels);
        }
    }
}
