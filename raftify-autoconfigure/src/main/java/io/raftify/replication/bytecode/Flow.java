package io.raftify.replication.bytecode;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.replication.bytecode.Entry.Kind;
import io.raftify.replication.bytecode.Entry.Step;
import io.raftify.replication.bytecode.Hierarchy.Declared;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.Frame;

/**
 * Follows calls and values through the methods of the bean, their lambdas and inner classes, and through classes of the
 * same packages that commands use or that get hold of the bean. A method is looked at again when something new is known of
 * what goes into it; facts and entries are only ever added, so that comes to an end.
 */
final class Flow {

    /** Far more than any bean has; a bound all the same, since this happens while the application starts. */
    private static final int MOST_METHODS = 5_000;

    private static final Set<String> MARKS =
            Set.of(Type.getDescriptor(ReplicatedCommand.class), Type.getDescriptor(ReplicatedQuery.class));

    private final Hierarchy hierarchy;
    private final ClassFiles files;
    private final Map<MethodKey, Code> codes = new LinkedHashMap<>();
    private final Map<String, Fact> fields = new HashMap<>();
    private final FactInterpreter interpreter = new FactInterpreter(this);

    private final Set<Code> waiting = new LinkedHashSet<>();
    private final Map<String, Set<Code>> readersOfField = new HashMap<>();
    private final Map<Code, Set<Code>> usersOfResult = new HashMap<>();
    private @Nullable Code current;

    Flow(Hierarchy hierarchy) {
        this.hierarchy = hierarchy;
        this.files = hierarchy.files();
    }

    Hierarchy hierarchy() {
        return hierarchy;
    }

    Collection<Code> codes() {
        return codes.values();
    }

    /** Does all of the work. */
    void settle() {
        for (ClassNode level : hierarchy.levels()) {
            for (MethodNode method : level.methods) {
                Code code = code(level, method);
                if (code != null && !code.is(Opcodes.ACC_BRIDGE)) {
                    Entry entry = Entries.of(code, hierarchy);
                    if (entry != null) {
                        enter(code, entry, null);
                    }
                }
            }
        }
        List<Code> uncalled;
        do {
            lookAtAllWaiting();
            uncalled = codes.values().stream()
                    .filter(each -> each.reachedFrom().isEmpty() && !each.isCalled())
                    .filter(each -> Entries.mayBeCalledFromOutside(each, hierarchy))
                    .toList();
            uncalled.forEach(each -> enter(each, Entry.of(Kind.PLAIN, each), null));
        } while (!uncalled.isEmpty());
    }

    /** Its objects are created from bytes, by what a command does first. */
    void isRead(Class<?> value) {
        ClassNode node = files.find(Type.getInternalName(value));
        if (node == null) {
            return;
        }
        String constructor = value.isEnum() ? "" : constructor(value);
        for (MethodNode method : node.methods) {
            boolean runs = method.name.equals("<clinit>")
                    || method.name.equals("<init>") && (constructor == null || constructor.equals(method.desc));
            Code code = runs ? code(node, method) : null;
            if (code != null) {
                enter(code, Entry.of(Kind.COMMAND, code), null);
            }
        }
    }

    /** The one that reads; null if it may be any. What else a class has is for those who make objects in other ways. */
    private static @Nullable String constructor(Class<?> value) {
        if (value.isRecord()) {
            Type[] components = Stream.of(value.getRecordComponents())
                    .map(each -> Type.getType(each.getType()))
                    .toArray(Type[]::new);
            return Type.getMethodDescriptor(Type.VOID_TYPE, components);
        }
        boolean withoutArguments =
                Stream.of(value.getDeclaredConstructors()).anyMatch(each -> each.getParameterCount() == 0);
        return withoutArguments ? "()V" : null;
    }

    private void lookAtAllWaiting() {
        while (!waiting.isEmpty()) {
            Code next = waiting.iterator().next();
            waiting.remove(next);
            current = next;
            look(next);
        }
        current = null;
    }

    private void enter(Code code, Entry entry, @Nullable Step step) {
        if (code.enter(entry, step)) {
            waiting.add(code);
        }
    }

