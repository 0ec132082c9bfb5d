package io.raftify.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.raftify.node.RaftNodeSettings;
import io.raftify.node.ReadUnavailableException;
import io.raftify.node.Role;
import io.raftify.node.StorageType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What can happen to a cluster: each method finds it whole. */
@RaftClusterTest(
        properties = {
            "raftify.proposal.timeout=30s",
            "raftify.read.timeout=3s",
            "raftify.cluster.peers.the-real-one=in-production:9090"
        })
class RaftClusterVerbsTests {

    private final String thing = "thing " + System.nanoTime();

    RaftCluster cluster;

    @Test
    void theNodesAreMembersOfOneClusterWhateverTheApplicationSaysOfItsOwn() {
        assertThat(cluster.nodes()).extracting(RaftClusterNode::id).containsExactly("n1", "n2", "n3");
        for (RaftClusterNode node : cluster.nodes()) {
            RaftNodeSettings settings = node.bean(RaftNodeSettings.class);
            assertThat(settings.nodeId()).isEqualTo(node.id());
            assertThat(settings.peers()).containsOnlyKeys("n1", "n2", "n3");
            assertThat(settings.storageType()).isEqualTo(StorageType.LMDB);
            assertThat(node.status().storage().durability()).isEqualTo("synced");
        }
        assertThat(cluster.nodes())
                .extracting(node -> node.bean(RaftNodeSettings.class).dataDir())
                .doesNotHaveDuplicates();
    }

    @Test
    void aCommandOnAnyNodeIsSeenOnEveryOther(RaftCluster sameCluster) {
        int sum = 0;
        for (RaftClusterNode writer : sameCluster.nodes()) {
            sum += 2;
            assertThat(writer.bean(Stock.class).add(thing, 2)).isEqualTo(sum);
            for (RaftClusterNode reader : sameCluster.nodes()) {
                assertThat(reader.bean(Stock.class).available(thing)).isEqualTo(sum);
            }
        }
    }

    @Test
    void whenTheLeaderIsCutOffTheOthersGoOnAndItCatchesUpOnceTheNetworkIsHealed() {
        RaftClusterNode cutOff = cluster.leader();
        cutOff.bean(Stock.class).add(thing, 1);

        cluster.cut(cutOff);

        RaftClusterNode successor = cluster.leader();
        assertThat(successor).isNotSameAs(cutOff);
        assertThat(successor.bean(Stock.class).add(thing, 1)).isEqualTo(2);
        Stock old = cutOff.bean(Stock.class);
        assertThat(old.lastKnown(thing)).isEqualTo(1);
        assertThatExceptionOfType(ReadUnavailableException.class).isThrownBy(() -> old.available(thing));

        cluster.heal();

        cluster.awaitAgreement();
        assertThat(old.lastKnown(thing)).isEqualTo(2);
    }

    @Test
    void twoNodesThatAreCutOffTogetherStillReachEachOther() {
        RaftClusterNode alone = cluster.leader();
        RaftClusterNode[] majority =
                cluster.nodes().stream().filter(node -> node != alone).toArray(RaftClusterNode[]::new);

        cluster.cut(majority);

        assertThat(cluster.awaitLeader()).isIn((Object[]) majority);
        assertThat(cluster.follower()).isIn((Object[]) majority);
    }

    @Test
    void aFollowerThatDoesNotHearTheLeaderFallsBehindWhileItIsHeard() {
        RaftClusterNode leader = cluster.awaitLeader();
        RaftClusterNode deaf = cluster.follower();

        cluster.cutOneWay(leader, deaf);
        leader.bean(Stock.class).add(thing, 1);

        assertThat(deaf.bean(Stock.class).lastKnown(thing)).isZero();
        cluster.heal();
        cluster.awaitAgreement();
        assertThat(deaf.bean(Stock.class).lastKnown(thing)).isEqualTo(1);
    }

