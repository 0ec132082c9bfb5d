package io.raftify.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.raftify.node.NodeStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Three contexts in one JVM, with real logs and real connections between them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ThreeMembersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private MembersInOneJvm members;

    @BeforeAll
    void startThreeMembers(@TempDir Path work) {
        // A disk that stalls for a second must not end in an election, and so in a sale of unknown outcome; and a call
        // may wait for an election that happens all the same.
        members = new MembersInOneJvm(
                3,
                work,
                "--raftify.election.timeout=3s",
                "--raftify.proposal.timeout=30s",
                "--raftify.read.timeout=30s");
        members.startAll();
        await().atMost(PATIENCE)
                .until(() ->
                        members.ids().stream().allMatch(id -> members.status(id).leaderId() != null));
    }

    @AfterAll
    void stopThem() {
        members.close();
    }

    @Test
    void aSaleAtAnyMemberIsSeenAtEveryOther() {
        for (int i = 0; i < members.ids().size(); i++) {
            String seller = members.ids().get(i);
            int seat = 1 + i;
            long ticket = members.sell(seller, 1, seat, "order-" + seller);

            for (String asked : members.ids()) {
                assertThat(members.boxOffice(asked).show(1).sold())
                        .as("sold at %s, asked at %s", seller, asked)
                        .contains(new Sale(ticket, 1, seat, "order-" + seller, "caller"));
            }
        }
    }

    @Test
    void aSeatSoldAtOneMemberIsRefusedAtEveryOtherWithTheSameException() {
        members.sell("n1", 2, 7, "first");

        for (String asked : members.ids()) {
            assertThatThrownBy(() -> members.sell(asked, 2, 7, "second-" + asked))
                    .as("at %s", asked)
                    .isExactlyInstanceOf(SeatTakenException.class)
                    .hasMessage("Seat 7 of show 2 is already sold.");
        }
    }

    @Test
    void whenTheLeadersContextClosesAnotherLeadsAndTheMemberComesBackWithEverything() {
        members.sell("n1", 3, 1, "before");
        String leader = await().atMost(PATIENCE)
                .until(
                        () -> members.ids().stream()
                                .filter(id -> members.status(id).leading())
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
        String other = members.ids().stream()
                .filter(id -> !id.equals(leader))
                .findFirst()
                .orElseThrow();

        members.stop(leader);
        // A sale sent to the member that has just gone would be of unknown outcome.
        await().alias("another leads").atMost(PATIENCE).until(() -> {
            String successor = members.status(other).leaderId();
            return successor != null && !successor.equals(leader);
        });
        members.sell(other, 3, 2, "while-away");
        members.start(leader);

        await().atMost(PATIENCE).untilAsserted(() -> {
            NodeStatus status = members.status(leader);
            assertThat(status.caughtUp()).isTrue();
            assertThat(members.boxOffice(leader).showAsKnownHere(3).sold())
                    .extracting(Sale::orderId)
                    .containsExactly("before", "while-away");
        });
    }
}
