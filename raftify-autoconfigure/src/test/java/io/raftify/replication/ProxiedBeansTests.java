package io.raftify.replication;

import static io.raftify.replication.ReplicatedBeanChecksTests.fails;
import static io.raftify.replication.ReplicationTestSupport.commands;
import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.testnode.SingleMemberNode;
import jakarta.annotation.PostConstruct;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.ProxyFactoryBean;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.aop.target.HotSwappableTargetSource;
import org.springframework.beans.factory.BeanNotOfRequiredTypeException;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.AutowireCapableBeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.context.annotation.Role;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

/** Every way in which a bean may come into being and be wrapped: its calls get to the log, or the application does not start. */
class ProxiedBeansTests {

    @Test
    void otherAdviceRunsOnceForItsCallerOnTheCallersThreadWhereverItIsDeclared() {
        // Advisors of one order come in the order of their definitions.
        for (ApplicationContextRunner runner : List.of(
                new ApplicationContextRunner()
                        .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class))
                        .withUserConfiguration(
                                Advice.class,
                                ReplicationConfiguration.class,
                                ReplicationTestSupport.Member.class,
                                Counter.class),
                context(Counter.class, Advice.class))) {
            runner.run(context -> {
                List<String> seen = context.getBean(Advice.class).seen;

                assertThat(context.getBean(Counter.class).add(2)).isEqualTo(2);

                assertThat(seen)
                        .containsExactly("add on " + Thread.currentThread().getName());
                assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(1);
            });
        }
    }

    @Test
    void anAsynchronousCommandIsCalledOnAnotherThreadAndGoesThroughTheLog() {
        context(WithAsync.class, AsyncCounter.class).run(context -> {
            AsyncCounter counter = context.getBean(AsyncCounter.class);

            assertThat(counter.add(2).get(30, TimeUnit.SECONDS)).isEqualTo(2);

            assertThat(counter.value()).isEqualTo(2);
            assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(1);
        });
    }

    @Test
    void aBeanThatIsMadeWithAProxyOfItsOwn() {
        fails(context(OwnProxy.class), "would be passed over: it stands between the log", "as an aspect or as a bean");
    }

    @Test
    void aBeanWhoseObjectMayChange() {
        fails(context(Swappable.class), "The object behind the bean's proxy may change", "Remove the target source");
    }

    @Test
    void whatAFactoryMakesIsReplicated() {
        context(CounterFactory.class).run(context -> {
            assertThat(context.getBean(Counter.class).add(2)).isEqualTo(2);
            assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(1);
        });
    }

    @Test
    void whatAFactoryMakesIsReplicatedEvenIfItOnlyTellsOfAnInterface() {
        context(AddsFactory.class, NeedsAdds.class).run(context -> {
            assertThat(context.getBean(NeedsAdds.class).adds.add(2)).isEqualTo(2);
            assertThat(context.getBean(ReplicatedBeans.class).commands()).hasSize(1);
            assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(1);
        });
    }

    @Test
    void whatAFactoryMakesWhenTheApplicationRunsIsNotLocalWithoutAWord() {
        context(AddsFactory.class).run(context -> {
            Adds late = context.getBean(Adds.class);

            assertThatIllegalStateException()
                    .isThrownBy(() -> late.add(2))
                    .withMessageContaining("was not among the beans when the application started");
        });
    }

    @Test
    void aFactoryThatMakesANewObjectEveryTime() {
        fails(context(PrototypeFactory.class), "not a singleton", "Remove the scope");
    }

    @Test
    void anObjectThatIsMadeAtTheStartAndIsNoBean() {
        fails(context(MakesCounters.class), "was made that is not a bean", "Declare it as a singleton bean");
    }

    @Test
    void anObjectThatIsRegisteredAsABean() {
        fails(
                context()
                        .withInitializer(
                                context -> context.getBeanFactory().registerSingleton("registered", new Counter())),
                "has no proxy that intercepts its calls",
                "instead of registering an object");
    }

    @Test
    void aSingletonBehindAScopedProxyIsReplicated() {
        context(ScopedCounter.class).run(context -> {
            Counter counter = context.getBean(Counter.class);

            assertThat(counter.add(2)).isEqualTo(2);
            assertThat(counter.value()).isEqualTo(2);
            assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(1);
        });
    }

    @Test
    void aLazyBeanBehindALazyInjectionPointIsReplicated() {
        context(LazyCounter.class, NeedsLazily.class).run(context -> {
            assertThat(context.getBean(NeedsLazily.class).counter.add(2)).isEqualTo(2);
            assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(1);
        });
    }

    @Test
    void aBeanBehindAJdkProxyCannotBeInjectedByItsClassAndCanByItsInterface() {
        context(AddsCounter.class, NeedsTheClass.class)
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(BeanNotOfRequiredTypeException.class));
        context(AddsCounter.class, NeedsAdds.class)
                .withPropertyValues("spring.aop.proxy-target-class=false")
                .run(context -> {
                    Adds adds = context.getBean(NeedsAdds.class).adds;
                    assertThat(AopUtils.isJdkDynamicProxy(adds)).isTrue();
                    assertThat(adds.add(2)).isEqualTo(2);
                    assertThat(commands(context.getBean(SingleMemberNode.class)))
                            .hasSize(1);
                });
        context(AddsCounter.class, NeedsTheClass.class).run(context -> {
            assertThat(context.getBean(NeedsTheClass.class).counter.add(2)).isEqualTo(2);
        });
    }

    @Test
    void aCommandThatAJdkProxyDoesNotHave() {
        fails(
                context(AddsAndMore.class).withPropertyValues("spring.aop.proxy-target-class=false"),
                "the bean's interfaces alone, and this one is in none of them",
                "Add the method to an interface");
        context(AddsAndMore.class)
                .run(context ->
                        assertThat(context.getBean(AddsAndMore.class).more()).isEqualTo(1));
    }

    @Test
    void aCommandThatTheContainerCallsPastTheProxy() {
        String problem = "The container itself calls the method";
        fails(context(CommandsAtConstruction.class), problem, "from an ApplicationRunner");
        fails(context(CommandsAsInitializingBean.class), problem, "from an ApplicationRunner");
        fails(context(ClosesByCommand.class), problem, "from an ApplicationRunner");
        fails(context(InitMethod.class), problem, "from an ApplicationRunner");
        fails(context(InferredDestroyMethod.class), problem, "from an ApplicationRunner");
        context(CommandsNamedAlike.class).run(context -> {
            context.getBean(CommandsNamedAlike.class).close();
            context.getBean(CommandsNamedAlike.class).destroy();
            assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(2);
        });
    }

    @Test
    void aCommandThatAProxyAnswersItself() {
        fails(context(HashedByCommand.class), "A proxy answers hashCode itself", "another name");
    }

    @Test
    void aCommandThatListensToEventsGoesThroughTheLog() {
        context(Listens.class).run(context -> {
            context.publishEvent(new Arrived(3));

            assertThat(context.getBean(Listens.class).value()).isEqualTo(3);
            assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(1);
        });
    }

    @Test
    void aConfigurationClassMayBeReplicatedThoughItIsASubclassOfItself() {
        context(ConfiguredCounter.class).run(context -> {
            assertThat(context.getBean(ConfiguredCounter.class).add(2)).isEqualTo(2);
            assertThat(context.getBean("text")).isEqualTo("text");
            assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(1);
        });
    }

    @Test
    void primaryAndQualifiedBeansOfOneInterfaceAreReplicatedEachForItselfInOneOrder() {
        context(PrimaryCounter.class, OtherCounter.class, NeedsBoth.class).run(context -> {
            NeedsBoth both = context.getBean(NeedsBoth.class);

            both.primary.add(1);
            both.other.add(10);
            both.primary.add(2);

            assertThat(context.getBean(PrimaryCounter.class).value()).isEqualTo(3);
            assertThat(context.getBean(OtherCounter.class).value()).isEqualTo(10);
            assertThat(commands(context.getBean(SingleMemberNode.class)))
                    .extracting(entry -> entry.getCommand().getCommand())
                    .containsExactly("primary.add", "other.add", "primary.add");
        });
    }

    @Test
    void aBeanOfAParentContext() {
        new ApplicationContextRunner().withUserConfiguration(Counter.class).run(parent -> {
            fails(context().withParent(parent), "belongs to another application context", "that has the RaftNode bean");
            context(Counter.class).run(context -> assertThat(context).hasNotFailed());
        });
        new ApplicationContextRunner()
                .withUserConfiguration(Advice.class)
                .run(parent -> context(Counter.class)
                        .withParent(parent)
                        .run(context -> assertThat(context).hasNotFailed()));
    }

    @Test
    void aBeanOfAChildContext() {
        context().run(parent -> {
            try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
                child.setParent(parent);
                child.register(Counter.class);

                assertThatExceptionOfType(ReplicatedBeanException.class)
                        .isThrownBy(child::refresh)
                        .withMessageContaining("belongs to another application context");
            }
            try (AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext()) {
                child.setParent(parent);
                child.register(Advice.class);
                child.refresh();

                assertThat(child.isRunning()).isTrue();
            }
        });
    }

    static class Counter {
        @ReplicatedState
        private int value;

        @ReplicatedCommand("counter.add")
        public int add(int amount) {
            return value += amount;
        }

        @ReplicatedQuery
        public int value() {
            return value;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Advice {
        final List<String> seen = new CopyOnWriteArrayList<>();

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        Advisor countingAdvisor() {
            NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
            pointcut.addMethodName("add");
            return new DefaultPointcutAdvisor(pointcut, (MethodInterceptor) invocation -> {
                seen.add(invocation.getMethod().getName() + " on "
                        + Thread.currentThread().getName());
                return invocation.proceed();
            });
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAsync
    static class WithAsync {}

    static class AsyncCounter {
        @ReplicatedState
        private int value;

        @Async
        @ReplicatedCommand("async.add")
        public CompletableFuture<Integer> add(int amount) {
            value += amount;
            return CompletableFuture.completedFuture(value);
        }

        @ReplicatedQuery
        public int value() {
            return value;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnProxy {
        @Bean
        ProxyFactoryBean counter() {
            ProxyFactoryBean factory = new ProxyFactoryBean();
            factory.setTarget(new Counter());
            factory.setProxyTargetClass(true);
            factory.addAdvice((MethodInterceptor) invocation -> invocation.proceed());
            return factory;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Swappable {
        @Bean
        ProxyFactoryBean counter() {
            ProxyFactoryBean factory = new ProxyFactoryBean();
            factory.setTargetSource(new HotSwappableTargetSource(new Counter()));
            factory.setProxyTargetClass(true);
            return factory;
        }
    }

    static class CounterFactory implements FactoryBean<Counter> {
        @Override
        public Counter getObject() {
            return new Counter();
        }

        @Override
        public Class<?> getObjectType() {
            return Counter.class;
        }
    }

    static class PrototypeFactory extends CounterFactory {
        @Override
        public boolean isSingleton() {
            return false;
        }
    }

    interface Adds {
        int add(int amount);
    }

    static class AddsCounter implements Adds {
        @ReplicatedState
        private int value;

        @Override
        @ReplicatedCommand("adds.add")
        public int add(int amount) {
            return value += amount;
        }
    }

    static class AddsFactory implements FactoryBean<Adds> {
        @Override
        public Adds getObject() {
            return new AddsCounter();
        }

        @Override
        public Class<?> getObjectType() {
            return Adds.class;
        }
    }

    static class NeedsAdds {
        @Autowired
        Adds adds;
    }

    static class NeedsTheClass {
        @Autowired
        @Qualifier("proxiedBeansTests.AddsCounter") AddsCounter counter;
    }

    static class AddsAndMore implements Adds {
        @ReplicatedState
        private int value;

        @Override
        @ReplicatedCommand("more.add")
        public int add(int amount) {
            return value += amount;
        }

        @ReplicatedCommand("more.more")
        public int more() {
            return ++value;
        }
    }

    static class CommandsAtConstruction {
        @ReplicatedState
        private int value;

        @PostConstruct
        @ReplicatedCommand("c")
        public void load() {
            value++;
        }
    }

    static class CommandsAsInitializingBean implements InitializingBean {
        @ReplicatedState
        private int value;

        @Override
        @ReplicatedCommand("c")
        public void afterPropertiesSet() {
            value++;
        }
    }

    static class ClosesByCommand implements AutoCloseable {
        @ReplicatedState
        private int value;

        @Override
        @ReplicatedCommand("c")
        public void close() {
            value++;
        }
    }

    /** Registered by its class, so that nothing infers how to close it. */
    static class CommandsNamedAlike {
        @ReplicatedState
        private int value;

        @ReplicatedCommand("close")
        public void close() {
            value++;
        }

        @ReplicatedCommand("destroy")
        public void destroy() {
            value++;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class InitMethod {
        @Bean(initMethod = "destroy", destroyMethod = "")
        CommandsNamedAlike alike() {
            return new CommandsNamedAlike();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class InferredDestroyMethod {
        @Bean
        CommandsNamedAlike alike() {
            return new CommandsNamedAlike();
        }
    }

    static class HashedByCommand {
        @ReplicatedState
        private int value;

        @Override
        @ReplicatedCommand("c")
        public int hashCode() {
            return value;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }
    }

    record Arrived(int amount) {}

    static class Listens {
        @ReplicatedState
        private int value;

        @EventListener
        @ReplicatedCommand("listens.arrived")
        public void arrived(Arrived arrived) {
            value += arrived.amount();
        }

        @ReplicatedQuery
        public int value() {
            return value;
        }
    }

    @Configuration
    static class ConfiguredCounter extends Counter {
        @Bean
        String text() {
            return "text";
        }
    }

    static class MakesCounters {
        final Counter mine;

        MakesCounters(AutowireCapableBeanFactory beanFactory) {
            mine = beanFactory.createBean(Counter.class);
        }
    }

    @Scope(value = "singleton", proxyMode = ScopedProxyMode.TARGET_CLASS)
    static class ScopedCounter extends Counter {}

    @Lazy
    static class LazyCounter extends Counter {}

    static class NeedsLazily {
        @Lazy
        @Autowired
        LazyCounter counter;
    }

    @Primary
    static class PrimaryCounter implements Adds {
        @ReplicatedState
        private int value;

        @Override
        @ReplicatedCommand("primary.add")
        public int add(int amount) {
            return value += amount;
        }

        @ReplicatedQuery
        public int value() {
            return value;
        }
    }

    @Qualifier("other") static class OtherCounter implements Adds {
        @ReplicatedState
        private int value;

        @Override
        @ReplicatedCommand("other.add")
        public int add(int amount) {
            return value += amount;
        }

        @ReplicatedQuery
        public int value() {
            return value;
        }
    }

    static class NeedsBoth {
        @Autowired
        Adds primary;

        @Autowired
        @Qualifier("other") Adds other;
    }
}