    private void look(Code code) {
        try {
            interpreter.enter(code);
            code.analyze(interpreter);
        } catch (AnalyzerException | RuntimeException malformed) {
            files.cannotRead(
                    code.owner().name + "#" + code.method().name, "its bytecode is not understood: " + malformed);
            return;
        }
        code.forEach((instruction, frame) -> {
            Call call = Call.of(instruction, frame);
            if (call != null) {
                follow(code, call);
            } else if (instruction instanceof FieldInsnNode field) {
                assign(field, frame);
            } else if (instruction.getOpcode() == Opcodes.ARETURN) {
                if (code.returns(frame.getStack(frame.getStackSize() - 1))) {
                    waiting.addAll(usersOfResult.getOrDefault(code, Set.of()));
                }
            }
        });
    }

    private void assign(FieldInsnNode field, Frame<Fact> frame) {
        if (field.getOpcode() == Opcodes.PUTFIELD || field.getOpcode() == Opcodes.PUTSTATIC) {
            Fact value = frame.getStack(frame.getStackSize() - 1);
            String key = key(field);
            Fact known = fields.get(key);
            Fact joined = known == null ? value : Fact.join(known, value);
            if (!joined.equals(known)) {
                fields.put(key, joined);
                waiting.addAll(readersOfField.getOrDefault(key, Set.of()));
            }
        }
    }

    /** By what was ever assigned to it, as far as that was seen; null if nothing was. */
    @Nullable Fact assigned(FieldInsnNode field) {
        String key = key(field);
        if (current != null) {
            readersOfField.computeIfAbsent(key, each -> new LinkedHashSet<>()).add(current);
        }
        return fields.get(key);
    }

    /** The class that declares the field, which the instruction may name by one below it. */
    private String key(FieldInsnNode field) {
        for (ClassNode level = files.find(field.owner); level != null; level = files.find(level.superName)) {
            for (FieldNode each : level.fields) {
                if (each.name.equals(field.name)) {
                    return level.name + "." + field.name;
                }
            }
        }
        return field.owner + "." + field.name;
    }

    // Calls.

    private void follow(Code caller, Call call) {
        Code target = target(call);
        if (target != null && !isAnotherBean(call, target) && mayFollow(caller, call, target)) {
            target.call(caller);
            if (target.takes(call.arguments())) {
                waiting.add(target);
            }
            pass(caller, target);
            if (call.isConstructor() && isCalledBack(target.owner(), call)) {
                for (MethodNode method : target.owner().methods) {
                    Code each = (method.access & Opcodes.ACC_STATIC) == 0 ? code(target.owner(), method) : null;
                    if (each != null && !each.isOwn()) {
                        each.call(caller);
                        pass(caller, each);
                    }
                }
            }
        }
        boolean givesLambda = call.arguments().stream().anyMatch(each -> each.lambda() != null);
        if (target == null && givesLambda && KnownCalls.causeOf(call, files) == Cause.THREADS) {
            call.arguments().forEach(this::runsElsewhere);
        }
    }

    /** What a lambda or method returns, if it is one that was looked into. */
    @Nullable Fact resultOf(Handle handle) {
        Code code = bridged(find(handle.getOwner(), handle.getName(), handle.getDesc()));
        return code != null ? resultOf(code) : null;
    }

    @Nullable Fact resultOf(Code code) {
        if (current != null) {
            usersOfResult.computeIfAbsent(code, each -> new LinkedHashSet<>()).add(current);
        }
        return code.result();
    }

    /** What is given to another thread is no longer part of what gave it. */
    private void runsElsewhere(Fact argument) {
        Handle lambda = argument.lambda();
        Code code = lambda != null ? find(lambda.getOwner(), lambda.getName(), lambda.getDesc()) : null;
        if (code != null && code.isOwn() && hierarchy.mark(code.key()) == null) {
            enter(code, Entry.of(Kind.PLAIN, code), null);
        }
    }

    /** What runs the caller runs the target too, except where the target is a command or query in its own right. */
    private void pass(Code caller, Code target) {
        boolean marked = hierarchy.mark(target.key()) != null;
        boolean reviewed = caller.review() != null;
        for (Entry entry : List.copyOf(caller.reachedFrom().keySet())) {
            if (!marked || entry.kind() == Kind.COMMAND) {
                enter(target, reviewed ? entry.afterReview() : entry, new Step(caller, entry));
            }
        }
    }

