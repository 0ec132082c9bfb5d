package io.raftify.autoconfigure;

import io.raftify.node.StorageType;
import io.raftify.replication.ReplicationConfiguration;
import io.raftify.replication.ReplicationSettings;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * Auto-configuration for replicated beans and the member of the cluster that carries them.
 *
 * <p>With {@code raftify.enabled=false} there is no member; annotated beans are still checked and their calls refused,
 * since a command that ran on one instance alone would be a lie.
 */
@AutoConfiguration(after = {AopAutoConfiguration.class, SslAutoConfiguration.class})
@EnableConfigurationProperties(RaftifyProperties.class)
@Import({ReplicationConfiguration.class, MemberConfiguration.class})
public final class RaftifyAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    ReplicationSettings replicationSettings(RaftifyProperties properties) {
        String nodeId = properties.nodeId();
        String dataDir = properties.storage().type() == StorageType.MEMORY ? null : properties.dataDir();
        Duration proposalTimeout = MemberSettings.timeout(
                "raftify.proposal.timeout", properties.proposal().timeout());
        return new ReplicationSettings(
                nodeId != null ? nodeId : "",
                proposalTimeout,
                MemberSettings.timeout("raftify.read.timeout", properties.read().timeout()),
                MemberSettings.giveUpAfter(properties.proposal().giveUpAfter(), proposalTimeout),
                properties.determinism().check(),
                dataDir == null ? null : Path.of(dataDir, "diverged"));
    }
}
