package io.raftify.replication;

import java.lang.reflect.Method;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.util.ClassUtils;

/**
 * In a hierarchy of application contexts the beans of one are replicated, of that which has the member. Marked beans above
 * it are found when it starts, those below when their own context has started; both would be local without a word.
 */
final class OtherContexts implements ApplicationListener<ContextRefreshedEvent> {

    private final ApplicationContext own;

    OtherContexts(ApplicationContext own) {
        this.own = own;
    }

    /** A context's event is published to those above it too. */
    @Override
    public void onApplicationEvent(ContextRefreshedEvent event) {
        if (event.getApplicationContext() != own
                && event.getApplicationContext() instanceof ConfigurableApplicationContext below) {
            refuseIn(below.getBeanFactory());
        }
    }

    static void refuseAbove(ConfigurableListableBeanFactory beanFactory) {
        BeanFactory parent = beanFactory.getParentBeanFactory();
        if (parent instanceof ConfigurableApplicationContext context) {
            parent = context.getBeanFactory();
        }
        if (parent instanceof ConfigurableListableBeanFactory above) {
            refuseIn(above);
            refuseAbove(above);
        }
    }

    private static void refuseIn(ConfigurableListableBeanFactory beanFactory) {
        for (String name : beanFactory.getBeanNamesForType(Object.class, false, false)) {
            Class<?> type = userClass(beanFactory, name);
            Set<Method> marked = type != null ? BeanScan.marked(type) : Set.of();
            if (type != null && !marked.isEmpty() && ProxyCheck.layer(beanFactory.getBean(name)) == null) {
                throw new ReplicatedBeanException(
                        name,
                        type,
                        marked.iterator().next(),
                        "The bean belongs to another application context than the member, a parent or a child of it, so"
                                + " its calls would stay local.",
                        "Declare the bean in the context that has the RaftNode bean.");
            }
        }
    }

    private static @Nullable Class<?> userClass(ConfigurableListableBeanFactory beanFactory, String name) {
        Class<?> type = AutoProxyUtils.determineTargetClass(beanFactory, name);
        return type != null ? ClassUtils.getUserClass(type) : null;
    }
}
