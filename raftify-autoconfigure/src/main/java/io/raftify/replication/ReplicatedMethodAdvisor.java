package io.raftify.replication;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Set;
import org.aopalliance.aop.Advice;
import org.springframework.aop.Pointcut;
import org.springframework.aop.support.AbstractPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.core.Ordered;
import org.springframework.util.ClassUtils;
import org.springframework.util.ConcurrentReferenceHashMap;

/**
 * Puts the log between a caller and every command and query of a bean. Innermost of all advisors, which
 * {@link ProxyCheck} sees to: security, retries, transactions, caching and observations of a call belong to its caller and
 * happen once, while the method itself runs on every member.
 */
final class ReplicatedMethodAdvisor extends AbstractPointcutAdvisor {

    private final transient Pointcut pointcut = new MarkedMethods();
    private final transient Advice advice;

    ReplicatedMethodAdvisor(Advice advice) {
        this.advice = advice;
        setOrder(Ordered.LOWEST_PRECEDENCE);
    }

    @Override
    public Pointcut getPointcut() {
        return pointcut;
    }

    @Override
    public Advice getAdvice() {
        return advice;
    }

    private static final class MarkedMethods extends StaticMethodMatcherPointcut {

        private final Map<Class<?>, Set<Method>> marked = new ConcurrentReferenceHashMap<>();

        MarkedMethods() {
            setClassFilter(this::isProxyable);
        }

        /** A final class would fail in the proxy factory; left alone, it is refused later in words that help. */
        private boolean isProxyable(Class<?> type) {
            return (!Modifier.isFinal(type.getModifiers()) || Proxy.isProxyClass(type))
                    && !type.getName().startsWith("org.springframework.")
                    && !marked(type).isEmpty();
        }

        @Override
        public boolean matches(Method method, Class<?> targetClass) {
            return marked(targetClass).contains(Declarations.own(method, targetClass));
        }

        private Set<Method> marked(Class<?> type) {
            return marked.computeIfAbsent(ClassUtils.getUserClass(type), BeanScan::marked);
        }
    }
}
