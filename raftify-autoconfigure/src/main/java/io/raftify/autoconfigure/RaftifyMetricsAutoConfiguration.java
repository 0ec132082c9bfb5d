package io.raftify.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.raftify.actuate.CommandMetrics;
import io.raftify.actuate.DivergenceMetrics;
import io.raftify.actuate.RaftMetrics;
import io.raftify.node.RaftNode;
import io.raftify.replication.CommandListener;
import io.raftify.replication.StateDivergence;
import java.util.Locale;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.Bean;

/** Auto-configuration for the member's meters. */
@AutoConfiguration(
        after = RaftifyAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({RaftNode.class, MeterRegistry.class})
public final class RaftifyMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    RaftMetrics raftMetrics(RaftNode node) {
        return new RaftMetrics(node);
    }

    @Bean
    CommandListener raftCommandMetrics(MeterRegistry registry) {
        CommandMetrics metrics = new CommandMetrics(registry);
        return (command, fate, duration) -> metrics.record(command, fate.name().toLowerCase(Locale.ROOT), duration);
    }

    @Bean
    ApplicationListener<PayloadApplicationEvent<StateDivergence>> raftDivergenceMetrics(MeterRegistry registry) {
        DivergenceMetrics metrics = new DivergenceMetrics(registry);
        return ApplicationListener.forPayload(divergence -> metrics.record(divergence.odd(), divergence.fields()));
    }
}
