package io.raftify.autoconfigure;

import io.raftify.actuate.RaftDescriptor.CommandDescriptor;
import io.raftify.actuate.RaftEndpoint;
import io.raftify.node.RaftNode;
import io.raftify.replication.HoldBack;
import io.raftify.replication.ReplicatedBeans;
import io.raftify.replication.ReplicatedMethod;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration for the {@link RaftEndpoint}. */
@AutoConfiguration(after = RaftifyAutoConfiguration.class)
@ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
@ConditionalOnBean(RaftNode.class)
@ConditionalOnAvailableEndpoint(RaftEndpoint.class)
public final class RaftifyEndpointAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    RaftEndpoint raftEndpoint(RaftNode node, ReplicatedBeans beans, HoldBack holdBack) {
        return new RaftEndpoint(
                node,
                () -> beans.commands().stream()
                        .map(method -> describe(method, holdBack))
                        .toList());
    }

    private static CommandDescriptor describe(ReplicatedMethod method, HoldBack holdBack) {
        return new CommandDescriptor(
                method.command(), method.version(), method.beanName(), method.signature(), holdBack.reason(method));
    }
}
