package io.raftify.replication;

import static io.raftify.annotation.ReadConsistency.BOUNDED;
import static io.raftify.annotation.ReadConsistency.LEADER_LEASE;
import static io.raftify.annotation.ReadConsistency.LINEARIZABLE;
import static io.raftify.annotation.ReadConsistency.LOCAL;
import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.raftify.annotation.ReplicatedQuery;
import io.raftify.node.ReadBound;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Lazy;

/** What a query may declare, and what stops the context. */
class QueryDeclarationsTests {

    @Test
    void boundsAreReadWithTheirPlaceholders() {
        context(Sound.class).withPropertyValues("max.lag=PT2S").run(context -> {
            assertThat(context).hasNotFailed();
            ReplicatedBean bean =
                    context.getBean(ReplicatedBeans.class).beans().iterator().next();
            assertThat(bean.queries()).hasSize(7);
            assertThat(bean.queries().values())
                    .contains(
                            new Freshness(LINEARIZABLE, null),
                            new Freshness(LEADER_LEASE, null),
                            new Freshness(LOCAL, null),
                            new Freshness(BOUNDED, new ReadBound(Duration.ofMillis(500), -1)),
                            new Freshness(BOUNDED, new ReadBound(Duration.ofSeconds(2), -1)),
                            new Freshness(BOUNDED, new ReadBound(null, 0)),
                            new Freshness(BOUNDED, new ReadBound(Duration.ofMinutes(1), 10)));
            assertThat(context.getBean(Sound.class).bounded()).isEqualTo(1);
        });
    }

    @Test
    void aBoundedQueryWithoutABound() {
        fails(context(NoBound.class), "The query is BOUNDED, but has no bound", "maxLag = \"500ms\"");
    }

    @Test
    void aBoundedQueryWhosePlaceholderIsEmpty() {
        fails(
                context(Placeholder.class).withPropertyValues("max.lag="),
                "The query is BOUNDED, but has no bound",
                "maxLagEntries");
    }

    @Test
    void aBoundOnAQueryThatIsNotBounded() {
        fails(context(BoundedByNothing.class), "has a maxLag, which does nothing for a LINEARIZABLE query", "BOUNDED");
        fails(context(LocalWithEntries.class), "has a maxLagEntries, which does nothing for a LOCAL query", "BOUNDED");
    }

    @Test
    void aBoundThatIsNoDuration() {
        fails(
                context(Placeholder.class).withPropertyValues("max.lag=soon"),
                "The maxLag of the query cannot be used: '${max.lag}', which is 'soon' here, is not a duration",
                "such as \"500ms\"");
        fails(context(Unresolvable.class), "'${not.set.anywhere}' is not a duration", "such as \"500ms\"");
    }

    @Test
    void aBoundThatIsNoTimeAtAll() {
        fails(
                context(Placeholder.class).withPropertyValues("max.lag=0s"),
                "which is '0s' here, is not greater than zero",
                "greater than zero");
        fails(
                context(Placeholder.class).withPropertyValues("max.lag=-1s"),
                "which is '-1s' here, is not greater than zero",
                "greater than zero");
        fails(
                context(Placeholder.class).withPropertyValues("max.lag=999999999d"),
                "which is '999999999d' here, is more than a day",
                "at most a day");
    }

    @Test
    void aQueryInsideAnotherIsRefusedWhereItIsStricterAndRunsWhereItIsNot() {
        context(Nested.class).run(context -> {
            Nested nested = context.getBean(Nested.class);
            assertThat(nested.strictThenLax()).isEqualTo(3);
            assertThatIllegalStateException()
                    .isThrownBy(nested::laxThenStrict)
                    .withMessageContaining("The BOUNDED (100 ms) query bounded()")
                    .withMessageContaining("was called inside a BOUNDED (1000 ms) one");
            assertThatIllegalStateException()
                    .isThrownBy(nested::localThenLease)
                    .withMessageContaining("The LEADER_LEASE query lease()")
                    .withMessageContaining("was called inside a LOCAL one");
        });
    }

    private static void fails(ApplicationContextRunner runner, String problem, String remedy) {
        runner.run(context -> assertThat(context.getStartupFailure())
                .isInstanceOfSatisfying(ReplicatedBeanException.class, failure -> {
                    assertThat(failure.problem()).contains(problem);
                    assertThat(failure.remedy()).contains(remedy);
                    assertThat(failure.method()).isNotNull();
                }));
    }

    static class Sound {

        @ReplicatedQuery
        public int strict() {
            return 1;
        }

        @ReplicatedQuery(LEADER_LEASE)
        public int lease() {
            return 1;
        }

        @ReplicatedQuery(LOCAL)
        public int local() {
            return 1;
        }

        @ReplicatedQuery(value = BOUNDED, maxLag = "500ms")
        public int bounded() {
            return 1;
        }

        @ReplicatedQuery(value = BOUNDED, maxLag = "${max.lag}")
        public int configured() {
            return 1;
        }

        @ReplicatedQuery(value = BOUNDED, maxLagEntries = 0)
        public int entries() {
            return 1;
        }

        @ReplicatedQuery(value = BOUNDED, maxLag = "1m", maxLagEntries = 10)
        public int both() {
            return 1;
        }
    }

    static class NoBound {

        @ReplicatedQuery(BOUNDED)
        public int query() {
            return 1;
        }
    }

    static class BoundedByNothing {

        @ReplicatedQuery(maxLag = "1s")
        public int query() {
            return 1;
        }
    }

    static class LocalWithEntries {

        @ReplicatedQuery(value = LOCAL, maxLagEntries = 5)
        public int query() {
            return 1;
        }
    }

    static class Placeholder {

        @ReplicatedQuery(value = BOUNDED, maxLag = "${max.lag}")
        public int query() {
            return 1;
        }
    }

    static class Unresolvable {

        @ReplicatedQuery(value = BOUNDED, maxLag = "${not.set.anywhere}")
        public int query() {
            return 1;
        }
    }

    static class Nested {

        @Autowired
        @Lazy
        private Nested self;

        @ReplicatedQuery
        public int strictThenLax() {
            return self.lease() + self.bounded() + self.local();
        }

        @ReplicatedQuery(value = BOUNDED, maxLag = "1s")
        public int laxThenStrict() {
            return self.local() + self.bounded();
        }

        @ReplicatedQuery(LOCAL)
        public int localThenLease() {
            return self.lease();
        }

        @ReplicatedQuery(LEADER_LEASE)
        public int lease() {
            return 1;
        }

        @ReplicatedQuery(value = BOUNDED, maxLag = "100ms")
        public int bounded() {
            return 1;
        }

        @ReplicatedQuery(LOCAL)
        public int local() {
            return 1;
        }
    }
}
