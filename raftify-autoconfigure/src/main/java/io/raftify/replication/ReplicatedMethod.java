package io.raftify.replication;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import org.springframework.core.GenericTypeResolver;

/**
 * The signature of one command. What is written and read goes by these types alone, never by what the bytes say.
 *
 * @param command the declared name
 * @param beanName the bean it belongs to
 * @param beanClass the bean's class, without proxies
 * @param method the bean class's own method
 * @param argumentTypes in order, with the bean class's type variables resolved
 * @param resultType with the bean class's type variables resolved; {@code void.class} if there is none
 */
public record ReplicatedMethod(
        String command, String beanName, Class<?> beanClass, Method method, List<Type> argumentTypes, Type resultType) {

    public ReplicatedMethod {
        argumentTypes = List.copyOf(argumentTypes);
    }

    static ReplicatedMethod of(String command, String beanName, Class<?> beanClass, Method method) {
        List<Type> arguments = new ArrayList<>();
        for (Type parameter : method.getGenericParameterTypes()) {
            arguments.add(GenericTypeResolver.resolveType(parameter, beanClass));
        }
        Type result = GenericTypeResolver.resolveType(method.getGenericReturnType(), beanClass);
        return new ReplicatedMethod(command, beanName, beanClass, method, arguments, result);
    }

    /** The method as a person writes it, for example {@code reserve(String, int)}. */
    public String signature() {
        return ReplicatedBeanException.describe(method);
    }

    @Override
    public String toString() {
        return "command '" + command + "' (" + beanClass.getSimpleName() + "."
                + ReplicatedBeanException.describe(method) + ")";
    }
}
