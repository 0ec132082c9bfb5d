package io.raftify.replication;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.SpringProxy;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopProxyUtils;

/** Sees to it that every call from outside gets from the bean's proxies to the log, and past everything else before that. */
final class ProxyCheck {

    private final String beanName;
    private final Class<?> beanClass;
    private final Collection<Method> marked;

    ProxyCheck(String beanName, Class<?> beanClass, Collection<Method> marked) {
        this.beanName = beanName;
        this.beanClass = beanClass;
        this.marked = marked;
    }

    /** The layer of proxies that takes calls to the log; null if there is none. */
    static @Nullable Advised layer(@Nullable Object bean) {
        Object layer = bean;
        while (layer instanceof Advised advised) {
            if (advisor(advised) != null) {
                return advised;
            }
            layer = AopProxyUtils.getSingletonTarget(layer);
        }
        return null;
    }

    private static @Nullable Advisor advisor(Advised advised) {
        return Arrays.stream(advised.getAdvisors())
                .filter(ReplicatedMethodAdvisor.class::isInstance)
                .findFirst()
                .orElse(null);
    }

    /** The object behind all proxies. */
    static Object target(Object bean) {
        Object layer = bean;
        Object inner = AopProxyUtils.getSingletonTarget(layer);
        while (inner != null) {
            layer = inner;
            inner = AopProxyUtils.getSingletonTarget(layer);
        }
        return layer;
    }

    /** @throws ReplicatedBeanException if a call could stay local, or miss advice that was meant for it */
    void check(Object bean) {
        Advised layer = layer(bean);
        Advisor advisor = layer != null ? advisor(layer) : null;
        if (layer == null || advisor == null) {
            throw refused(
                    marked.stream().findFirst().orElse(null),
                    "The bean has no proxy that intercepts its calls, so they would stay local. It was created before"
                            + " proxies could be made, most likely because a BeanPostProcessor depends on it, or outside"
                            + " of the application context.",
                    "Do not inject the bean into a BeanPostProcessor; let the processor look it up when it needs it,"
                            + " for example through an ObjectProvider. Declare the bean by its class or a method instead"
                            + " of registering an object.");
        }
        if (target(bean) instanceof SpringProxy) {
            throw refused(
                    null,
                    "The object behind the bean's proxy may change while the application runs, so there is no one object"
                            + " for the log to act on.",
                    "Remove the target source from the bean.");
        }
        refuseAdviceBehind(layer);
        putInnermost(layer, advisor);
        if (Proxy.isProxyClass(layer.getClass())) {
            marked.forEach(method -> checkReachable(layer, method));
        }
    }

    /** What a proxy within ours does would be done on no call: the log acts on the object itself. */
    private void refuseAdviceBehind(Advised layer) {
        Object inner = AopProxyUtils.getSingletonTarget(layer);
        while (inner instanceof Advised advised) {
            for (Advisor each : advised.getAdvisors()) {
                if (!(each instanceof ReplicatedMethodAdvisor)) {
                    throw refused(
                            null,
                            "The bean is made with a proxy of its own, whose advice "
                                    + each.getAdvice().getClass().getName()
                                    + " would be passed over: it stands between the log and the object.",
                            "Let the bean be the object itself, and declare the advice as an aspect or as a bean of"
                                    + " type Advisor, so that it stands before the log.");
                }
            }
            inner = AopProxyUtils.getSingletonTarget(inner);
        }
    }

    /**
     * Advisors without an order of their own come in any order, but what stands behind ours would never run: the caller's
     * call ends at the log.
     */
    private void putInnermost(Advised layer, Advisor advisor) {
        if (layer.indexOf(advisor) == layer.getAdvisorCount() - 1) {
            return;
        }
        if (layer.isFrozen()) {
            throw refused(
                    null,
                    "The bean's proxy is frozen, and has advice behind the log that would never run.",
                    "Do not freeze the proxy, or give the other advisors an order before the last.");
        }
        layer.removeAdvisor(advisor);
        layer.addAdvisor(advisor);
    }

    private void checkReachable(Advised layer, Method method) {
        boolean reachable = Arrays.stream(layer.getProxiedInterfaces())
                .flatMap(each -> Arrays.stream(each.getMethods()))
                .anyMatch(each -> Declarations.own(each, beanClass).equals(method));
        if (!reachable) {
            throw refused(
                    method,
                    "The bean is behind a JDK proxy, which has the methods of the bean's interfaces alone, and this one is"
                            + " in none of them: nobody could call it.",
                    "Add the method to an interface, or let proxies extend the class, as they do unless"
                            + " 'spring.aop.proxy-target-class' is false.");
        }
    }

    private ReplicatedBeanException refused(@Nullable Method method, String problem, String remedy) {
        return new ReplicatedBeanException(beanName, beanClass, method, problem, remedy);
    }
}
