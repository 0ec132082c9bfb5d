package io.raftify.autoconfigure;

import io.raftify.actuate.RaftDescriptor.CommandDescriptor;
import io.raftify.actuate.RaftEndpoint;
import io.raftify.node.RaftNode;
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
    RaftEndpoint raftEndpoint(RaftNode node, ReplicatedBeans beans) {
        return new RaftEndpoint(
                node,
                () -> beans.commands().stream()
                        .map(RaftifyEndpointAutoConfiguration::describe)
                        .toList());
    }

    private static CommandDescriptor describe(ReplicatedMethod method) {
        return new CommandDescriptor(method.command(), method.beanName(), method.signature());
    }
}
