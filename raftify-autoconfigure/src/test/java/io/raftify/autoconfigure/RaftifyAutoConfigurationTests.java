package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.raftify.actuate.CommandMetrics;
import io.raftify.actuate.RaftEndpoint;
import io.raftify.actuate.RaftHealthIndicator;
import io.raftify.actuate.RaftMetrics;
import io.raftify.actuate.ReadinessGroupPostProcessor;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.engine.FreePorts;
import io.raftify.node.NodeStoppedException;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.ReadUnavailableException;
import io.raftify.node.Role;
import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.StoredSnapshot;
import io.raftify.replication.ReplicatedBeanException;
import io.raftify.replication.ReplicatedStateMachine;
import io.raftify.testnode.SingleMemberNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class RaftifyAutoConfigurationTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    SslAutoConfiguration.class,
                    RaftifyAutoConfiguration.class,
                    RaftifyEndpointAutoConfiguration.class,
                    RaftifyHealthContributorAutoConfiguration.class,
                    RaftifyMetricsAutoConfiguration.class))
            .withPropertyValues(
                    "raftify.node-id=n1",
                    "raftify.storage.type=memory",
                    "raftify.proposal.timeout=30s",
                    "raftify.read.timeout=30s",
                    "raftify.cluster.peers.n1=127.0.0.1:" + FreePorts.one());

    /** In front of a member of memory, where a real one would add nothing but time. */
    private final ApplicationContextRunner inMemory = runner.withUserConfiguration(InMemory.class);

    @Test
    void aMemberAndItsStateMachineAreBeansAndItRuns() {
        runner.run(context -> {
            assertThat(context).hasSingleBean(RaftNode.class).hasSingleBean(ReplicatedStateMachine.class);
            assertThat(context.getBean(RaftNodeSettings.class).nodeId()).isEqualTo("n1");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> context.getBean(RaftNode.class).status().role(), Role.LEADER::equals);
        });
    }

    @Test
    void theMemberIsClosedWithTheContext() {
        RaftNode[] node = new RaftNode[1];
        runner.run(context -> node[0] = context.getBean(RaftNode.class));

        assertThat(node[0].status().role()).isEqualTo(Role.STOPPED);
    }

    @Test
    void aNodeOfTheApplicationTakesThePlaceOfOurs() {
        inMemory.run(context -> assertThat(context.getBean(RaftNode.class)).isInstanceOf(SingleMemberNode.class));
        runner.run(context -> assertThat(context.getBean(RaftNode.class)).isNotInstanceOf(SingleMemberNode.class));
    }

    @Test
    void aStateMachineOfTheApplicationTakesThePlaceOfOurs() {
        runner.withBean("mine", Echo.class).run(context -> {
            assertThat(context).hasSingleBean(StateMachine.class).doesNotHaveBean(ReplicatedStateMachine.class);
            byte[] answer = context.getBean(RaftNode.class)
                    .propose(new byte[] {7}, Duration.ofSeconds(30))
                    .join();
            assertThat(answer).containsExactly(7);
        });
    }

    @Test
    void aStateMachineOfTheApplicationBesideAnnotatedBeansIsRefusedNamingBoth() {
        runner.withBean("mine", Echo.class).withBean("counter", Counter.class).run(context -> {
            assertThat(context).hasFailed();
            assertThat(context.getStartupFailure())
                    .isInstanceOf(ReplicatedBeanException.class)
                    .hasMessageContaining("'counter'")
                    .hasMessageContaining("'mine'");
        });
    }

    @Test
    void switchedOffThereIsNoMemberAndNothingElseIsNeeded() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class, RaftifyAutoConfiguration.class))
                .withPropertyValues("raftify.enabled=false")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(RaftNode.class)
                        .doesNotHaveBean(StateMachine.class)
                        .doesNotHaveBean(MemberLifecycle.class));
    }

    @Test
    void switchedOffCommandsAndQueriesAreRefusedAndNeverRunLocally() {
        runner.withPropertyValues("raftify.enabled=false")
                .withBean("counter", Counter.class)
                .run(context -> {
                    Counter counter = context.getBean(Counter.class);

                    assertThatExceptionOfType(NodeStoppedException.class)
                            .isThrownBy(counter::increment)
                            .withMessageContaining("raftify.enabled");
                    assertThatExceptionOfType(ReadUnavailableException.class).isThrownBy(counter::count);
                });
        runner.withBean("counter", Counter.class).run(context -> {
            assertThat(context.getBean(Counter.class).increment()).isEqualTo(1);
            assertThat(context.getBean(Counter.class).count()).isEqualTo(1);
        });
    }

    @Test
    void switchedOffMistakesOnBeansAreStillFound() {
        runner.withPropertyValues("raftify.enabled=false")
                .withBean("broken", Broken.class)
                .run(context -> assertThat(context.getStartupFailure()).isInstanceOf(ReplicatedBeanException.class));
    }

    @Test
    void lazyInitializationLeavesNothingOut() {
        runner.withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .withBean("counter", Counter.class)
                .run(context -> {
                    assertThat(context.getBeanFactory().containsSingleton("counter"))
                            .isTrue();
                    assertThat(context.getBeanFactory().containsSingleton("raftMemberLifecycle"))
                            .isTrue();
                    assertThat(context.getBean(Counter.class).increment()).isEqualTo(1);
                });
    }

    @Test
    void theEndpointIsThereIfItIsExposed() {
        inMemory.withPropertyValues("management.endpoints.web.exposure.include=raft")
                .run(context -> assertThat(context).hasSingleBean(RaftEndpoint.class));
        inMemory.withPropertyValues("management.endpoints.web.exposure.include=health")
                .run(context -> assertThat(context).doesNotHaveBean(RaftEndpoint.class));
    }

    @Test
    void theEndpointIsNotThereWithoutAMember() {
        runner.withPropertyValues("management.endpoints.web.exposure.include=raft")
                .run(context -> assertThat(context).hasSingleBean(RaftEndpoint.class));
        runner.withPropertyValues("management.endpoints.web.exposure.include=raft", "raftify.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(RaftEndpoint.class));
    }

    @Test
    void withoutActuatorThereIsAMemberAndNoEndpoint() {
        inMemory.withPropertyValues("management.endpoints.web.exposure.include=raft")
                .withClassLoader(new FilteredClassLoader(Endpoint.class))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(RaftNode.class));
    }

    @Test
    void theHealthIndicatorIsThereUnlessItIsSwitchedOff() {
        inMemory.run(context -> assertThat(context)
                .hasSingleBean(RaftHealthIndicator.class)
                .hasBean("raftHealthIndicator")
                .hasSingleBean(ReadinessGroupPostProcessor.class));
        inMemory.withPropertyValues("management.health.raft.enabled=false")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(RaftHealthIndicator.class)
                        .doesNotHaveBean(ReadinessGroupPostProcessor.class));
    }

    @Test
    void withoutBootsHealthThereIsAMemberAndNoIndicator() {
        inMemory.withClassLoader(new FilteredClassLoader(HealthIndicator.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("raftHealthIndicator"));
    }

    @Test
    void metersAreThereIfThereIsARegistry() {
        inMemory.withBean(SimpleMeterRegistry.class)
                .run(context -> assertThat(context).hasSingleBean(RaftMetrics.class));
        inMemory.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(RaftMetrics.class));
    }

    @Test
    void withoutMicrometerThereIsAMemberAndNoMeters() {
        inMemory.withClassLoader(new FilteredClassLoader(MeterRegistry.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("raftMetrics"));
    }

    @Test
    void commandsAreTimedByNameAndOutcome() {
        inMemory.withBean(SimpleMeterRegistry.class)
                .withBean("counter", Counter.class)
                .run(context -> {
                    Counter counter = context.getBean(Counter.class);
                    counter.increment();
                    counter.increment();
                    assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(counter::refuse);
                    context.getBean(SingleMemberNode.class)
                            .answerWith(CompletableFuture.failedFuture(new NodeStoppedException("")));
                    assertThatExceptionOfType(NodeStoppedException.class).isThrownBy(counter::increment);

                    MeterRegistry registry = context.getBean(SimpleMeterRegistry.class);
                    assertThat(calls(registry, "counter.increment", "value")).isEqualTo(2);
                    assertThat(calls(registry, "counter.refuse", "exception")).isEqualTo(1);
                    assertThat(calls(registry, "counter.increment", "rejected")).isEqualTo(1);
                });
    }

    private static long calls(MeterRegistry registry, String command, String outcome) {
        return registry.get(CommandMetrics.PROPOSALS)
                .tags("command", command, "outcome", outcome)
                .timer()
                .count();
    }

    @Test
    void theMembersOwnMetersFollowItsStatus() {
        inMemory.withBean(SimpleMeterRegistry.class)
                .withBean("counter", Counter.class)
                .run(context -> {
                    MeterRegistry registry = context.getBean(SimpleMeterRegistry.class);
                    context.getBean(RaftMetrics.class).bindTo(registry);

                    context.getBean(Counter.class).increment();

                    assertThat(registry.get(RaftMetrics.TERM).gauge().value()).isEqualTo(1);
                    // The entry that opened the session, and the command.
                    assertThat(registry.get(RaftMetrics.APPLIED_INDEX).gauge().value())
                            .isEqualTo(2);
                    assertThat(registry.get(RaftMetrics.COMMIT_INDEX).gauge().value())
                            .isEqualTo(2);
                    assertThat(registry.get(RaftMetrics.ELECTIONS)
                                    .functionCounter()
                                    .count())
                            .isEqualTo(1);
                    for (Role role : Role.values()) {
                        assertThat(registry.get(RaftMetrics.ROLE)
                                        .tag("role", role.name().toLowerCase(Locale.ROOT))
                                        .gauge()
                                        .value())
                                .as(role.name())
                                .isEqualTo(role == Role.LEADER ? 1 : 0);
                    }
                });
    }

    @Test
    void theMemberStartsBeforeAndStopsAfterWebServersAndMessageListeners() {
        inMemory.run(context -> {
            int phase = context.getBean(MemberLifecycle.class).getPhase();

            assertThat(phase)
                    .isLessThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE)
                    .isLessThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE)
                    .isLessThan(SmartLifecycle.DEFAULT_PHASE);
        });
    }

    @Configuration(proxyBeanMethods = false)
    static class InMemory {

        @Bean
        SingleMemberNode node(ReplicatedStateMachine stateMachine) {
            return new SingleMemberNode("n1", stateMachine);
        }
    }

    static class Counter {
        @ReplicatedState
        private int count;

        @ReplicatedCommand("counter.increment")
        public int increment() {
            return ++count;
        }

        @ReplicatedCommand("counter.refuse")
        public void refuse() {
            throw new IllegalArgumentException("no");
        }

        @ReplicatedQuery
        public int count() {
            return count;
        }
    }

    static class Broken {
        @ReplicatedState
        private int count;

        @ReplicatedCommand("broken.find")
        public List<?> find() {
            return List.of(count);
        }
    }

    static class Echo implements StateMachine {

        @Override
        public byte[] apply(long index, long term, byte[] command) {
            return command;
        }

        @Override
        public StateSnapshot snapshot() {
            return out -> {};
        }

        @Override
        public void restore(StoredSnapshot snapshot) {}
    }
}
