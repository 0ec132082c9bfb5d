package io.raftify.replication.bytecode;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.BasicInterpreter;
import org.objectweb.asm.tree.analysis.BasicValue;
import org.objectweb.asm.tree.analysis.Interpreter;

/** Says what is known of a value after each instruction; how large values are it leaves to ASM. */
final class FactInterpreter extends Interpreter<Fact> {

    private static final BasicValue ANY = BasicValue.REFERENCE_VALUE;

    /** What these give is no part of what they are asked of. */
    private static final Set<String> DETACHED = Set.of("toArray", "toString", "clone", "hashCode");

    private final Flow flow;
    private final BasicInterpreter sizes = new BasicInterpreter();
    private @Nullable Code code;
    private int[] argumentOfLocal = new int[0];

    FactInterpreter(Flow flow) {
        super(Opcodes.ASM9);
        this.flow = flow;
    }

    /** The method that is analysed next. */
    void enter(Code next) {
        code = next;
        Type[] types = Type.getArgumentTypes(next.method().desc);
        int receiver = next.isStatic() ? 0 : 1;
        argumentOfLocal = new int[Type.getArgumentsAndReturnSizes(next.method().desc) >> 2];
        int local = receiver;
        for (int i = 0; i < types.length; i++) {
            argumentOfLocal[local] = i + receiver;
            local += types[i].getSize();
        }
    }

    private static @Nullable Fact sized(@Nullable BasicValue value) {
        return value == null ? null : Fact.ofSize(value.getSize());
    }

    @Override
    public @Nullable Fact newValue(@Nullable Type type) {
        Fact sized = sized(sizes.newValue(type));
        return sized == null || type == null || type.getSort() != Type.OBJECT
                ? sized
                : sized.in(Order.of(type.getInternalName()));
    }

    @Override
    public @Nullable Fact newParameterValue(boolean isInstanceMethod, int local, Type type) {
        Fact typed = newValue(type);
        Fact passed = code == null ? null : code.argument(argumentOfLocal[local]);
        return passed == null || typed == null ? typed : passed.order() == null ? passed.in(typed.order()) : passed;
    }

    @Override
    public @Nullable Fact newOperation(AbstractInsnNode instruction) throws AnalyzerException {
        if (instruction instanceof FieldInsnNode field) {
            return field(field, null);
        }
        if (instruction.getOpcode() == Opcodes.NEW) {
            return Fact.ONE_SLOT.in(Order.of(((TypeInsnNode) instruction).desc));
        }
        return sized(sizes.newOperation(instruction));
    }

    @Override
    public Fact copyOperation(AbstractInsnNode instruction, Fact value) {
        return value;
    }

    @Override
    public @Nullable Fact unaryOperation(AbstractInsnNode instruction, Fact value) throws AnalyzerException {
        if (instruction.getOpcode() == Opcodes.CHECKCAST) {
            String type = ((TypeInsnNode) instruction).desc;
            return value.order() == null ? value.in(Order.of(type)) : value;
        }
        if (instruction.getOpcode() == Opcodes.GETFIELD) {
            return field((FieldInsnNode) instruction, value);
        }
        return sized(sizes.unaryOperation(instruction, ANY));
    }

    /** What a field holds, by its type and by what is assigned to it. */
    private Fact field(FieldInsnNode field, @Nullable Fact holder) {
        Type type = Type.getType(field.desc);
        Fact typed = Fact.ofSize(type.getSize());
        if (type.getSize() == 2) {
            return typed;
        }
        Fact assigned = flow.assigned(field);
        Order order = assigned != null && assigned.order() != null
                ? assigned.order()
                : type.getSort() == Type.OBJECT ? Order.of(type.getInternalName()) : null;
        FieldNode declared = holder == null || holder.self() ? flow.hierarchy().field(field.owner, field.name) : null;
        Set<String> from = declared != null ? Set.of(declared.name) : holder != null ? holder.from() : Set.of();
        return new Fact(1, assigned != null && assigned.self(), from, declared != null, order, null, false);
    }

    @Override
    public @Nullable Fact binaryOperation(AbstractInsnNode instruction, Fact one, Fact other) throws AnalyzerException {
        Fact sized = sized(sizes.binaryOperation(instruction, ANY, ANY));
        return sized != null && instruction.getOpcode() == Opcodes.AALOAD ? sized.from(one.from()) : sized;
    }

    @Override
    public @Nullable Fact ternaryOperation(AbstractInsnNode instruction, Fact one, Fact two, Fact three) {
        return null;
    }

    @Override
    public @Nullable Fact naryOperation(AbstractInsnNode instruction, List<? extends Fact> values)
            throws AnalyzerException {
        if (instruction instanceof MethodInsnNode call) {
            Fact typed = newValue(Type.getReturnType(call.desc));
            return typed == null ? null : result(Call.of(call, values), typed);
        }
        if (instruction instanceof InvokeDynamicInsnNode dynamic) {
            Fact typed = newValue(Type.getReturnType(dynamic.desc));
            var target = Call.target(dynamic);
            return typed != null && target != null ? typed.running(target) : typed;
        }
        return Fact.ONE_SLOT;
    }

    private Fact result(Call call, Fact typed) {
        Code target = flow.target(call);
        Fact returned = target != null ? flow.resultOf(target) : null;
        if (returned != null && typed.size() == 1) {
            return returned.in(typed.order());
        }
        if (KnownCalls.isSameEverywhere(call)) {
            return typed.trust();
        }
        if (call.owner().equals("java/util/Objects") && call.name().startsWith("requireNonNull")) {
            return call.arguments().get(0);
        }
        Order order = IterationOrder.ofResult(call, flow);
        Fact ordered = order != null ? typed.in(order) : typed;
        Fact receiver = call.receiver();
        boolean within = receiver != null
                && call.owner().startsWith("java/util/")
                && !call.owner().startsWith("java/util/stream/")
                && !DETACHED.contains(call.name())
                && Type.getReturnType(call.descriptor()).getSort() == Type.OBJECT;
        return within && receiver != null ? ordered.from(receiver.from()) : ordered;
    }

    @Override
    public void returnOperation(AbstractInsnNode instruction, Fact value, Fact expected) {
        // The method's declared type says nothing that is not known of the value.
    }

    @Override
    public Fact merge(Fact one, Fact other) {
        return Fact.join(one, other);
    }
}
