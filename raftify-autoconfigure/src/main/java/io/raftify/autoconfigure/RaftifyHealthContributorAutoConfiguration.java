package io.raftify.autoconfigure;

import io.raftify.actuate.RaftHealthIndicator;
import io.raftify.actuate.ReadinessGroupPostProcessor;
import io.raftify.node.RaftNode;
import io.raftify.replication.CommandInProgress;
import io.raftify.replication.ReplicatedStateMachine;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroupsPostProcessor;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Auto-configuration for the member's health, as part of readiness. */
@AutoConfiguration(
        after = RaftifyAutoConfiguration.class,
        // Boot's processor, which creates the readiness group, has the lowest order there is: only who is registered
        // later comes after it.
        afterName =
                "org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration")
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(RaftNode.class)
@ConditionalOnEnabledHealthIndicator("raft")
public final class RaftifyHealthContributorAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "raftHealthIndicator")
    RaftHealthIndicator raftHealthIndicator(RaftNode node, ObjectProvider<ReplicatedStateMachine> beans) {
        ReplicatedStateMachine stateMachine = beans.getIfAvailable();
        return stateMachine == null
                ? new RaftHealthIndicator(node, () -> null, () -> null)
                : new RaftHealthIndicator(node, stateMachine::refusal, () -> describe(stateMachine.inProgress()));
    }

    private static @Nullable String describe(@Nullable CommandInProgress command) {
        return command == null
                ? null
                : command.command() + " in entry " + command.index() + " for "
                        + command.duration().toMillis() + " ms";
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(HealthEndpointGroupsPostProcessor.class)
    static class ReadinessGroupConfiguration {

        @Bean
        static ReadinessGroupPostProcessor raftReadinessGroupPostProcessor() {
            return new ReadinessGroupPostProcessor();
        }
    }
}
