package io.raftify.replication;

import io.raftify.node.NodeStoppedException;
import io.raftify.node.StateMachine;
import io.raftify.replication.divergence.Divergence;
import io.raftify.replication.encoding.CborFormat;
import io.raftify.replication.state.ApplicationState;
import io.raftify.replication.state.UnfitStateException;
import io.raftify.replication.upgrade.Admissions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/**
 * The replicated beans of the application and their commands. Filled once, when all singletons exist and before the
 * member starts; lazy beans with replicated members are created then, since the log may need them at any time.
 */
public final class ReplicatedBeans implements SmartInitializingSingleton {

    private final ConfigurableListableBeanFactory beanFactory;
    private final Codecs codecs;
    private final ApplicationState state;
    private final ProxiedBeans proxied;
    private final StateGate gate = new StateGate();
    private final CommandWatch watch = new CommandWatch();
    private final Divergence divergence = new Divergence(gate::condemn, gate::mended);

    private final Admissions admissions = new Admissions(this::knowsEffects, this::knowsEffectsWithin);

    private volatile @Nullable Catalogue catalogue;
    private volatile @Nullable ApplicationBuild build;

    ReplicatedBeans(
            ConfigurableListableBeanFactory beanFactory, Codecs codecs, CborFormat stateFormat, ProxiedBeans proxied) {
        this.beanFactory = beanFactory;
        this.proxied = proxied;
        this.codecs = codecs;
        this.state = new ApplicationState(stateFormat);
    }

    /** The commands of all replicated beans, by name. */
    public List<ReplicatedMethod> commands() {
        Catalogue known = catalogue;
        return known == null
                ? List.of()
                : known.commands.values().stream()
                        .map(Target::method)
                        .sorted(Comparator.comparing(ReplicatedMethod::command))
                        .toList();
    }

    /** @throws ReplicatedBeanException if a bean cannot be replicated as it stands */
    @Override
    public void afterSingletonsInstantiated() {
        Catalogue found = new Catalogue();
        BytecodeCheck bytecode = bytecodeCheck();
        for (String name : beanFactory.getBeanNamesForType(Object.class, true, false)) {
            Class<?> type = classOf(name);
            if (type == null || isInfrastructure(type)) {
                continue;
            }
            BeanScan scan = BeanScan.of(displayName(name), type);
            boolean replicated = !scan.isEmpty() || StreamedState.class.isAssignableFrom(type);
            if (replicated && !isScopedProxy(name)) {
                BeanCheck check =
                        new BeanCheck(displayName(name), type, scan, codecs, state, beanFactory::resolveEmbeddedValue);
                check.checkDefinition(name, beanFactory);
                ReplicatedBean bean = check.check(beanFactory.getBean(name));
                bytecode.check(bean);
                found.add(bean);
            }
        }
        proxied.refuseAllBut(found.byTarget.keySet());
        OtherContexts.refuseAbove(beanFactory);
        found.beans.values().forEach(this::refuseBesideAnotherStateMachine);
        found.beans.values().forEach(this::keepInitialState);
        List<ReplicatedMethod> methods =
                found.commands.values().stream().map(Target::method).toList();
        build = ApplicationBuild.of(beanFactory, methods, found.beans.values(), codecs, state.format());
        state.begin(found.beans.values().stream().map(ReplicatedBean::state).toList());
        catalogue = found;
    }

    private BytecodeCheck bytecodeCheck() {
        ReplicationSettings settings =
                beanFactory.getBeanProvider(ReplicationSettings.class).getIfAvailable();
        return new BytecodeCheck(settings != null ? settings.determinismCheck() : DeterminismCheck.WARN);
    }

    /** Also the proof that the state, as the application starts with it, can be written at all. */
    private void keepInitialState(ReplicatedBean bean) {
        try {
            state.keepInitial(bean.state());
        } catch (UnfitStateException unfit) {
            throw new ReplicatedBeanException(bean.name(), bean.type(), null, unfit.problem(), unfit.remedy());
        }
    }

    private @Nullable Class<?> classOf(String name) {
        Class<?> type = AutoProxyUtils.determineTargetClass(beanFactory, name);
        if (beanFactory.containsSingleton(name)) {
            Object bean = beanFactory.getSingleton(name);
            if (bean != null && !(bean instanceof org.springframework.beans.factory.FactoryBean<?>)) {
                type = BeanCheck.target(bean).getClass();
            }
        }
        return type != null ? ClassUtils.getUserClass(type) : null;
    }

    private static boolean isInfrastructure(Class<?> type) {
        return type.getName().startsWith("org.springframework.");
    }

    private boolean isScopedProxy(String name) {
        return beanFactory.containsBeanDefinition(ScopedProxyUtils.getTargetBeanName(name));
    }

    private static String displayName(String name) {
        return ScopedProxyUtils.isScopedTarget(name) ? ScopedProxyUtils.getOriginalBeanName(name) : name;
    }

