package io.raftify.replication.bytecode;

import io.raftify.annotation.ReplicatedState;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.MethodNode;
import org.springframework.aop.support.AopUtils;

/**
 * The bean's class, what it extends, and the interfaces of all of them, as far as they are the user's: the classes in whose
 * methods 'this' is the bean.
 */
final class Hierarchy {

    private static final int NEVER_DISPATCHED = Opcodes.ACC_STATIC | Opcodes.ACC_PRIVATE | Opcodes.ACC_ABSTRACT;
    private static final String STATE = Type.getDescriptor(ReplicatedState.class);

    private final String name;
    private final ClassFiles files;
    private final List<ClassNode> levels = new ArrayList<>();
    private final Set<String> ownForm = new HashSet<>();
    private final Map<String, Class<?>> classes = new LinkedHashMap<>();
    private final Map<MethodKey, Method> methods = new HashMap<>();
    private final Map<MethodKey, Mark> marks = new HashMap<>();

    private Hierarchy(String name, ClassFiles files, List<Class<?>> levels) {
        this.name = name;
        this.files = files;
        for (Class<?> each : levels) {
            classes.put(Type.getInternalName(each), each);
            ClassNode node = files.find(Type.getInternalName(each));
            if (node != null) {
                this.levels.add(node);
            }
        }
    }

    static Hierarchy of(Class<?> beanClass, Class<?> ownForm) {
        List<Class<?>> levels = new ArrayList<>();
        for (Class<?> level = beanClass; level != null; level = level.getSuperclass()) {
            if (ClassFiles.isTheUsers(level)) {
                levels.add(level);
            }
        }
        Set<Class<?>> interfaces = new LinkedHashSet<>();
        for (Class<?> level = beanClass; level != null; level = level.getSuperclass()) {
            addInterfaces(level, interfaces);
        }
        for (Class<?> each : interfaces) {
            if (ClassFiles.isTheUsers(each) && each != ownForm) {
                levels.add(each);
            }
        }
        ClassFiles files = new ClassFiles(levels);
        Hierarchy hierarchy = new Hierarchy(beanClass.getSimpleName(), files, levels);
        levels.forEach(hierarchy::readMarks);
        if (ownForm.isAssignableFrom(beanClass)) {
            for (Method method : ownForm.getMethods()) {
                hierarchy.ownForm.add(method.getName() + Type.getMethodDescriptor(method));
            }
        }
        hierarchy.markInherited(beanClass);
        return hierarchy;
    }

    private static void addInterfaces(Class<?> level, Set<Class<?>> interfaces) {
        for (Class<?> each : level.getInterfaces()) {
            if (interfaces.add(each)) {
                addInterfaces(each, interfaces);
            }
        }
    }

    /** An interface of the bean may mark what a superclass implements without knowing the interface. */
    private void markInherited(Class<?> beanClass) {
        Map.copyOf(marks).forEach((key, mark) -> {
            Method called = methods.get(key);
            if (called != null) {
                Method run = AopUtils.getMostSpecificMethod(called, beanClass);
                marks.putIfAbsent(
                        new MethodKey(
                                Type.getInternalName(run.getDeclaringClass()),
                                run.getName(),
                                Type.getMethodDescriptor(run)),
                        mark);
            }
        });
    }

    private void readMarks(Class<?> level) {
        String owner = Type.getInternalName(level);
        try {
            for (Method method : level.getDeclaredMethods()) {
                MethodKey key = new MethodKey(owner, method.getName(), Type.getMethodDescriptor(method));
                methods.put(key, method);
                Mark mark = method.isBridge() || method.isSynthetic() ? null : Mark.of(method);
                if (mark != null) {
                    marks.put(key, mark);
                }
            }
        } catch (NoClassDefFoundError | TypeNotPresentException absent) {
            files.cannotRead(owner, "its methods name a class that is not there: " + absent.getMessage());
        }
    }

    /** Of the bean's class. */
    String simpleName() {
        return name;
    }

    ClassFiles files() {
        return files;
    }

    boolean contains(String owner) {
        return classes.containsKey(owner);
    }

    /** Those that can be read, the bean's own class first. */
    List<ClassNode> levels() {
        return levels;
    }

    @Nullable Mark mark(MethodKey key) {
        return marks.get(key);
    }

    @Nullable Method method(MethodKey key) {
        return methods.get(key);
    }

    /** Whether the bean writes and restores its state itself. */
    boolean hasOwnForm() {
        return !ownForm.isEmpty();
    }

    /** Whether the method is one by which it does. */
    boolean isOfOwnForm(MethodNode method) {
        return ownForm.contains(method.name + method.desc);
    }

    /** Whether somebody who knows the bean as that type can call one of its commands or queries. */
    boolean hasMarks(String owner) {
        return !owner.equals("java/lang/Object")
                && files.methodsOf(owner).stream()
                        .anyMatch(each -> marks.keySet().stream()
                                .anyMatch(mark -> mark.name().equals(each.getName())
                                        && Type.getArgumentCount(mark.descriptor()) == each.getParameterCount()));
    }

    /** The field as declared, wherever above the named class that is; null if it is none of the bean's. */
    @Nullable FieldNode field(String owner, String name) {
        ClassNode level = contains(owner) ? files.find(owner) : null;
        while (level != null) {
            for (FieldNode each : level.fields) {
                if (each.name.equals(name)) {
                    return each;
                }
            }
            level = files.find(level.superName);
        }
        return null;
    }

    static boolean isState(FieldNode field) {
        return isAnnotated(field, STATE);
    }

    static boolean isAnnotated(FieldNode field, String descriptor) {
        return field.visibleAnnotations != null
                && field.visibleAnnotations.stream().anyMatch(each -> each.desc.equals(descriptor));
    }

    /** Whether one of the bean's fields of that name is replicated state. */
    boolean isStateNamed(String name) {
        return levels().stream()
                .flatMap(level -> level.fields.stream())
                .anyMatch(each -> each.name.equals(name) && isState(each));
    }

    /** Which method a call on the bean runs, by the rules of the JVM; null if it is not the user's or not readable. */
    @Nullable Declared dispatched(String name, String descriptor) {
        Declared found = null;
        for (ClassNode level : levels()) {
            MethodNode candidate = find(level, name, descriptor);
            if (candidate == null || (candidate.access & NEVER_DISPATCHED) != 0) {
                continue;
            }
            if ((level.access & Opcodes.ACC_INTERFACE) == 0) {
                return new Declared(level, candidate);
            }
            if (found == null || isBelow(level, found.owner())) {
                found = new Declared(level, candidate);
            }
        }
        return found;
    }

    /** Whether a default method of the one interface takes the place of the other's. */
    private boolean isBelow(ClassNode one, ClassNode other) {
        Class<?> lower = classes.get(one.name);
        Class<?> upper = classes.get(other.name);
        return lower != null && upper != null && upper.isInterface() && upper.isAssignableFrom(lower);
    }

    static @Nullable MethodNode find(ClassNode owner, String name, String descriptor) {
        for (MethodNode each : owner.methods) {
            if (each.name.equals(name) && each.desc.equals(descriptor)) {
                return each;
            }
        }
        return null;
    }

    /** A method and the class that has it. */
    record Declared(ClassNode owner, MethodNode method) {}
}
