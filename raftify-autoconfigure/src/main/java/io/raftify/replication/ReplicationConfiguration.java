package io.raftify.replication;

import io.raftify.node.RaftNode;
import io.raftify.node.StateMachine;
import io.raftify.replication.divergence.DivergenceEvidence;
import io.raftify.replication.divergence.DivergenceWatch;
import io.raftify.replication.encoding.CborFormat;
import io.raftify.replication.upgrade.PeerBuilds;
import io.raftify.replication.upgrade.UpgradeWatch;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;

/**
 * What turns annotated beans into replicated ones in any Spring application: import it beside a
 * {@link RaftNode} bean, made with a {@link ReplicatedStateMachine}, and a {@link ReplicationSettings} bean. Without a
 * {@code RaftNode} bean, commands and queries are refused; they never run locally without a word.
 */
@Configuration(proxyBeanMethods = false)
@Import(ProxyCreatorRegistrar.class)
public final class ReplicationConfiguration {

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static ReplicatedMethodAdvisor replicatedMethodAdvisor(
            ObjectProvider<ReplicatedBeans> beans,
            ObjectProvider<RaftNode> node,
            ObjectProvider<ReplicationSettings> settings,
            ObjectProvider<CommandOutcomes> outcomes,
            ObjectProvider<HoldBack> holdBack,
            ObjectProvider<CommandListener> listeners,
            ObjectProvider<PromisedCalls> promisedCalls) {
        return new ReplicatedMethodAdvisor(new ReplicatedMethodInterceptor(
                beans::getObject,
                () -> new CommandCaller(
                        node.getIfAvailable(),
                        holdBack.getObject(),
                        beans.getObject().codecs(),
                        settings.getObject(),
                        outcomes.getObject(),
                        listeners.orderedStream().toList(),
                        InstantSource.system()),
                () -> new QueryCaller(
                        node.getIfAvailable(),
                        beans.getObject().gate(),
                        settings.getObject().readTimeout()),
                promisedCalls::getObject));
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static PromisedCalls replicatedPromisedCalls() {
        return new PromisedCalls();
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static ProxiedBeans replicatedProxiedBeans() {
        return new ProxiedBeans();
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static OtherContexts replicatedBeansOfOtherContexts(ApplicationContext context) {
        return new OtherContexts(context);
    }

    @Bean
    static CommandOutcomes commandOutcomes(
            ObjectProvider<RaftNode> node, ReplicatedBeans beans, ObjectProvider<ReplicationSettings> settings) {
        return new CommandOutcomes(node, beans, settings, InstantSource.system());
    }

    @Bean
    static PeerBuilds peerBuilds() {
        return new PeerBuilds();
    }

    @Bean
    static HoldBack holdBack(ObjectProvider<RaftNode> node, ReplicatedBeans beans, PeerBuilds builds) {
        return new HoldBack(node::getIfAvailable, beans, builds);
    }

    @Bean
    static UpgradeWatch upgradeWatch(
            ObjectProvider<RaftNode> node,
            ReplicatedBeans beans,
            PeerBuilds builds,
            ObjectProvider<ReplicationSettings> settings) {
        return new UpgradeWatch(
                node::getIfAvailable,
                () -> beans.build().catalogue(),
                beans.admissions(),
                builds,
                () -> CommandCaller.newEntry(settings.getObject(), InstantSource.system()));
    }

    @Bean
    static DivergenceWatch divergenceWatch(
            ObjectProvider<RaftNode> node,
            ObjectProvider<StateMachine> stateMachine,
            ReplicatedBeans beans,
            PeerBuilds builds,
            ObjectProvider<ReplicationSettings> settings,
            ApplicationEventPublisher events) {
        DivergenceEvidence evidence =
                new DivergenceEvidence(() -> settings.getObject().evidence(), stateMachine::getObject);
        return new DivergenceWatch(
                node::getIfAvailable,
                beans.divergence(),
                (member, peer) ->
                        builds.runs(member, peer, beans.build().catalogue().fingerprint()),
                evidence,
                (index, members, fields) -> events.publishEvent(new StateDivergence(index, members, fields)));
    }

    @Bean
    static CommandWatchdog commandWatchdog(
            ReplicatedBeans beans, ObjectProvider<RaftNode> node, ObjectProvider<ReplicationSettings> settings) {
        return new CommandWatchdog(beans.watch(), node::getIfAvailable, settings, InstantSource.system());
    }

    @Bean
    static ReplicatedBeans replicatedBeans(
            ConfigurableListableBeanFactory beanFactory, ObjectProvider<CommandCodec> codecs, ProxiedBeans proxied) {
        CborFormat format = new CborFormat();
        CommandCodec cbor = new CborCommandCodec(format);
        List<CommandCodec> all = new ArrayList<>(codecs.orderedStream().toList());
        CommandCodec own = codecs.getIfUnique();
        if (!all.isEmpty() && own == null) {
            throw new IllegalStateException("There are several CommandCodec beans; mark the one that is to write new"
                    + " entries @Primary, the others will read what they wrote.");
        }
        all.add(cbor);
        return new ReplicatedBeans(beanFactory, new Codecs(own != null ? own : cbor, all), format, proxied);
    }
}
