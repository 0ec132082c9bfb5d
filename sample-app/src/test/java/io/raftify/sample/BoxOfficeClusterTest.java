package io.raftify.sample;

import static io.raftify.test.RaftifyAssertions.assertThatBean;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.raftify.test.RaftCluster;
import io.raftify.test.RaftClusterNode;
import io.raftify.test.RaftClusterTest;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.web.servlet.client.RestTestClient;

/** What the box office promises when a member is cut off, tested with the kit that applications have for it. */
@RaftClusterTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"raftify.proposal.timeout=30s", "raftify.read.timeout=30s"})
class BoxOfficeClusterTest {

    @Test
    void theMajoritySellsOnWithoutTheLeaderAndNoSeatIsSoldTwice(RaftCluster cluster) {
        RaftClusterNode cutOff = cluster.leader();
        cutOff.bean(BoxOffice.class).sell(1, 1, "before", "Ada");

        cluster.cut(cutOff);
        BoxOffice majority = cluster.leader().bean(BoxOffice.class);
        Sale sale = majority.sell(1, 2, "meanwhile", "Grace");

        assertThat(majority.show(1).sold()).hasSize(2);
        assertThat(cutOff.bean(BoxOffice.class).showAsKnownHere(1).sold()).hasSize(1);

        cluster.heal();
        cluster.awaitAgreement();
        BoxOffice healed = cutOff.bean(BoxOffice.class);
        assertThat(healed.showAsKnownHere(1).sold()).hasSize(2).contains(sale);
        assertThatExceptionOfType(SeatTakenException.class).isThrownBy(() -> healed.sell(1, 2, "later", "Alan"));
    }

    @Test
    void everyNodeHasAWebServerOfItsOwn(RaftCluster cluster) {
        cluster.node("n1").bean(BoxOffice.class).sell(2, 1, "order", "Ada");

        assertThat(cluster.nodes()).extracting(RaftClusterNode::port).doesNotHaveDuplicates();
        for (RaftClusterNode node : cluster.nodes()) {
            RestTestClient.bindToServer()
                    .baseUrl("http://127.0.0.1:" + node.port())
                    .build()
                    .get()
                    .uri("/shows/2")
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .expectBody()
                    .jsonPath("$.sold[0].buyer")
                    .isEqualTo("Ada");
        }
    }

    @Test
    void theBoxOfficeDoesTheSameWhereverTheLogIsApplied() {
        assertThatBean(BoxOffice.class).isDeterministicUnder(boxOffice -> {
            boxOffice.sell(1, 1, "a", "Ada");
            boxOffice.sell(1, 1, "a", "Ada");
            boxOffice.sell(2, 5, "b", "Grace");
            assertThatExceptionOfType(SeatTakenException.class).isThrownBy(() -> boxOffice.sell(1, 1, "c", "Alan"));
            boxOffice.refund(1, 1, "a");
            boxOffice.sell(1, 1, "c", "Alan");
            boxOffice.show(1);
            boxOffice.showsWithSales();
        });
    }
}