    private void refuseBesideAnotherStateMachine(ReplicatedBean bean) {
        for (String name : beanFactory.getBeanNamesForType(StateMachine.class, true, false)) {
            Class<?> type = beanFactory.getType(name, false);
            if (type != null && !ReplicatedStateMachine.class.isAssignableFrom(type)) {
                throw new ReplicatedBeanException(
                        bean.name(),
                        bean.type(),
                        bean.commands().keySet().stream().findFirst().orElse(null),
                        "The application brings its own state machine, bean '" + name + "' (" + type.getName()
                                + "), which takes the place of the one that would apply this bean's commands.",
                        "Keep one of the two: remove the bean '" + name + "', or the annotations from "
                                + bean.type().getSimpleName() + ".");
            }
        }
    }

    Codecs codecs() {
        return codecs;
    }

    CborFormat stateFormat() {
        return state.format();
    }

    /** The state of all of them. */
    ApplicationState state() {
        return state;
    }

    StateGate gate() {
        return gate;
    }

    Divergence divergence() {
        return divergence;
    }

    CommandWatch watch() {
        return watch;
    }

    Admissions admissions() {
        return admissions;
    }

    private boolean knowsEffects(String command, int version, String bean) {
        return build().isRetired(command)
                || build().catalogue().knows(command, version) && filled().beans.containsKey(bean);
    }

    /** Whoever has the outer command has its effects, if the bean is there; the command itself may be a newer one. */
    private boolean knowsEffectsWithin(String command, String bean) {
        return build().retired().contains(command) || filled().beans.containsKey(bean);
    }

    /** What this build of the application can apply. */
    ApplicationBuild build() {
        ApplicationBuild known = build;
        if (known == null) {
            throw new IllegalStateException("The replicated beans are not known yet");
        }
        return known;
    }

    Collection<ReplicatedBean> beans() {
        return filled().beans.values();
    }

    /** The command of that name; null if this application has none. */
    @Nullable Target command(String name) {
        return filled().commands.get(name);
    }

    /** What a call on this object means. */
    Call call(@Nullable Object target, Method called) {
        Catalogue known = catalogue;
        if (known == null) {
            throw new NodeStoppedException("The application is still starting and its member has not started yet, so"
                    + " " + ReplicatedBeanException.describe(called) + " cannot be called. Call it when the"
                    + " application is ready, for example from an ApplicationRunner.");
        }
        BeanCalls calls = target != null ? known.byTarget.get(BeanCheck.target(target)) : null;
        if (calls == null) {
            throw new IllegalStateException("An object of " + (target != null ? target.getClass() : null)
                    + " has replicated methods, but was not among the beans when the application started; declare it"
                    + " as a singleton bean with its class as the declared type.");
        }
        return calls.byMethod().computeIfAbsent(called, each -> resolve(calls.bean(), each));
    }

    private static Call resolve(ReplicatedBean bean, Method called) {
        Method own = Declarations.own(called, bean.type());
        return new Call(bean.commands().get(own), bean.queries().get(own), ResultForm.of(own, bean.type()));
    }

    private Catalogue filled() {
        Catalogue known = catalogue;
        if (known == null) {
            throw new IllegalStateException("The replicated beans are not known yet");
        }
        return known;
    }

    /** A command's method and the object it acts on. */
    record Target(ReplicatedMethod method, ResultForm form, Object object) {

        /**
         * Runs the method, and takes its value out of a promise.
         *
         * @throws InvocationTargetException with the exception that the method threw or promised
         */
        @Nullable Object invoke(@Nullable Object[] arguments) throws InvocationTargetException {
            Object returned;
            try {
                returned = method.method().invoke(object, arguments);
            } catch (IllegalAccessException impossible) {
                throw new IllegalStateException("made accessible when the bean was checked", impossible);
            }
            try {
                return form.settle(returned);
            } catch (Throwable promised) {
                throw new InvocationTargetException(promised);
            }
        }
    }

    /** Command or query; one of the two is there. */
    record Call(
            @Nullable ReplicatedMethod command, @Nullable Freshness query, ResultForm form) {}

    /** What calls on one bean mean; a method may be called as the class's own or as an interface's. */
    private record BeanCalls(ReplicatedBean bean, Map<Method, Call> byMethod) {}

    private static final class Catalogue {

        final Map<String, ReplicatedBean> beans = new TreeMap<>();
        final Map<String, Target> commands = new TreeMap<>();
        final Map<Object, BeanCalls> byTarget = new IdentityHashMap<>();

        void add(ReplicatedBean bean) {
            beans.put(bean.name(), bean);
            byTarget.put(bean.target(), new BeanCalls(bean, new ConcurrentHashMap<>()));
            bean.commands().values().forEach(method -> {
                ResultForm form = ResultForm.of(method.method(), bean.type());
                Target earlier = commands.putIfAbsent(method.command(), new Target(method, form, bean.target()));
                if (earlier != null) {
                    throw new ReplicatedBeanException(
                            bean.name(),
                            bean.type(),
                            method.method(),
                            "The command name '" + method.command() + "' is also the one of "
                                    + earlier.method().beanClass().getName() + "."
                                    + ReplicatedBeanException.describe(
                                            earlier.method().method()) + " (bean '"
                                    + earlier.method().beanName() + "').",
                            "Give one of the two another name.");
                }
            });
        }
    }
}
