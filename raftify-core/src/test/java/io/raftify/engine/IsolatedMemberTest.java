package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A member that hears of no leader asks whether it would be elected before it stands for election (thesis, section 9.6), so
 * that one that is cut off neither raises the term nor unseats anybody. {@code -Draftify.test.isolation-seconds=600} cuts it
 * off for longer.
 */
class IsolatedMemberTest {

    private static final Duration ELECTION_TIMEOUT = Duration.ofSeconds(3);

    /** Long enough to stand for election. */
    private static final Duration CUT_OFF = Duration.ofSeconds(Integer.getInteger("raftify.test.isolation-seconds", 6));

    @TempDir
    Path directory;

    enum Cut {
        BOTH_WAYS,
        INCOMING,
        OUTGOING
    }

    @Test
    void neither_raises_the_term_nor_unseats_the_leader_while_it_is_away_and_when_it_is_back() {
        try (TestCluster cluster = TestCluster.of(
                        3,
                        directory,
                        settings -> settings.electionTimeout(TestCluster.PATIENT_ELECTION_TIMEOUT.dividedBy(2)))
                .startAll()) {
            TestCluster.Member leader = cluster.leader();
            leader.write("begin");
            cluster.awaitAgreement("begin");
            TestCluster.Member away = cluster.follower();
            long term = leader.status().term();
            for (Cut cut : Cut.values()) {
                cut(away, cluster, cut);
                await().alias("the leader leads on, in its term, with a member cut off: " + cut)
                        .pollInterval(Duration.ofMillis(100))
                        .during(CUT_OFF)
                        .atMost(CUT_OFF.plus(TestCluster.DEADLINE))
                        .until(() -> leader.status().leading()
                                && Stream.of(leader, away)
                                        .allMatch(each -> each.status().term() == term));
                leader.writeOnce("meanwhile " + cut);

                cluster.heal();
                cluster.awaitAgreement("meanwhile " + cut);
                leader.writeOnce("after " + cut);
                cluster.awaitAgreement("after " + cut);
                assertThat(leader.status().leading()).isTrue();
                assertThat(cluster.running())
                        .allSatisfy(each -> assertThat(each.status().term()).isEqualTo(term));
            }
        }
    }

    private static void cut(TestCluster.Member away, TestCluster cluster, Cut cut) {
        for (String other : cluster.names()) {
            if (!other.equals(away.name)) {
                switch (cut) {
                    case BOTH_WAYS -> away.transport().cut(other);
                    case INCOMING -> away.transport().cutIncoming(other);
                    case OUTGOING -> away.transport().cutOutgoing(other);
                }
            }
        }
    }

    @Test
    void a_leader_that_is_cut_off_makes_way_for_one_with_a_higher_term() {
        try (TestCluster cluster = TestCluster.of(3, directory).startAll()) {
            TestCluster.Member leader = cluster.leader();
            long term = leader.status().term();

            cluster.cut(leader.name);

            assertThat(cluster.leaderOtherThan(leader).status().term()).isGreaterThan(term);
        }
    }
}
