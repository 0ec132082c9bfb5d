package io.raftify.test;

import io.raftify.node.RaftNode;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.springframework.beans.factory.config.BeanPostProcessor;

/** A member that is broken for a while: what is proposed to it goes its way, but no answer ever comes, not even late. */
final class SilentMember implements BeanPostProcessor {

    private static volatile byte[] last = {};

    private final BooleanSupplier silent;

    SilentMember(BooleanSupplier silent) {
        this.silent = silent;
    }

    /** The last entry that was proposed to one of them meanwhile. */
    static byte[] last() {
        return last;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof RaftNode node ? silenced(node) : bean;
    }

    private Object silenced(RaftNode node) {
        return Proxy.newProxyInstance(
                RaftNode.class.getClassLoader(), new Class<?>[] {RaftNode.class}, (proxy, method, arguments) -> {
                    try {
                        Object answer = method.invoke(node, arguments);
                        if (!method.getName().equals("propose") || !silent.getAsBoolean()) {
                            return answer;
                        }
                        last = (byte[]) arguments[0];
                        return new CompletableFuture<>();
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                });
    }
}
