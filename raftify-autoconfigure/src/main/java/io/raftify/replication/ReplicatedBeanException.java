package io.raftify.replication;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A bean cannot be replicated as it stands. Thrown while the application starts, never later. */
public final class ReplicatedBeanException extends RuntimeException {

    private final String beanName;
    private final Class<?> beanClass;
    private final @Nullable Method method;
    private final String problem;
    private final String remedy;

    ReplicatedBeanException(
            String beanName, Class<?> beanClass, @Nullable Method method, String problem, String remedy) {
        super("Bean '" + beanName + "' (" + beanClass.getName() + ")"
                + (method != null ? ", method " + describe(method) : "") + ": " + problem + " " + remedy);
        this.beanName = beanName;
        this.beanClass = beanClass;
        this.method = method;
        this.problem = problem;
        this.remedy = remedy;
    }

    /** The bean's name in the application context. */
    public String beanName() {
        return beanName;
    }

    /** The bean's class, without proxies. */
    public Class<?> beanClass() {
        return beanClass;
    }

    /** The method that is wrong; null if it is the bean as a whole or a field. */
    public @Nullable Method method() {
        return method;
    }

    /** What is wrong, in one or two sentences. */
    public String problem() {
        return problem;
    }

    /** What to change. */
    public String remedy() {
        return remedy;
    }

    /** A method as a person writes it: {@code reserve(String, int)}. */
    static String describe(Method method) {
        return method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "(", ")"));
    }
}