    @Test
    void whatAPausedFollowerMissesReachesItWhenItIsResumed() {
        RaftClusterNode paused = cluster.follower();
        cluster.pause(paused);

        assertThat(cluster.leader().bean(Stock.class).add(thing, 1)).isEqualTo(1);

        assertThat(paused.bean(Stock.class).lastKnown(thing)).isZero();
        cluster.resume(paused);
        cluster.awaitAgreement();
        assertThat(paused.bean(Stock.class).lastKnown(thing)).isEqualTo(1);
    }

    @Test
    void anotherLeadsWhileTheLeaderIsPaused() throws Exception {
        RaftClusterNode paused = cluster.leader();

        cluster.pause(paused);

        RaftClusterNode successor = cluster.leader();
        assertThat(successor).isNotSameAs(paused);
        assertThat(successor.bean(Stock.class).add(thing, 1)).isEqualTo(1);
        Stock old = paused.bean(Stock.class);
        CompletableFuture<Integer> amidPause = CompletableFuture.supplyAsync(() -> old.available(thing));
        cluster.resume(paused);

        assertSeesOneOrFails(() -> old.available(thing));
        assertSeesOneOrFails(amidPause::join);
        cluster.awaitAgreement();
        assertThat(old.lastKnown(thing)).isEqualTo(1);
        assertThat(old.available(thing)).isEqualTo(1);
    }

    /** What was acknowledged elsewhere while its member led in its own eyes. */
    private static void assertSeesOneOrFails(Callable<Integer> read) throws Exception {
        try {
            assertThat(read.call()).isEqualTo(1);
        } catch (ReadUnavailableException cannotSay) {
            assertThat(cannotSay).hasMessageNotContaining("must not be read");
        } catch (CompletionException failed) {
            assertThat(failed).hasCauseInstanceOf(ReadUnavailableException.class);
        }
    }

    @Test
    void aKilledNodeComesBackWithWhatItHadAndLearnsTheRest() {
        RaftClusterNode victim = cluster.leader();
        victim.bean(Stock.class).add(thing, 1);

        cluster.kill(victim);

        assertThat(victim.running()).isFalse();
        assertThat(victim.status().role()).isEqualTo(Role.STOPPED);
        assertThatIllegalStateException()
                .isThrownBy(() -> victim.bean(Stock.class))
                .withMessageContaining(victim.id())
                .withMessageContaining("killed")
                .withMessageContaining("restart");
        assertThat(cluster.leader().bean(Stock.class).add(thing, 1)).isEqualTo(2);

        cluster.restart(victim);

        assertThat(victim.running()).isTrue();
        cluster.awaitAgreement();
        assertThat(victim.bean(Stock.class).lastKnown(thing)).isEqualTo(2);
    }

    @Test
    void whatWasAcknowledgedIsThereAfterAllNodesWereKilledAtOnce() {
        for (int i = 1; i <= 20; i++) {
            assertThat(cluster.follower().bean(Stock.class).add(thing, 1)).isEqualTo(i);
        }
        RaftClusterNode[] all = cluster.nodes().toArray(RaftClusterNode[]::new);

        cluster.kill(all);
        assertThat(cluster.nodes()).noneMatch(RaftClusterNode::running);
        cluster.restart(all);

        cluster.awaitLeader();
        assertThat(cluster.node("n1").bean(Stock.class).available(thing)).isEqualTo(20);
    }

    @Test
    void aLeaderThatIsStoppedHandsOver() {
        RaftClusterNode leader = cluster.leader();

        cluster.stop(leader);

        assertThat(leader.running()).isFalse();
        assertThat(cluster.awaitLeader()).isNotSameAs(leader);
        cluster.restart(leader);
        leader.awaitReady();
    }

    @Test
    void aNodeOfAnotherClusterIsRefused() {
        RaftClusterNode stranger = new RaftClusterNode("n1", Duration.ofSeconds(1));

        for (Runnable verb : List.<Runnable>of(
                () -> cluster.cut(stranger),
                () -> cluster.cutOneWay(cluster.node("n1"), stranger),
                () -> cluster.pause(stranger),
                () -> cluster.kill(stranger))) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(verb::run)
                    .withMessageContaining("another cluster");
        }
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> cluster.node("n4"))
                .withMessageContaining("[n1, n2, n3]");
    }
}
