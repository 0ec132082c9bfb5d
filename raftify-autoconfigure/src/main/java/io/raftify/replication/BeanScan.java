package io.raftify.replication;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;

/**
 * What a class declares to be replicated, found by looking at every member of the class and of what it inherits, since
 * a proxy never sees a private, static or final method and would leave it local without a word.
 *
 * @param commands the class's own methods and how their commands are declared
 * @param queries the class's own methods and what they declare
 */
record BeanScan(Map<Method, ReplicatedCommand> commands, Map<Method, ReplicatedQuery> queries, List<Field> state) {

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
        if (!isCandidate(beanClass)) {
            return none();
        }
        Map<Method, List<Mark>> marks = new LinkedHashMap<>();
        List<Field> state = new ArrayList<>();
        for (Class<?> level : Declarations.levels(beanClass)) {
            for (Method declared : Declarations.methods(level)) {
                for (Annotation meaning : meanings(declared)) {
                    Method method = ownMethod(beanName, beanClass, declared);
                    marks.computeIfAbsent(method, first -> new ArrayList<>()).add(new Mark(declared, meaning));
                }
            }
            for (Field field : Declarations.fields(level)) {
                if (field.isAnnotationPresent(ReplicatedState.class)) {
                    state.add(field);
                }
            }
        }
        Map<Method, ReplicatedCommand> commands = new LinkedHashMap<>();
        Map<Method, ReplicatedQuery> queries = new LinkedHashMap<>();
        marks.forEach((method, found) -> {
            Annotation meaning = oneMeaning(beanName, beanClass, method, found);
            if (meaning instanceof ReplicatedCommand command) {
                commands.put(method, command);
            } else if (meaning instanceof ReplicatedQuery query) {
                queries.put(method, query);
            }
        });
        return new BeanScan(commands, queries, state);
    }

    /** The class's own methods that are commands or queries, wherever they are marked. Whether they may be is not asked. */
    static Set<Method> marked(Class<?> beanClass) {
        Set<Method> marked = new HashSet<>();
        if (isCandidate(beanClass)) {
            for (Class<?> level : Declarations.levels(beanClass)) {
                for (Method declared : Declarations.methods(level)) {
                    if (!meanings(declared).isEmpty()) {
                        marked.add(Declarations.own(declared, beanClass));
                    }
                }
            }
        }
        return marked;
    }

    private static boolean isCandidate(Class<?> beanClass) {
        return AnnotationUtils.isCandidateClass(beanClass, Set.of(ReplicatedCommand.class));
    }

    /** What stands on the method itself, also within an annotation of the application. */
    private static List<Annotation> meanings(Method declared) {
        if (declared.getAnnotations().length == 0) {
            return List.of();
        }
        MergedAnnotations annotations = MergedAnnotations.from(declared);
        return Stream.concat(annotations.stream(ReplicatedCommand.class), annotations.stream(ReplicatedQuery.class))
                .<Annotation>map(MergedAnnotation::synthesize)
                .distinct()
                .toList();
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
        Method own = Declarations.own(declared, beanClass);
        if (Modifier.isFinal(own.getModifiers())) {
            throw new ReplicatedBeanException(
                    beanName,
                    beanClass,
                    own,
                    "The method is final, so a call of it cannot be intercepted and would stay local.",
                    "Remove 'final' from the method.");
        }
        if (AopUtils.isEqualsMethod(own) || AopUtils.isHashCodeMethod(own)) {
            throw new ReplicatedBeanException(
                    beanName,
                    beanClass,
                    own,
                    "A proxy answers " + own.getName() + " itself, so a call of it would stay local.",
                    "Give the method another name.");
        }
        if (isHiddenFrom(beanClass, own)) {
            throw new ReplicatedBeanException(
                    beanName,
                    beanClass,
                    own,
                    "The method of " + own.getDeclaringClass().getName() + " is only seen in its own package, and the"
                            + " bean's class is in another, so a call of it cannot be intercepted and would stay local.",
                    "Make it public or protected.");
        }
        return own;
    }

    /** A proxy is a subclass beside the bean's class and overrides what that one could. */
    private static boolean isHiddenFrom(Class<?> beanClass, Method own) {
        Class<?> declaring = own.getDeclaringClass();
        boolean packagePrivate = (own.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) == 0;
        return packagePrivate
                && !(declaring.getPackageName().equals(beanClass.getPackageName())
                        && declaring.getClassLoader() == beanClass.getClassLoader());
    }

    /**
     * What the nearest class says holds, also where a superclass says something else; callers through an interface must
     * not be told something else, and nobody that a query is a command.
     */
    private static Annotation oneMeaning(String beanName, Class<?> beanClass, Method method, List<Mark> found) {
        Mark nearest = found.get(0);
        for (Mark other : found) {
            if (nearest.meaning().annotationType() != other.meaning().annotationType()) {
                throw new ReplicatedBeanException(
                        beanName,
                        beanClass,
                        method,
                        "The method is both a command and a query" + nearest.beside(other) + ".",
                        "Keep @ReplicatedCommand if it changes the state, @ReplicatedQuery if it only reads it.");
            }
            boolean overridden = !other.in().isInterface() && other.in() != nearest.in();
            if (!overridden && !nearest.meaning().equals(other.meaning())) {
                throw new ReplicatedBeanException(
                        beanName,
                        beanClass,
                        method,
                        "The method is declared in two ways" + nearest.beside(other) + ": " + nearest.meaning()
                                + " and " + other.meaning() + ".",
                        "Keep one of the two, or make them equal. An interface of several replicated beans cannot name"
                                + " their commands; leave the annotation to the classes.");
            }
        }
        if (nearest.meaning() instanceof ReplicatedCommand command) {
            checkNameAndVersion(beanName, beanClass, method, command);
        }
        return nearest.meaning();
    }

    private static void checkNameAndVersion(
            String beanName, Class<?> beanClass, Method method, ReplicatedCommand command) {
        if (command.value().isBlank()) {
            throw new ReplicatedBeanException(
                    beanName,
                    beanClass,
                    method,
                    "The command has no name.",
                    "Name it, for example @ReplicatedCommand(\"" + beanName + "." + method.getName()
                            + "\"); the name stands in the log and must not change once written.");
        }
        if (command.version() < 1) {
            throw new ReplicatedBeanException(
                    beanName,
                    beanClass,
                    method,
                    "The command '" + command.value() + "' has version " + command.version() + ".",
                    "Count from 1, and give a changed command the next number.");
        }
    }

    /** One annotation and where it stands. */
    private record Mark(Method where, Annotation meaning) {

        Class<?> in() {
            return where.getDeclaringClass();
        }

        String beside(Mark other) {
            return in() == other.in()
                    ? ""
                    : ", in " + in().getName() + " and in " + other.in().getName();
        }
    }
}
