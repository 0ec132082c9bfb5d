package io.raftify.replication;

import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.replication.wire.LogEntry;
import io.raftify.replication.wire.WireFormat;
import io.raftify.testnode.SingleMemberNode;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Contexts with replicated beans in front of a member of a cluster of one. */
final class ReplicationTestSupport {

    private ReplicationTestSupport() {}

    static ApplicationContextRunner context(Class<?>... beans) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class))
                .withUserConfiguration(ReplicationConfiguration.class, Member.class)
                .withUserConfiguration(beans);
    }

    /** The commands in the log, without the entries that open sessions. */
    static List<LogEntry> commands(SingleMemberNode node) {
        return node.entries().stream()
                .map(ReplicationTestSupport::parse)
                .filter(LogEntry::hasCommand)
                .toList();
    }

    private static LogEntry parse(byte[] entry) {
        try {
            return WireFormat.parseEntry(entry);
        } catch (InvalidProtocolBufferException broken) {
            throw new IllegalStateException(broken);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Member {

        @Bean
        ReplicationSettings settings() {
            return new ReplicationSettings("n1", Duration.ofSeconds(60), Duration.ofSeconds(60));
        }

        @Bean
        ReplicatedStateMachine stateMachine(ReplicatedBeans beans) {
            return new ReplicatedStateMachine(beans);
        }

        @Bean(initMethod = "start", destroyMethod = "close")
        SingleMemberNode node(ReplicatedStateMachine stateMachine) {
            return new SingleMemberNode("n1", stateMachine);
        }
    }
}
