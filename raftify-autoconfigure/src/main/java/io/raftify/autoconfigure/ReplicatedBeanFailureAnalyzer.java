package io.raftify.autoconfigure;

import io.raftify.replication.ReplicatedBeanException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells why a bean cannot be replicated, and what to change in its class. */
final class ReplicatedBeanFailureAnalyzer extends AbstractFailureAnalyzer<ReplicatedBeanException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ReplicatedBeanException cause) {
        StringBuilder description =
                new StringBuilder("The bean '" + cause.beanName() + "' cannot be replicated. " + cause.problem());
        description.append(String.format("%n%n    class:  %s", cause.beanClass().getName()));
        if (cause.method() != null) {
            description.append(String.format("%n    method: %s", signature(cause.method())));
        }
        return new FailureAnalysis(description.toString(), cause.remedy(), cause);
    }

    private static String signature(Method method) {
        return method.getReturnType().getSimpleName() + " " + method.getName()
                + Arrays.stream(method.getParameters())
                        .map(each -> each.getType().getSimpleName() + " " + each.getName())
                        .collect(Collectors.joining(", ", "(", ")"));
    }
}
