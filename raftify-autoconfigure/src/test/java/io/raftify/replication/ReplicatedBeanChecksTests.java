package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.StateMachine;
import io.raftify.node.StateSnapshot;
import io.raftify.node.StoredSnapshot;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.core.PriorityOrdered;

/** Every mistake on a bean stops the context, with the bean, the method and the remedy. */
class ReplicatedBeanChecksTests {

    @Test
    void aSoundBeanIsTaken() {
        context(Sound.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(ReplicatedBeans.class).commands())
                    .extracting(ReplicatedMethod::command)
                    .containsExactly("sound.add");
        });
    }

    @Test
    void aBeanWithoutAnnotationsIsLeftAlone() {
        context(Plain.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(Plain.class).getClass()).isEqualTo(Plain.class);
        });
    }

    @Test
    void twoCommandsOfOneName() {
        fails(context(Sound.class, SameName.class), "The command name 'sound.add' is also the one of", "another name");
    }

    @Test
    void twoBeansOfOneClass() {
        fails(
                context().withBean("a", Sound.class).withBean("b", Sound.class),
                "The command name 'sound.add' is also the one of",
                "another name");
    }

    @Test
    void aCommandWithoutAName() {
        fails(context(NoName.class), "The command has no name", "@ReplicatedCommand(\"");
    }

    @Test
    void aCommandOnAFinalClass() {
        fails(context(FinalClass.class), "The class is final", "Remove 'final' from the class");
    }

    @Test
    void aQueryOnAFinalClass() {
        fails(context(FinalQueries.class), "The class is final", "Remove 'final' from the class");
    }

    @Test
    void aCommandOnAFinalMethod() {
        fails(context(FinalMethod.class), "The method is final", "Remove 'final' from the method");
    }

    @Test
    void aCommandOnAFinalMethodOfASuperclass() {
        fails(context(InheritsFinalMethod.class), "The method is final", "Remove 'final' from the method");
    }

    @Test
    void aCommandOnAPrivateMethod() {
        fails(context(PrivateMethod.class), "The method is private", "Make it public");
    }

    @Test
    void aQueryOnAPrivateMethodOfASuperclass() {
        fails(context(InheritsPrivateMethod.class), "The method is private", "Make it public");
    }

    @Test
    void aCommandOnAStaticMethod() {
        fails(context(StaticMethod.class), "The method is static", "Make it an instance method");
    }

    @Test
    void aMethodThatIsBothCommandAndQuery() {
        fails(context(Both.class), "both a command and a query", "Keep @ReplicatedCommand");
    }

    @Test
    void aPrototype() {
        fails(context(Prototype.class), "not a singleton", "Remove the scope");
    }

    @Test
    void aPrototypeBehindAScopedProxy() {
        fails(context(ScopedPrototype.class), "not a singleton", "Remove the scope");
    }

    @Test
    void commandsWithoutState() {
        fails(context(NoState.class), "no field marked @ReplicatedState", "Mark the fields");
    }

    @Test
    void stateWithoutCommands() {
        fails(context(NoCommand.class), "no @ReplicatedCommand that could change it", "Mark the methods");
    }

    @Test
    void anArgumentThatCannotBeEncoded() {
        fails(
                context(BadArgument.class),
                "The argument 'in' cannot be encoded: InputStream is abstract",
                "Change the type of the argument");
    }

    @Test
    void aResultThatCannotBeEncoded() {
        fails(
                context(BadResult.class),
                "The result cannot be encoded: InputStream is abstract",
                "Change the type of the result");
        fails(
                context(BadPromise.class),
                "The result cannot be encoded: InputStream is abstract",
                "Change the type of the result");
    }

    @Test
    void stateThatCannotBeEncoded() {
        fails(
                context(BadState.class),
                "The field 'threads', marked @ReplicatedState, has values that cannot be encoded: Thread has no form",
                "Change the type of the field");
    }

    @Test
    void stateInAFinalFieldThatIsNoContainer() {
        fails(context(FinalState.class), "is final and neither a collection nor a map", "Make the field not final");
    }

    @Test
    void stateInAFinalFieldWithAnImmutableContainer() {
        fails(context(ImmutableState.class), "is final and holds a container that cannot be changed", "new HashMap");
        fails(context(EmptyImmutableState.class), "is final and holds a container that cannot", "new HashMap");
    }

    @Test
    void stateThatQueriesWouldReorder() {
        fails(
                context(LeastRecentlyUsed.class),
                "'pages', marked @ReplicatedState, holds a java.util.LinkedHashMap in the order of access",
                "new LinkedHashMap<>()");
        fails(context(BoundedLeastRecentlyUsed.class), "in the order of access", "take a key out and put it in again");
        fails(context(FilledLeastRecentlyUsed.class), "in the order of access", "new LinkedHashMap<>()");
    }

    @Test
    void aLinkedHashMapInTheOrderOfInsertionIsTakenAndLeftAsItIs() {
        context(OrderOfInsertion.class).run(context -> {
            assertThat(context).hasNotFailed();
            OrderOfInsertion bean = (OrderOfInsertion) BeanCheck.target(context.getBean(OrderOfInsertion.class));
            assertThat(bean.pages.keySet()).containsExactly("b", "a");
            assertThat(bean.bounded).isEmpty();
        });
    }

    @Test
    void stateThatMayVanishByItself() {
        fails(
                context(WeakState.class),
                "holds a java.util.WeakHashMap, which loses its elements",
                "Let it hold a HashMap");
        fails(
                context(IdentityState.class),
                "java.util.IdentityHashMap<java.lang.String, java.lang.String> loses its elements",
                "Change the type");
    }

    @Test
    void anAtomicHolderThatHoldsMoreThanOneValue() {
        fails(context(AtomicArrayState.class), "is a AtomicLongArray, which has no form in a snapshot", "AtomicLong,");
    }

    @Test
    void aBeanThatWritesItsOwnStateWithoutCommands() {
        fails(
                context(StreamedWithoutCommands.class),
                "is a StreamedState, but the bean has no @ReplicatedCommand",
                "Mark the methods");
    }

    @Test
    void staticState() {
        fails(context(StaticState.class), "is static", "Make it a field of the bean");
    }

    @Test
    void proxiesAreMadeEvenIfBootsOwnAreSwitchedOff() {
        context(Sound.class)
                .withPropertyValues("spring.aop.auto=false")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void aBeanCreatedTooEarlyToBeProxied() {
        fails(context(Sound.class, NeedsSound.class), "no proxy that intercepts its calls", "BeanPostProcessor");
    }

    @Test
    void aStateMachineOfTheApplicationBesideReplicatedBeans() {
        fails(
                context(Sound.class).withBean("mine", OwnStateMachine.class),
                "brings its own state machine, bean 'mine' (" + OwnStateMachine.class.getName(),
                "Keep one of the two");
        context()
                .withBean("mine", OwnStateMachine.class)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void aLazyBeanIsCreatedAtTheStart() {
        context(LazyBean.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBeanFactory().containsSingleton("replicatedBeanChecksTests.LazyBean"))
                    .isTrue();
            assertThat(context.getBean(ReplicatedBeans.class).commands()).hasSize(1);
        });
    }

    static void fails(ApplicationContextRunner runner, String problem, String remedy) {
        runner.run(context -> {
            assertThat(context).hasFailed();
            Throwable root = context.getStartupFailure();
            assertThat(root).isInstanceOf(ReplicatedBeanException.class);
            ReplicatedBeanException failure = (ReplicatedBeanException) root;
            assertThat(failure.problem()).contains(problem);
            assertThat(failure.remedy()).contains(remedy);
            assertThat(failure).hasMessageContaining(failure.beanName()).hasMessageContaining(problem);
        });
    }

    static class Plain {}

    static class Sound {
        @ReplicatedState
        final List<String> all = new ArrayList<>();

        @ReplicatedCommand("sound.add")
        public void add(String text) {
            all.add(text);
        }
    }

    static class SameName {
        @ReplicatedState
        int count;

        @ReplicatedCommand("sound.add")
        public void more() {}
    }

    static class NoName {
        @ReplicatedState
        int count;

        @ReplicatedCommand("")
        public void more() {}
    }

    static final class FinalClass {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public void more() {}
    }

    static final class FinalQueries {
        @ReplicatedQuery
        public int count() {
            return 0;
        }
    }

    static class FinalMethod {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public final void more() {}
    }

    static class InheritsFinalMethod extends FinalMethod {}

    static class PrivateMethod {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        private void more() {}
    }

    static class PrivateQuery {
        @ReplicatedQuery
        private int count() {
            return 0;
        }
    }

    static class InheritsPrivateMethod extends PrivateQuery {}

    static class StaticMethod {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public static void more() {}
    }

    static class Both {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        @ReplicatedQuery
        public void more() {}
    }

    @Scope("prototype")
    static class Prototype {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public void more() {}
    }

    @Scope(value = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
    static class ScopedPrototype extends Prototype {}

    static class NoState {
        @ReplicatedCommand("c")
        public void more() {}
    }

    static class NoCommand {
        @ReplicatedState
        int count;

        @ReplicatedQuery
        public int count() {
            return count;
        }
    }

    static class BadArgument {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public void more(int a, InputStream in) {}
    }

    static class BadResult {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public InputStream more() {
            return InputStream.nullInputStream();
        }
    }

    static class BadPromise {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public CompletableFuture<InputStream> more() {
            return CompletableFuture.completedFuture(InputStream.nullInputStream());
        }
    }

    static class BadState {
        @ReplicatedState
        final Map<String, Thread> threads = new HashMap<>();

        @ReplicatedCommand("c")
        public void more() {}
    }

    static class FinalState {
        @ReplicatedState
        final String name = "n".repeat(2);

        @ReplicatedCommand("c")
        public void more() {}
    }

    static class ImmutableState {
        @ReplicatedState
        final List<String> names = List.of();

        @ReplicatedCommand("c")
        public void more() {}
    }

    static class EmptyImmutableState {
        @ReplicatedState
        final Map<String, String> names = Collections.emptyMap();

        @ReplicatedCommand("c")
        public void more() {}
    }

    static class LeastRecentlyUsed {
        @ReplicatedState
        final Map<String, String> pages = new LinkedHashMap<>(16, 0.75f, true);

        @ReplicatedCommand("c")
        public void more() {}
    }

    static class BoundedLeastRecentlyUsed {
        @ReplicatedState
        final Map<String, String> pages = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
                return size() > 100;
            }
        };

        @ReplicatedCommand("c")
        public void more() {}
    }

    static class FilledLeastRecentlyUsed {
        @ReplicatedState
        LinkedHashMap<String, String> pages = new LinkedHashMap<>(16, 0.75f, true);

        FilledLeastRecentlyUsed() {
            pages.put("a", "first");
        }

        @ReplicatedCommand("c")
        public void more() {}
    }

    static class OrderOfInsertion {
        @ReplicatedState
        final Map<String, String> pages = new LinkedHashMap<>();

        @ReplicatedState
        final Map<String, String> bounded = new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
                return eldest.getKey().length() > 100;
            }
        };

        OrderOfInsertion() {
            pages.put("b", "first");
            pages.put("a", "second");
        }

        @ReplicatedCommand("c")
        public void more() {}
    }

    static class WeakState {
        @ReplicatedState
        final Map<String, String> names = new WeakHashMap<>();

        @ReplicatedCommand("c")
        public void more() {}
    }

    static class IdentityState {
        @ReplicatedState
        final Map<String, IdentityHashMap<String, String>> names = new HashMap<>();

        @ReplicatedCommand("c")
        public void more() {}
    }

    static class AtomicArrayState {
        @ReplicatedState
        AtomicLongArray counts = new AtomicLongArray(3);

        @ReplicatedCommand("c")
        public void more() {}
    }

    static class StreamedWithoutCommands implements StreamedState {
        @Override
        public StateSnapshot snapshot() {
            return out -> {};
        }

        @Override
        public void restore(InputStream in) {}
    }

    static class StaticState {
        @ReplicatedState
        static int count;

        @ReplicatedCommand("c")
        public void more() {}
    }

    static class NeedsSound implements BeanPostProcessor, PriorityOrdered, BeanFactoryAware {
        @Override
        public void setBeanFactory(BeanFactory beanFactory) {
            beanFactory.getBean(Sound.class);
        }

        @Override
        public int getOrder() {
            return 0;
        }
    }

    @Lazy
    static class LazyBean extends Sound {}

    static class OwnStateMachine implements StateMachine {

        @Override
        public byte[] apply(long index, long term, byte[] command) {
            return command;
        }

        @Override
        public StateSnapshot snapshot() {
            return out -> {};
        }

        @Override
        public void restore(StoredSnapshot snapshot) {}
    }
}