    private boolean mayFollow(Code caller, Call call, Code target) {
        return target.isOwn()
                || caller.isReachedFrom(Kind.COMMAND)
                || call.arguments().stream().anyMatch(Fact::self)
                || ClassFiles.isNested(caller.owner().name, target.owner().name);
    }

    /** An object of the bean's class that the bean makes is not the one in the context, and may do what it likes. */
    private static boolean isAnotherBean(Call call, Code target) {
        return call.isConstructor()
                && target.isOwn()
                && !call.arguments().get(0).self();
    }

    /** Whether others call the methods of a new object: one made to be given away, or one that has the bean. */
    private boolean isCalledBack(ClassNode type, Call call) {
        if (hierarchy.contains(type.name)) {
            return false;
        }
        return type.outerClass != null
                || type.innerClasses.stream()
                        .anyMatch(each -> each.name.equals(type.name) && (each.access & Opcodes.ACC_STATIC) == 0)
                || call.passed().stream().anyMatch(Fact::self);
    }

    /** The method that a call runs, as far as that can be told and its class is one to be looked into. */
    @Nullable Code target(Call call) {
        if (call.isOnSelf() && call.kind() == Call.Kind.VIRTUAL) {
            Code exact = find(call.owner(), call.name(), call.descriptor());
            if (exact != null && exact.is(Opcodes.ACC_PRIVATE)) {
                return exact;
            }
            Declared declared = hierarchy.dispatched(call.name(), call.descriptor());
            return declared != null ? bridged(code(declared.owner(), declared.method())) : null;
        }
        if (call.kind() == Call.Kind.VIRTUAL && hierarchy.contains(call.owner())) {
            // Some object of the bean's type, but not known to be the bean itself: most likely its proxy.
            return null;
        }
        Code found = bridged(find(call.owner(), call.name(), call.descriptor()));
        return found != null && !found.isOwn() && isMarked(found) ? null : found;
    }

    /** Whether it is a command or query of another bean, which has its own turn. */
    private static boolean isMarked(Code code) {
        return code.annotations().stream().anyMatch(each -> MARKS.contains(each.desc));
    }

    /** What a bridge, which is the compiler's and not the user's, leads to. */
    private @Nullable Code bridged(@Nullable Code code) {
        Code end = code;
        while (end != null && end.is(Opcodes.ACC_BRIDGE)) {
            end = behind(end);
        }
        return end;
    }

    private @Nullable Code behind(Code bridge) {
        for (AbstractInsnNode each : bridge.method().instructions) {
            if (each instanceof MethodInsnNode call && call.name.equals(bridge.method().name)) {
                if (call.getOpcode() != Opcodes.INVOKESPECIAL && bridge.isOwn()) {
                    Declared declared = hierarchy.dispatched(call.name, call.desc);
                    return declared != null ? code(declared.owner(), declared.method()) : null;
                }
                return find(call.owner, call.name, call.desc);
            }
        }
        return null;
    }

    private @Nullable Code find(String owner, String name, String descriptor) {
        List<String> interfaces = new ArrayList<>();
        for (ClassNode level = files.find(owner); level != null; level = files.find(level.superName)) {
            MethodNode method = Hierarchy.find(level, name, descriptor);
            if (method != null) {
                return code(level, method);
            }
            interfaces.addAll(level.interfaces);
        }
        for (String each : interfaces) {
            Code inherited = find(each, name, descriptor);
            if (inherited != null) {
                return inherited;
            }
        }
        return null;
    }

    /** Null if there is nothing to look at: an abstract or native method, or one too many. */
    private @Nullable Code code(ClassNode owner, MethodNode method) {
        if (method.instructions.size() == 0) {
            return null;
        }
        MethodKey key = new MethodKey(owner.name, method.name, method.desc);
        Code known = codes.get(key);
        if (known == null && codes.size() >= MOST_METHODS) {
            files.cannotRead(owner.name, "the bean's commands reach more than " + MOST_METHODS + " methods");
            return null;
        }
        if (known == null) {
            known = new Code(owner, method, hierarchy.contains(owner.name));
            codes.put(key, known);
            waiting.add(known);
        }
        return known;
    }
}
