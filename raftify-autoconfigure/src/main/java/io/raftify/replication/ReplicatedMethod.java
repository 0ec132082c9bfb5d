package io.raftify.replication;

import io.raftify.annotation.CommandContext;
import io.raftify.annotation.IdempotencyKey;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.ResolvableType;

/**
 * The signature of one command. What is written and read goes by these types alone, never by what the bytes say.
 *
 * @param command the declared name
 * @param version the declared version
 * @param timeout the declared timeout; null means the application's
 * @param beanName the bean it belongs to
 * @param beanClass the bean's class, without proxies
 * @param method the bean class's own method
 * @param argumentTypes of what is written, in order, without the context, with the bean class's type variables resolved
 * @param resultType of what is written, without a promise around it, with the bean class's type variables resolved;
 *     {@code void.class} if there is none
 * @param contextParameter which of the method's parameters is the {@link CommandContext}; -1 if none is
 * @param keyArgument which of the arguments that are written is the {@link IdempotencyKey}; -1 if none is
 */
public record ReplicatedMethod(
        String command,
        int version,
        @Nullable Duration timeout,
        String beanName,
        Class<?> beanClass,
        Method method,
        List<Type> argumentTypes,
        Type resultType,
        int contextParameter,
        int keyArgument) {

    public ReplicatedMethod {
        argumentTypes = List.copyOf(argumentTypes);
    }

    static ReplicatedMethod of(
            String command,
            int version,
            @Nullable Duration timeout,
            String beanName,
            Class<?> beanClass,
            Method method) {
        List<Type> arguments = new ArrayList<>();
        int context = -1;
        int key = -1;
        List<Integer> keys = keyParameters(method, beanClass);
        Parameter[] parameters = method.getParameters();
        Type[] types = method.getGenericParameterTypes();
        for (int i = 0; i < parameters.length; i++) {
            if (parameters[i].getType() == CommandContext.class) {
                context = i;
                continue;
            }
            if (keys.contains(i)) {
                key = arguments.size();
            }
            arguments.add(resolve(types[i], beanClass));
        }
        Type result = ResultForm.of(method, beanClass).valueType();
        return new ReplicatedMethod(
                command, version, timeout, beanName, beanClass, method, arguments, result, context, key);
    }

    /** The type with the bean class's type variables resolved, also in an array of one. */
    static Type resolve(Type declared, Class<?> beanClass) {
        if (declared instanceof GenericArrayType array
                && resolve(array.getGenericComponentType(), beanClass) instanceof Class<?> component) {
            return component.arrayType();
        }
        return GenericTypeResolver.resolveType(declared, beanClass);
    }

    /** Which parameters are marked as the key, in the method itself or in one that it overrides. */
    static List<Integer> keyParameters(Method method, Class<?> beanClass) {
        Set<Integer> keys = new TreeSet<>();
        for (Method place : Declarations.of(method, beanClass)) {
            Parameter[] parameters = place.getParameters();
            for (int i = 0; i < parameters.length; i++) {
                if (parameters[i].isAnnotationPresent(IdempotencyKey.class)) {
                    keys.add(i);
                }
            }
        }
        return List.copyOf(keys);
    }

    /** What is written of a call's arguments: all but the context. */
    @Nullable Object[] written(@Nullable Object[] called) {
        if (contextParameter < 0) {
            return called;
        }
        @Nullable Object[] written = new @Nullable Object[called.length - 1];
        System.arraycopy(called, 0, written, 0, contextParameter);
        System.arraycopy(called, contextParameter + 1, written, contextParameter, written.length - contextParameter);
        return written;
    }

    /** What the method is called with: what was written, and the context in its place. */
    @Nullable Object[] called(@Nullable Object[] written, CommandContext context) {
        if (contextParameter < 0) {
            return written;
        }
        @Nullable Object[] called = new @Nullable Object[written.length + 1];
        System.arraycopy(written, 0, called, 0, contextParameter);
        called[contextParameter] = context;
        System.arraycopy(written, contextParameter, called, contextParameter + 1, written.length - contextParameter);
        return called;
    }

    /**
     * The idempotency key among the arguments as it goes into the entry, by which every member tells it from others whatever
     * its own build declares; null if there is none.
     *
     * @throws IllegalArgumentException if it cannot be written
     */
    byte @Nullable [] key(@Nullable Object[] written, CborFormat format) {
        Object key = keyArgument >= 0 ? written[keyArgument] : null;
        if (key == null) {
            return null;
        }
        try {
            return format.writer(ResolvableType.forType(argumentTypes.get(keyArgument)))
                    .writeValueAsBytes(key);
        } catch (RuntimeException unwritable) {
            throw new IllegalArgumentException(
                    "The idempotency key of " + this + " cannot be encoded: " + unwritable.getMessage(), unwritable);
        }
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
