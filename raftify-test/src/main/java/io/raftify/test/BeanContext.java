package io.raftify.test;

import io.raftify.engine.InProcessMember;
import io.raftify.node.NodeStatus;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StorageType;
import io.raftify.replication.ReplicatedBeans;
import io.raftify.replication.ReplicatedStateMachine;
import io.raftify.replication.ReplicationConfiguration;
import io.raftify.replication.ReplicationSettings;
import io.raftify.transport.inprocess.InProcessNetwork;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.test.context.support.TestPropertySourceUtils;

/** A plain Spring context with replicated beans: with a member, or with a state machine alone that a log can be fed to. */
final class BeanContext implements AutoCloseable {

    private static final String NODE_ID = "n1";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
    private @Nullable Recording recording;

    private BeanContext(List<Class<?>> components, List<String> properties) {
        TestPropertySourceUtils.addInlinedPropertiesToEnvironment(context, properties.toArray(String[]::new));
        context.register(ReplicationConfiguration.class);
        components.forEach(context::register);
        context.registerBean(ReplicationSettings.class, () -> new ReplicationSettings(NODE_ID, PATIENCE, PATIENCE));
        context.registerBean(
                ReplicatedStateMachine.class, () -> new ReplicatedStateMachine(context.getBean(ReplicatedBeans.class)));
    }

    /** Commands and queries go through a member, and are recorded. */
    static BeanContext recorded(List<Class<?>> components, List<String> properties) {
        BeanContext bean = new BeanContext(components, properties);
        AnnotationConfigApplicationContext context = bean.context;
        context.registerBean(
                RaftNode.class,
                () -> new InProcessMember(settings(), bean.record(), new InProcessNetwork()).node(),
                definition -> definition.setDestroyMethodName("close"));
        bean.refresh();
        try {
            bean.startMember();
        } catch (RuntimeException | Error notStarted) {
            bean.close();
            throw notStarted;
        }
        return bean;
    }

    /** Not a bean: beside a state machine of the application's there must be no replicated beans. */
    private Recording record() {
        Recording made = new Recording(stateMachine(), replicatedBeans());
        recording = made;
        return made;
    }

    /** Of a context that records. */
    Recording recording() {
        return Objects.requireNonNull(recording, "not a context that records");
    }

    /** A command whose caller does not wait may still be on its way. */
    void awaitApplied() {
        RaftNode node = context.getBean(RaftNode.class);
        Patience.await("the last command to be applied", PATIENCE, () -> {
            NodeStatus status = node.status();
            return status.appliedIndex() == status.lastIndex() ? null : status.toString();
        });
    }

    private void startMember() {
        RaftNode node = context.getBean(RaftNode.class);
        node.start();
        Patience.await("the only member to lead", PATIENCE, () -> {
            NodeStatus status = node.status();
            return status.leading() ? null : status.toString();
        });
    }

    /** Nothing is called here; the state machine gets a log from elsewhere. */
    static BeanContext replica(List<Class<?>> components, List<String> properties) {
        BeanContext bean = new BeanContext(components, properties);
        bean.refresh();
        return bean;
    }

    private static RaftNodeSettings settings() {
        return RaftNodeSettings.builder()
                .nodeId(NODE_ID)
                .peer(NODE_ID, MemberInitializer.address(1))
                .storageType(StorageType.MEMORY)
                .build();
    }

    private void refresh() {
        try {
            context.refresh();
        } catch (RuntimeException notStarted) {
            context.close();
            throw notStarted;
        }
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    ReplicatedStateMachine stateMachine() {
        return context.getBean(ReplicatedStateMachine.class);
    }

    ReplicatedBeans replicatedBeans() {
        return context.getBean(ReplicatedBeans.class);
    }

    @Override
    public void close() {
        context.close();
    }
}
