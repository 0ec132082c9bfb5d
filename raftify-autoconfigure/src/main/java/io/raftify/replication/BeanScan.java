package io.raftify.replication;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ClassUtils;

/**
 * What a class declares to be replicated, found by looking at every member of the class and of what it inherits, since
 * a proxy never sees a private, static or final method and would leave it local without a word.
 *
 * @param commands the class's own methods and the names of their commands
 * @param queries the class's own methods and what they declare
 */
record BeanScan(Map<Method, String> commands, Map<Method, ReplicatedQuery> queries, List<Field> state) {

    private static final Logger log = LoggerFactory.getLogger(BeanScan.class);

    private static final Set<Class<? extends Annotation>> ON_METHODS =
            Set.of(ReplicatedCommand.class, ReplicatedQuery.class);

    static BeanScan none() {
        return new BeanScan(Map.of(), Map.of(), List.of());
    }

    /** Whether there is nothing replicated in the class. */
    boolean isEmpty() {
        return commands.isEmpty() && queries.isEmpty() && state.isEmpty();
    }

    /**
     * Looks at a bean's class.
     *
     * @throws ReplicatedBeanException if a member is marked that cannot be replicated
     */
    static BeanScan of(String beanName, Class<?> beanClass) {
        if (!AnnotationUtils.isCandidateClass(beanClass, Set.of(ReplicatedCommand.class))) {
            return none();
        }
        Map<Method, String> commands = new LinkedHashMap<>();
        Map<Method, ReplicatedQuery> queries = new LinkedHashMap<>();
        List<Field> state = new ArrayList<>();
        for (Class<?> level : levels(beanClass)) {
            for (Method declared : declaredMethods(level)) {
                if (!declared.isBridge() && !declared.isSynthetic() && isMarked(declared)) {
                    Method method = ownMethod(beanName, beanClass, declared);
                    ReplicatedCommand command = find(method, ReplicatedCommand.class);
                    ReplicatedQuery query = find(method, ReplicatedQuery.class);
                    checkOneMeaning(beanName, beanClass, method, command, query);
                    if (command != null) {
                        commands.put(method, command.value());
                    } else if (query != null) {
                        queries.put(method, query);
                    }
                }
            }
            for (Field field : declaredFields(level)) {
                if (field.isAnnotationPresent(ReplicatedState.class)) {
                    state.add(field);
                }
            }
        }
        return new BeanScan(commands, queries, state);
    }

    /** Whether a proxy of the class has anything to intercept. */
    static boolean hasMarkedMethods(Class<?> type) {
        return AnnotationUtils.isCandidateClass(type, Set.of(ReplicatedCommand.class))
                && levels(ClassUtils.getUserClass(type)).stream()
                        .flatMap(level -> Stream.of(declaredMethods(level)))
                        .anyMatch(BeanScan::isMarked);
    }

    /** Of a class whose signatures name classes that are not there, none: nobody can call them. */
    private static Method[] declaredMethods(Class<?> level) {
        try {
            return level.getDeclaredMethods();
        } catch (NoClassDefFoundError | TypeNotPresentException optional) {
            log.debug("Not looking for replicated methods in {}", level.getName(), optional);
            return new Method[0];
        }
    }

    private static Field[] declaredFields(Class<?> level) {
        try {
            return level.getDeclaredFields();
        } catch (NoClassDefFoundError | TypeNotPresentException optional) {
            log.debug("Not looking for replicated state in {}", level.getName(), optional);
            return new Field[0];
        }
    }

    static boolean isMarked(Method method) {
        return ON_METHODS.stream().anyMatch(each -> AnnotatedElementUtils.hasAnnotation(method, each));
    }

    private static <A extends Annotation> @Nullable A find(Method method, Class<A> type) {
        return AnnotatedElementUtils.findMergedAnnotation(method, type);
    }

    /** The class, what it extends, and every interface of any of them. */
    private static Set<Class<?>> levels(Class<?> beanClass) {
        Set<Class<?>> levels = new LinkedHashSet<>();
        for (Class<?> level = beanClass; level != null && level != Object.class; level = level.getSuperclass()) {
            levels.add(level);
        }
        levels.addAll(ClassUtils.getAllInterfacesForClassAsSet(beanClass));
        return levels;
    }

    private static Method ownMethod(String beanName, Class<?> beanClass, Method declared) {
        int modifiers = declared.getModifiers();
        if (Modifier.isPrivate(modifiers)) {
            throw new ReplicatedBeanException(
                    beanName,
                    beanClass,
                    declared,
                    "The method is private, so a call of it cannot be intercepted and would stay local.",
                    "Make it public, protected or package-private, and call it from another bean.");
        }
        if (Modifier.isStatic(modifiers)) {
            throw new ReplicatedBeanException(
                    beanName,
                    beanClass,
                    declared,
                    "The method is static, so a call of it cannot be intercepted and would stay local.",
                    "Make it an instance method.");
        }
        Method own = BridgeMethodResolver.findBridgedMethod(ClassUtils.getMostSpecificMethod(declared, beanClass));
        if (Modifier.isFinal(own.getModifiers())) {
            throw new ReplicatedBeanException(
                    beanName,
                    beanClass,
                    own,
                    "The method is final, so a call of it cannot be intercepted and would stay local.",
                    "Remove 'final' from the method.");
        }
        return own;
    }

    private static void checkOneMeaning(
            String beanName,
            Class<?> beanClass,
            Method method,
            @Nullable ReplicatedCommand command,
            @Nullable ReplicatedQuery query) {
        if (command != null && query != null) {
            throw new ReplicatedBeanException(
                    beanName,
                    beanClass,
                    method,
                    "The method is both a command and a query.",
                    "Keep @ReplicatedCommand if it changes the state, @ReplicatedQuery if it only reads it.");
        }
        if (command != null && command.value().isBlank()) {
            throw new ReplicatedBeanException(
                    beanName,
                    beanClass,
                    method,
                    "The command has no name.",
                    "Name it, for example @ReplicatedCommand(\"" + beanName + "." + method.getName()
                            + "\"); the name stands in the log and must not change once written.");
        }
    }
}
