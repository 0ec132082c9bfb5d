package io.raftify.replication;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.util.ClassUtils;

/**
 * Remembers, while the application starts, which objects were given a proxy that takes their calls to the log, so that none
 * of them is missed: not all that a context makes are beans.
 */
final class ProxiedBeans implements BeanPostProcessor {

    private final Map<Object, String> nameByTarget = new IdentityHashMap<>();
    private boolean started;

    @Override
    public synchronized Object postProcessAfterInitialization(Object bean, String beanName) {
        if (!started && ProxyCheck.layer(bean) != null) {
            nameByTarget.put(ProxyCheck.target(bean), beanName);
        }
        return bean;
    }

    /**
     * Called when all beans are known. What is made later is refused when it is called.
     *
     * @throws ReplicatedBeanException if an object was proxied that is none of them
     */
    synchronized void refuseAllBut(Collection<Object> known) {
        Set<Object> targets = Collections.newSetFromMap(new IdentityHashMap<>());
        targets.addAll(known);
        nameByTarget.forEach((target, name) -> {
            if (!targets.contains(target)) {
                throw new ReplicatedBeanException(
                        name,
                        ClassUtils.getUserClass(target),
                        null,
                        "An object with replicated methods was made that is not a bean of the application context, or not"
                                + " the only one of its name, so the log does not know it.",
                        "Declare it as a singleton bean of its own, with its class as the declared type.");
            }
        });
        started = true;
        nameByTarget.clear();
    }
}
