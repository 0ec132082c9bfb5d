package io.raftify.autoconfigure;

import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StateMachine;
import io.raftify.replication.ReplicatedBeans;
import io.raftify.replication.ReplicatedStateMachine;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The member itself. A {@link StateMachine} or {@link RaftNode} bean of the application takes the place of ours. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty(name = "raftify.enabled", matchIfMissing = true)
class MemberConfiguration {

    @Bean
    @ConditionalOnMissingBean
    RaftNodeSettings raftNodeSettings(RaftifyProperties properties, ObjectProvider<SslBundles> bundles) {
        return new MemberSettings(properties, bundles.getIfAvailable()).settings();
    }

    @Bean
    @ConditionalOnMissingBean(StateMachine.class)
    ReplicatedStateMachine raftStateMachine(ReplicatedBeans beans) {
        return new ReplicatedStateMachine(beans);
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    RaftNode raftNode(RaftNodeSettings settings, StateMachine stateMachine) {
        return RaftNode.create(settings, stateMachine);
    }

    @Bean
    MemberLifecycle raftMemberLifecycle(RaftNode node, RaftNodeSettings settings) {
        return new MemberLifecycle(node, settings);
    }
}
