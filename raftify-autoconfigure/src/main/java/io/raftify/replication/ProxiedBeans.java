package io.raftify.replication;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.util.ClassUtils;

/**
 * Remembers, while the application starts, which objects were given a proxy that takes their calls to the log. Bean
 * definitions do not tell of all of them: a factory may make more than it declares.
 */
final class ProxiedBeans implements BeanPostProcessor {

    private final Map<Object, String> nameByTarget = new IdentityHashMap<>();
    private final Map<String, Class<?>> classByName = new HashMap<>();
    private boolean started;

    @Override
    public synchronized Object postProcessAfterInitialization(Object bean, String beanName) {
        if (!started && ProxyCheck.layer(bean) != null) {
            Object target = ProxyCheck.target(bean);
            nameByTarget.put(target, beanName);
            classByName.put(beanName, ClassUtils.getUserClass(target));
        }
        return bean;
    }

    /** The class of the object that was made for the bean; null if none was, or none with anything replicated. */
    synchronized @Nullable Class<?> classOf(String beanName) {
        return classByName.get(beanName);
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
        classByName.clear();
    }
}
