package io.raftify.replication.bytecode;

import io.raftify.replication.bytecode.Entry.Kind;
import io.raftify.replication.bytecode.Hierarchy.Declared;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.AnnotationNode;

/**
 * Which methods of the bean are called from outside, and as what. A public or package-private method always may be. A
 * private or protected one is taken for a helper of those that call it; if none does, or an annotation says that a
 * framework does, it is called from outside too.
 */
final class Entries {

    private static final Set<String> BEFORE_READY = Set.of(
            "Ljakarta/annotation/PostConstruct;",
            "Ljakarta/inject/Inject;",
            "Ljavax/annotation/PostConstruct;",
            "Ljavax/inject/Inject;",
            "Lorg/springframework/beans/factory/annotation/Autowired;");

    private static final Set<String> NO_CALLBACKS = Set.of(
            "Nullable;",
            "Nonnull;",
            "NonNull;",
            "NotNull;",
            "CheckReturnValue;",
            "CanIgnoreReturnValue;",
            "Generated;");

    private Entries() {}

    /** Null if it depends on who calls it. */
    static @Nullable Entry of(Code code, Hierarchy hierarchy) {
        if (code.isConstructor() || code.method().name.equals("<clinit>")) {
            return Entry.of(Kind.INITIALISER, code);
        }
        if (!isRunOnTheBean(code, hierarchy)) {
            return null;
        }
        Mark mark = hierarchy.mark(code.key());
        if (mark != null) {
            return Entry.of(mark.isCommand() ? Kind.COMMAND : Kind.QUERY, code);
        }
        if (isInitialiser(code) || hierarchy.isOfOwnForm(code.method())) {
            return Entry.of(Kind.INITIALISER, code);
        }
        boolean helper = code.is(Opcodes.ACC_PRIVATE) || code.is(Opcodes.ACC_PROTECTED);
        return !helper || hasCallback(code) ? Entry.of(Kind.PLAIN, code) : null;
    }

    static boolean mayBeCalledFromOutside(Code code, Hierarchy hierarchy) {
        return code.isOwn() && !code.is(Opcodes.ACC_BRIDGE) && isRunOnTheBean(code, hierarchy);
    }

    /** Not what the compiler made, and not what another method of the bean overrides. */
    private static boolean isRunOnTheBean(Code code, Hierarchy hierarchy) {
        if (code.is(Opcodes.ACC_SYNTHETIC)) {
            return false;
        }
        if (code.is(Opcodes.ACC_STATIC) || code.is(Opcodes.ACC_PRIVATE) || code.isConstructor()) {
            return true;
        }
        Declared run = hierarchy.dispatched(code.method().name, code.method().desc);
        return run != null && run.method() == code.method();
    }

    private static boolean isInitialiser(Code code) {
        boolean afterProperties = code.method().name.equals("afterPropertiesSet")
                && code.method().desc.equals("()V");
        return afterProperties || code.annotations().stream().anyMatch(each -> BEFORE_READY.contains(each.desc));
    }

    private static boolean hasCallback(Code code) {
        return code.annotations().stream().anyMatch(Entries::isCallback);
    }

    private static boolean isCallback(AnnotationNode annotation) {
        return !annotation.desc.startsWith("Ljava/lang/")
                && !annotation.desc.startsWith("Lio/raftify/annotation/")
                && NO_CALLBACKS.stream().noneMatch(annotation.desc::endsWith);
    }
}
