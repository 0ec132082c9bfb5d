package io.raftify.replication.bytecode;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;

/**
 * Reads the class files of the bean and of what lies in the same packages, each once. What cannot be read is kept with the
 * reason and then left alone: classes made at run time have no file, and one of a newer Java has a form not known here.
 */
final class ClassFiles {

    private static final List<String> NOT_THE_USERS = List.of(
            "java.", "javax.", "jdk.", "sun.", "jakarta.", "kotlin.", "scala.", "groovy.", "org.springframework.");

    private final Set<String> own = new LinkedHashSet<>();
    private final Set<String> packages = new LinkedHashSet<>();
    private final Set<String> values = new LinkedHashSet<>();
    private final Set<ClassLoader> loaders = new LinkedHashSet<>();
    private final Map<String, Optional<ClassNode>> read = new HashMap<>();
    private final Map<String, List<String>> supertypes = new HashMap<>();
    private final Map<String, Inspection.Unread> unread = new LinkedHashMap<>();

    /** @param own the bean's class and what it inherits from, as far as it is the user's */
    ClassFiles(Collection<Class<?>> own) {
        for (Class<?> each : own) {
            this.own.add(Type.getInternalName(each));
            packages.add(packageOf(Type.getInternalName(each)));
            ClassLoader loader = each.getClassLoader();
            if (loader != null) {
                loaders.add(loader);
            }
        }
    }

    /** These, too, wherever they lie; not what lies beside them. */
    void followAlso(Collection<Class<?>> values) {
        for (Class<?> each : values) {
            this.values.add(Type.getInternalName(each));
            ClassLoader loader = each.getClassLoader();
            if (loader != null) {
                loaders.add(loader);
            }
        }
    }

    static boolean isTheUsers(Class<?> type) {
        return NOT_THE_USERS.stream().noneMatch(type.getName()::startsWith);
    }

    /** Whether the class is looked into at all. */
    boolean follows(String name) {
        return !name.startsWith("[") && (packages.contains(packageOf(name)) || values.contains(name));
    }

    /** Whether one of the two classes is written inside the other, or both inside a third. */
    static boolean isNested(String one, String other) {
        return outermost(one).equals(outermost(other));
    }

    private static String outermost(String name) {
        int dollar = name.indexOf('$', name.lastIndexOf('/') + 1);
        return dollar < 0 ? name : name.substring(0, dollar);
    }

    private static String packageOf(String name) {
        return name.substring(0, name.lastIndexOf('/') + 1);
    }

    /** The class, if it is one to be looked into and can be read. */
    @Nullable ClassNode find(@Nullable String name) {
        if (name == null || !follows(name)) {
            return null;
        }
        Optional<ClassNode> known = read.get(name);
        if (known == null) {
            known = Optional.ofNullable(read(name));
            read.put(name, known);
        }
        return known.orElse(null);
    }

    private @Nullable ClassNode read(String name) {
        for (ClassLoader loader : loaders) {
            try (InputStream in = loader.getResourceAsStream(name + ".class")) {
                if (in != null) {
                    ClassNode node = new ClassNode();
                    new ClassReader(in.readAllBytes()).accept(node, ClassReader.SKIP_FRAMES);
                    return node;
                }
            } catch (IOException | RuntimeException unreadable) {
                cannotRead(name, "its class file cannot be read (" + unreadable.getMessage() + ")");
                return null;
            }
        }
        cannotRead(name, "it has no class file, so it was probably made at run time");
        return null;
    }

    void cannotRead(String name, String reason) {
        boolean isOwn = own.contains(name.contains("#") ? name.substring(0, name.indexOf('#')) : name);
        unread.putIfAbsent(name, new Inspection.Unread(name.replace('/', '.'), reason, isOwn));
    }

    List<Inspection.Unread> unread() {
        return new ArrayList<>(unread.values());
    }

    /** Everything above a class or interface but {@code Object}, by name; nothing if the class cannot be had. */
    List<String> supertypes(String name) {
        return supertypes.computeIfAbsent(name, each -> {
            Class<?> type = each.startsWith("[") ? null : load(each);
            List<String> above = new ArrayList<>();
            for (Class<?> level = type; level != null && level != Object.class; level = level.getSuperclass()) {
                above.add(Type.getInternalName(level));
                above.addAll(superinterfaces(level));
            }
            return above;
        });
    }

    /** What can be called on a class or interface; nothing if it cannot be had. */
    List<Method> methodsOf(String name) {
        Class<?> type = load(name);
        try {
            return type != null ? List.of(type.getMethods()) : List.of();
        } catch (NoClassDefFoundError | TypeNotPresentException absent) {
            return List.of();
        }
    }

    private static Set<String> superinterfaces(Class<?> type) {
        Set<String> all = new LinkedHashSet<>();
        for (Class<?> each : type.getInterfaces()) {
            all.add(Type.getInternalName(each));
            all.addAll(superinterfaces(each));
        }
        return all;
    }

    /** Not initialised; the same class that the bean would get, so at most loaded a little earlier. */
    private @Nullable Class<?> load(String name) {
        for (ClassLoader loader : loaders) {
            try {
                return Class.forName(name.replace('/', '.'), false, loader);
            } catch (ClassNotFoundException | LinkageError elsewhere) {
                // The next one may know it; if none does, nothing is said about the class.
            }
        }
        return null;
    }
}
