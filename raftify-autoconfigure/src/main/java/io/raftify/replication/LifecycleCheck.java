package io.raftify.replication;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.core.annotation.MergedAnnotations;

/**
 * Refuses commands and queries that the container calls itself, on the object and past its proxy, when it makes the bean or
 * destroys it: those calls would stay local.
 */
final class LifecycleCheck {

    /** By name, since their artifact need not be on the class path. */
    private static final List<String> ANNOTATIONS =
            List.of("jakarta.annotation.PostConstruct", "jakarta.annotation.PreDestroy");

    /** What a {@code @Bean} method's object is closed by unless it says otherwise. */
    private static final List<String> INFERRED = List.of("close", "shutdown");

    private final Class<?> beanClass;
    private final List<String> called;

    LifecycleCheck(String definition, Class<?> beanClass, ConfigurableListableBeanFactory beanFactory) {
        this.beanClass = beanClass;
        this.called = new ArrayList<>();
        if (InitializingBean.class.isAssignableFrom(beanClass)) {
            called.add("afterPropertiesSet");
        }
        if (DisposableBean.class.isAssignableFrom(beanClass)) {
            called.add("destroy");
        }
        if (AutoCloseable.class.isAssignableFrom(beanClass)) {
            called.add("close");
        }
        if (beanFactory.containsBeanDefinition(definition)) {
            addDeclared(beanFactory.getMergedBeanDefinition(definition));
        }
    }

    private void addDeclared(BeanDefinition merged) {
        if (merged instanceof AbstractBeanDefinition declared) {
            String[] init = declared.getInitMethodNames();
            String[] destroy = declared.getDestroyMethodNames();
            if (init != null) {
                called.addAll(Arrays.asList(init));
            }
            if (destroy != null) {
                for (String name : destroy) {
                    called.addAll(AbstractBeanDefinition.INFER_METHOD.equals(name) ? INFERRED : List.of(name));
                }
            }
        }
    }

    /** Those that the container calls. */
    List<Method> calledByTheContainer(Collection<Method> marked) {
        return marked.stream()
                .filter(method -> method.getParameterCount() == 0)
                .filter(method -> called.contains(method.getName()) || isAnnotated(method))
                .toList();
    }

    private boolean isAnnotated(Method method) {
        return Declarations.of(method, beanClass).stream()
                .map(MergedAnnotations::from)
                .anyMatch(annotations -> ANNOTATIONS.stream().anyMatch(annotations::isPresent));
    }
}
