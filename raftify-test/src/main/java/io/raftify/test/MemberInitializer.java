package io.raftify.test;

import io.raftify.engine.InProcessMember;
import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StateMachine;
import io.raftify.node.StorageType;
import io.raftify.transport.inprocess.InProcessNetwork;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.test.context.support.TestPropertySourceUtils;

/**
 * Gives a context a member on an in-process network, in place of the one that auto-configuration would make.
 *
 * @param dataDir null for a member that keeps its log in memory
 * @param created is handed the member when the context has made it
 */
record MemberInitializer(
        String nodeId,
        Map<String, PeerAddress> peers,
        @Nullable Path dataDir,
        InProcessNetwork network,
        Consumer<InProcessMember> created)
        implements ApplicationContextInitializer<GenericApplicationContext> {

    static final String NODE_BEAN = "inProcessRaftNode";

    /** No host and no port: what an address on an in-process network looks like in logs and at the actuator. */
    static PeerAddress address(int number) {
        return new PeerAddress("in-process", number);
    }

    @Override
    public void initialize(GenericApplicationContext context) {
        TestPropertySourceUtils.addInlinedPropertiesToEnvironment(
                context, properties().toArray(String[]::new));
        context.getBeanFactory().addBeanPostProcessor(new TheseMembersOnly());
        context.registerBean(
                NODE_BEAN,
                RaftNode.class,
                () -> node(context.getBean(RaftNodeSettings.class), context.getBean(StateMachine.class)),
                definition -> definition.setDestroyMethodName("close"));
    }

    private List<String> properties() {
        List<String> properties = new ArrayList<>();
        properties.add("raftify.enabled=true");
        properties.add("raftify.node-id=" + nodeId);
        peers.forEach((peer, address) -> properties.add("raftify.cluster.peers." + peer + "=" + address));
        StorageType storage = dataDir == null ? StorageType.MEMORY : StorageType.LMDB;
        properties.add("raftify.storage.type=" + storage.name().toLowerCase(Locale.ROOT));
        if (dataDir != null) {
            // Written as a URI would be: a backslash means something in a line of properties.
            properties.add("raftify.data-dir=" + dataDir.toString().replace("\\", "/"));
        }
        return properties;
    }

    private RaftNode node(RaftNodeSettings settings, StateMachine stateMachine) {
        InProcessMember member = new InProcessMember(settings, stateMachine, network);
        created.accept(member);
        return member.node();
    }

    /**
     * The application may list its real members, and lists in properties are added to, not replaced. So the settings are
     * made from the properties as always, and corrected afterwards.
     */
    private final class TheseMembersOnly implements BeanPostProcessor {

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            return bean instanceof RaftNodeSettings configured ? corrected(configured) : bean;
        }

        private RaftNodeSettings corrected(RaftNodeSettings configured) {
            return new RaftNodeSettings(
                    nodeId,
                    configured.clusterName(),
                    configured.dataDir(),
                    peers,
                    configured.electionTimeout(),
                    configured.heartbeatInterval(),
                    configured.maxPendingProposals(),
                    configured.maxPendingBytes(),
                    configured.maxProposalSize(),
                    configured.snapshotEntries(),
                    configured.storageType(),
                    configured.minFreeSpace(),
                    configured.lmdbMapSize(),
                    configured.security(),
                    configured.allowInsecure(),
                    configured.bindAddress(),
                    configured.maxFrameSize());
        }
    }
}
