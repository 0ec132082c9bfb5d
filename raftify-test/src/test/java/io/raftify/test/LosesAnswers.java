package io.raftify.test;

import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.RaftNode;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.springframework.beans.factory.config.BeanPostProcessor;

/** Some answers of members get lost on their way to the callers beside them; what was proposed is applied all the same. */
final class LosesAnswers implements BeanPostProcessor {

    final AtomicInteger lost = new AtomicInteger();
    private final BooleanSupplier whether;

    LosesAnswers(BooleanSupplier whether) {
        this.whether = whether;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof RaftNode node ? lossy(node) : bean;
    }

    private Object lossy(RaftNode node) {
        return Proxy.newProxyInstance(
                RaftNode.class.getClassLoader(), new Class<?>[] {RaftNode.class}, (proxy, method, arguments) -> {
                    try {
                        Object answer = method.invoke(node, arguments);
                        return method.getName().equals("propose") && whether.getAsBoolean()
                                ? ((CompletableFuture<?>) answer).thenApply(this::lost)
                                : answer;
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }

    private Object lost(Object answer) {
        lost.incrementAndGet();
        throw new OutcomeUnknownException("The answer was lost.");
    }
}
