package io.raftify.replication;

import io.raftify.annotation.CommandContext;
import io.raftify.annotation.ReplicatedCommand;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.util.StringValueResolver;

/** Holds what a command or query takes and returns against what can go through the log and back. */
final class SignatureCheck {

    private final String beanName;
    private final Class<?> beanClass;
    private final Codecs codecs;
    private final StringValueResolver placeholders;

    SignatureCheck(String beanName, Class<?> beanClass, Codecs codecs, StringValueResolver placeholders) {
        this.beanName = beanName;
        this.beanClass = beanClass;
        this.codecs = codecs;
        this.placeholders = placeholders;
    }

    ReplicatedMethod command(ReplicatedCommand declared, Method method) {
        checkContextAndKey(method);
        checkForm(method);
        ReplicatedMethod command = ReplicatedMethod.of(
                declared.value(), declared.version(), timeout(declared, method), beanName, beanClass, method);
        int argument = 0;
        for (Parameter parameter : method.getParameters()) {
            if (isContext(parameter)) {
                continue;
            }
            Optional<String> problem =
                    codecs.primary().problemWith(command.argumentTypes().get(argument++));
            if (problem.isPresent()) {
                throw refused(
                        method,
                        "The argument '" + parameter.getName() + "' cannot be encoded: " + problem.get() + ".",
                        "Change the type of the argument, or pass what the command needs to know in another form.");
            }
        }
        Optional<String> problem = codecs.primary().problemWith(command.resultType());
        if (problem.isPresent()) {
            throw refused(
                    method,
                    "The result cannot be encoded: " + problem.get() + ".",
                    "Change the type of the result, or return what the caller needs to know in another form.");
        }
        return command;
    }

    void query(Method method) {
        for (Parameter parameter : method.getParameters()) {
            if (isContext(parameter)) {
                throw refused(
                        method,
                        "The argument '" + parameter.getName() + "' is a CommandContext, but a query is no entry of the"
                                + " log and has none.",
                        "Remove the parameter, or make the method a @ReplicatedCommand.");
            }
        }
        List<String> keys = keys(method);
        if (!keys.isEmpty()) {
            throw refused(
                    method,
                    "The argument '" + keys.get(0)
                            + "' is marked @IdempotencyKey, but a query may be repeated as it is.",
                    "Remove @IdempotencyKey, or make the method a @ReplicatedCommand.");
        }
        checkForm(method);
    }

    private void checkContextAndKey(Method method) {
        List<String> keys = keys(method);
        if (keys.size() > 1) {
            throw refused(
                    method,
                    "The arguments " + keys + " are marked @IdempotencyKey, but a call is recognised by one.",
                    "Keep the annotation on one of them, or make them one argument, such as a record.");
        }
        String context = null;
        for (Parameter parameter : method.getParameters()) {
            if (!isContext(parameter)) {
                continue;
            }
            if (context != null) {
                throw refused(
                        method,
                        "The arguments '" + context + "' and '" + parameter.getName() + "' are both a CommandContext.",
                        "Keep one of them.");
            }
            context = parameter.getName();
            if (keys.contains(context)) {
                throw refused(
                        method,
                        "The argument '" + context
                                + "' is marked @IdempotencyKey, but a CommandContext is made anew for"
                                + " every call and is no part of it.",
                        "Mark an argument that the caller gives.");
            }
        }
    }

    private List<String> keys(Method method) {
        Parameter[] parameters = method.getParameters();
        return ReplicatedMethod.keyParameters(method, beanClass).stream()
                .map(index -> parameters[index].getName())
                .toList();
    }

    private void checkForm(Method method) {
        Optional<String> problem = ResultForm.problemWith(ResolvableType.forMethodReturnType(method, beanClass));
        if (problem.isPresent()) {
            throw refused(
                    method,
                    "The result cannot be handed to a caller: " + problem.get() + ".",
                    "Change the type of the result.");
        }
    }

    private @Nullable Duration timeout(ReplicatedCommand declared, Method method) {
        try {
            return DeclaredDuration.parse(declared.timeout(), placeholders);
        } catch (IllegalArgumentException wrong) {
            throw refused(
                    method,
                    "The timeout of the command '" + declared.value() + "' cannot be used: " + wrong.getMessage() + ".",
                    DeclaredDuration.REMEDY);
        }
    }

    private static boolean isContext(Parameter parameter) {
        return parameter.getType() == CommandContext.class;
    }

    private ReplicatedBeanException refused(Method method, String problem, String remedy) {
        return new ReplicatedBeanException(beanName, beanClass, method, problem, remedy);
    }
}
