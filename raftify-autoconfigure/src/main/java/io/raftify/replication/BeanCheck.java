package io.raftify.replication;

import io.raftify.replication.state.ApplicationState;
import io.raftify.replication.state.BeanState;
import io.raftify.replication.state.UnfitStateException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.StringValueResolver;

/** Holds one bean against everything a replicated bean must be, and refuses it in words that name the remedy. */
final class BeanCheck {

    private final String name;
    private final Class<?> type;
    private final BeanScan scan;
    private final ApplicationState state;
    private final SignatureCheck signatures;
    private final StringValueResolver placeholders;

    /** @param placeholders resolves what annotations leave to the environment */
    BeanCheck(
            String name,
            Class<?> type,
            BeanScan scan,
            Codecs codecs,
            ApplicationState state,
            StringValueResolver placeholders) {
        this.name = name;
        this.type = type;
        this.scan = scan;
        this.state = state;
        this.placeholders = placeholders;
        this.signatures = new SignatureCheck(name, type, codecs, placeholders);
    }

    /** What can be said before the bean exists. */
    void checkDefinition(String definition, ConfigurableListableBeanFactory beanFactory) {
        if (!beanFactory.isSingleton(definition)) {
            throw refused(
                    null,
                    "The bean is not a singleton, so there is no one object for the log to act on.",
                    "Remove the scope from the bean, or the annotations from its class.");
        }
        if (Modifier.isFinal(type.getModifiers())) {
            Method marked = firstMarked();
            throw refused(
                    marked,
                    "The class is final, so a call cannot be intercepted and would stay local.",
                    type.isRecord() ? "Make it a class instead of a record." : "Remove 'final' from the class.");
        }
        List<Method> local = new LifecycleCheck(definition, type, beanFactory).calledByTheContainer(marked());
        if (!local.isEmpty()) {
            throw refused(
                    local.get(0),
                    "The container itself calls the method when it makes the bean or destroys it, on the object and past"
                            + " its proxy, so that call would stay local.",
                    "Leave it to a method that is not replicated, and call the command when the application is ready, for"
                            + " example from an ApplicationRunner.");
        }
        if (scan.commands().isEmpty() && !scan.state().isEmpty()) {
            throw refused(
                    null,
                    "The field '" + scan.state().get(0).getName()
                            + "' is marked @ReplicatedState, but the bean has no @ReplicatedCommand that could change"
                            + " it.",
                    "Mark the methods that change it @ReplicatedCommand, or remove @ReplicatedState.");
        }
        boolean streamed = StreamedState.class.isAssignableFrom(type);
        if (!scan.commands().isEmpty() && scan.state().isEmpty() && !streamed) {
            throw refused(
                    firstMarked(),
                    "The bean has commands but no field marked @ReplicatedState, so what they change would be in no"
                            + " snapshot and be lost at a restart.",
                    "Mark the fields that the commands change @ReplicatedState, or let the class write its state itself"
                            + " as a StreamedState.");
        }
        if (scan.commands().isEmpty() && streamed) {
            throw refused(
                    null,
                    "The class is a StreamedState, but the bean has no @ReplicatedCommand that could change its state.",
                    "Mark the methods that change it @ReplicatedCommand, or do not implement StreamedState.");
        }
    }

    /** What can be said of the bean itself. */
    ReplicatedBean check(Object bean) {
        new ProxyCheck(name, type, marked()).check(bean);
        Object target = target(bean);
        Map<Method, ReplicatedMethod> commands = new LinkedHashMap<>();
        scan.commands().forEach((method, command) -> commands.put(method, signatures.command(command, method)));
        Map<Method, Freshness> queries = new LinkedHashMap<>();
        scan.queries().forEach((method, query) -> {
            signatures.query(method);
            queries.put(method, Freshness.of(name, type, method, query, placeholders::resolveStringValue));
        });
        commands.keySet().forEach(method -> method.setAccessible(true));
        return new ReplicatedBean(name, type, target, commands, queries, state(target));
    }

    private BeanState state(Object target) {
        try {
            return state.check(
                    name,
                    type,
                    target,
                    scan.state(),
                    target instanceof StreamedState streamed ? new StreamedBean(streamed) : null);
        } catch (UnfitStateException unfit) {
            throw refused(null, unfit.problem(), unfit.remedy());
        }
    }

    /** The object behind all proxies. */
    static Object target(Object bean) {
        return ProxyCheck.target(bean);
    }

    private Set<Method> marked() {
        Set<Method> marked = new LinkedHashSet<>(scan.commands().keySet());
        marked.addAll(scan.queries().keySet());
        return marked;
    }

    private @Nullable Method firstMarked() {
        return marked().stream().findFirst().orElse(null);
    }

    private ReplicatedBeanException refused(@Nullable Method method, String problem, String remedy) {
        return new ReplicatedBeanException(name, type, method, problem, remedy);
    }
}
