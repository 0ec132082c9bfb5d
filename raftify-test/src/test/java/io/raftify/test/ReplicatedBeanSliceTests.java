package io.raftify.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StorageType;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContext;

/** One member, three ways to ask for it. */
class ReplicatedBeanSliceTests {

    @Nested
    @ReplicatedBeanTest
    class WithoutNames {

        @Autowired
        ApplicationContext context;

        @Autowired
        Stock stock;

        @Test
        void theApplicationsReplicatedBeansAreThereAndNothingElseOfIt() {
            assertThat(context.getBeansOfType(Stock.class)).hasSize(1);
            assertThat(context.getBeansOfType(Clerk.class)).isEmpty();
        }

        @Test
        void callsGoThroughAMemberThatLeadsAtOnce(@Autowired RaftNode node, @Autowired RaftNodeSettings settings) {
            long before = node.status().appliedIndex();

            assertThat(stock.add("a", 1)).isEqualTo(1);
            assertThatExceptionOfType(Stock.SoldOutException.class)
                    .isThrownBy(() -> stock.take("b"))
                    .withMessage("no b left");

            assertThat(stock.available("a")).isEqualTo(1);
            assertThat(node.status().leading()).isTrue();
            assertThat(node.status().appliedIndex()).isGreaterThanOrEqualTo(before + 2);
            assertThat(settings.peers()).containsOnlyKeys("n1");
            assertThat(settings.storageType()).isEqualTo(StorageType.MEMORY);
        }
    }

    @Nested
    @ReplicatedBeanTest(beans = Counter.class, properties = "raftify.proposal.max-size=1000B")
    class WithNames {

        @Autowired
        ApplicationContext context;

        @Autowired
        Counter counter;

        @Test
        void theNamedBeansAreThereAndNoOthers() {
            assertThat(counter.count()).isEqualTo(1);
            assertThat(context.getBeansOfType(Stock.class)).isEmpty();
        }

        @Test
        void propertiesApply(@Autowired RaftNodeSettings settings) {
            assertThat(settings.maxProposalSize()).isEqualTo(1000);
        }
    }

    /** Not a component: of no other test's business. */
    static class Counter {

        @ReplicatedState
        private int count;

        @ReplicatedCommand("counter.count")
        public int count() {
            return ++count;
        }
    }

    @Nested
    @SpringBootTest(properties = "raftify.cluster.peers.the-real-one=in-production:9090")
    @AutoConfigureTestMember
    class WithTheWholeApplication {

        @Autowired
        ApplicationContext context;

        @Autowired
        Stock stock;

        @Test
        void everythingIsThereAndTheMemberNeedsNoOther(@Autowired RaftNode node) {
            assertThat(stock.add("a", 1)).isEqualTo(1);
            assertThat(context.getBeansOfType(Clerk.class)).hasSize(1);
            assertThat(node.status().peers()).isEmpty();
        }
    }
}
