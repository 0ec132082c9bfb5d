package io.raftify.replication;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.support.AopUtils;

/** Where one and the same method of a bean may stand: in its class, in what that extends, in every interface of any of them. */
final class Declarations {

    private static final Logger log = LoggerFactory.getLogger(Declarations.class);

    private Declarations() {}

    /** The class, what it extends from the nearest up, and then every interface of any of them, and what those extend. */
    static Set<Class<?>> levels(Class<?> beanClass) {
        Set<Class<?>> levels = new LinkedHashSet<>();
        for (Class<?> level = beanClass; level != null && level != Object.class; level = level.getSuperclass()) {
            levels.add(level);
        }
        for (Class<?> level : List.copyOf(levels)) {
            addInterfaces(level, levels);
        }
        return levels;
    }

    private static void addInterfaces(Class<?> level, Set<Class<?>> levels) {
        for (Class<?> each : level.getInterfaces()) {
            if (levels.add(each)) {
                addInterfaces(each, levels);
            }
        }
    }

    /**
     * What a person wrote, without what the compiler added. Of a class whose signatures name classes that are not there,
     * none: nobody can call them.
     */
    static List<Method> methods(Class<?> level) {
        try {
            List<Method> written = new ArrayList<>();
            for (Method method : level.getDeclaredMethods()) {
                if (!method.isBridge() && !method.isSynthetic()) {
                    written.add(method);
                }
            }
            return written;
        } catch (NoClassDefFoundError | TypeNotPresentException optional) {
            log.debug("Not looking for replicated methods in {}", level.getName(), optional);
            return List.of();
        }
    }

    static Field[] fields(Class<?> level) {
        try {
            return level.getDeclaredFields();
        } catch (NoClassDefFoundError | TypeNotPresentException optional) {
            log.debug("Not looking for replicated state in {}", level.getName(), optional);
            return new Field[0];
        }
    }

    /** The method that runs when this one is called on a bean of the class, whichever type it is called through. */
    static Method own(Method called, Class<?> beanClass) {
        return AopUtils.getMostSpecificMethod(called, beanClass);
    }

    /** Every place that declares the class's own method, itself first. */
    static List<Method> of(Method own, Class<?> beanClass) {
        List<Method> places = new ArrayList<>(List.of(own));
        for (Class<?> level : levels(beanClass)) {
            for (Method method : methods(level)) {
                if (method.getName().equals(own.getName())
                        && method.getParameterCount() == own.getParameterCount()
                        && !Modifier.isStatic(method.getModifiers())
                        && !method.equals(own)
                        && own(method, beanClass).equals(own)) {
                    places.add(method);
                }
            }
        }
        return places;
    }
}
