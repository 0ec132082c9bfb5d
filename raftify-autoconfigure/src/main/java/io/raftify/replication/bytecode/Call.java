package io.raftify.replication.bytecode;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.analysis.Frame;

/**
 * A call, or a lambda or method reference that is a call to come, in one form.
 *
 * @param arguments the receiver first, if there is one; of a call to come, what is not known yet is no more than its type
 * @param later whether it is a call to come
 */
record Call(Kind kind, String owner, String name, String descriptor, List<Fact> arguments, boolean later) {

    enum Kind {
        STATIC,
        /** Of exactly this method: a constructor, a private method, or one of the superclass by {@code super}. */
        EXACT,
        VIRTUAL
    }

    /** The arguments that an instruction takes from the stack, the receiver first. */
    static List<Fact> popped(Frame<Fact> frame, int count) {
        List<Fact> popped = new ArrayList<>(count);
        for (int i = frame.getStackSize() - count; i < frame.getStackSize(); i++) {
            popped.add(frame.getStack(i));
        }
        return popped;
    }

    /** What an instruction calls; null if it is no call, or one that only the JVM knows. */
    static @Nullable Call of(AbstractInsnNode instruction, Frame<Fact> frame) {
        if (instruction instanceof MethodInsnNode call) {
            int count = Type.getArgumentCount(call.desc) + (call.getOpcode() == Opcodes.INVOKESTATIC ? 0 : 1);
            return of(call, popped(frame, count));
        }
        if (instruction instanceof InvokeDynamicInsnNode dynamic) {
            return of(dynamic, popped(frame, Type.getArgumentCount(dynamic.desc)));
        }
        return null;
    }

    static Call of(MethodInsnNode call, List<? extends Fact> arguments) {
        Kind kind = switch (call.getOpcode()) {
            case Opcodes.INVOKESTATIC -> Kind.STATIC;
            case Opcodes.INVOKESPECIAL -> Kind.EXACT;
            default -> Kind.VIRTUAL;
        };
        return new Call(kind, call.owner, call.name, call.desc, List.copyOf(arguments), false);
    }

    /** The method that a lambda or method reference stands for. */
    static @Nullable Call of(InvokeDynamicInsnNode dynamic, List<? extends Fact> captured) {
        Handle target = target(dynamic);
        if (target == null) {
            return null;
        }
        Kind kind = switch (target.getTag()) {
            case Opcodes.H_INVOKESTATIC -> Kind.STATIC;
            case Opcodes.H_INVOKESPECIAL, Opcodes.H_NEWINVOKESPECIAL -> Kind.EXACT;
            default -> Kind.VIRTUAL;
        };
        List<Fact> arguments = new ArrayList<>();
        if (target.getTag() == Opcodes.H_NEWINVOKESPECIAL) {
            arguments.add(Fact.ONE_SLOT);
        }
        arguments.addAll(captured);
        Type[] types = Type.getArgumentTypes(target.getDesc());
        int receiver = kind == Kind.STATIC ? 0 : 1;
        if (arguments.size() < receiver) {
            arguments.add(Fact.ONE_SLOT);
        }
        while (arguments.size() < types.length + receiver) {
            arguments.add(Fact.ofSize(types[arguments.size() - receiver].getSize()));
        }
        return new Call(kind, target.getOwner(), target.getName(), target.getDesc(), List.copyOf(arguments), true);
    }

    static @Nullable Handle target(InvokeDynamicInsnNode dynamic) {
        if (!dynamic.bsm.getOwner().equals("java/lang/invoke/LambdaMetafactory")) {
            return null;
        }
        return dynamic.bsmArgs[1] instanceof Handle target ? target : null;
    }

    boolean isOnSelf() {
        return kind != Kind.STATIC && !isConstructor() && arguments.get(0).self();
    }

    boolean isConstructor() {
        return name.equals("<init>");
    }

    /** The receiver; null if there is none. */
    @Nullable Fact receiver() {
        return kind == Kind.STATIC ? null : arguments.get(0);
    }

    /** The arguments without the receiver. */
    List<Fact> passed() {
        return kind == Kind.STATIC ? arguments : arguments.subList(1, arguments.size());
    }

    /** For example {@code Instant.now()}. */
    String describe() {
        String type = owner.substring(owner.lastIndexOf('/') + 1).replace('$', '.');
        if (isConstructor()) {
            return "new " + type + Code.parameters(descriptor);
        }
        return type + "." + name + Code.parameters(descriptor);
    }
}
