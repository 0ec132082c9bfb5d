package io.raftify.replication.bytecode;

import io.raftify.replication.bytecode.Entry.Kind;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.analysis.Frame;

/** What commands and everything they use must not do, since it would come out differently on another member. */
final class DeterminismRule {

    private static final String VALUE = "Lorg/springframework/beans/factory/annotation/Value;";

    /** They ask an object who it is, or look at it for the duration of the call. */
    private static final Set<String> ASKS = Set.of("equals", "requireNonNull", "notNull");

    private final Flow flow;
    private final Hierarchy hierarchy;
    private final Findings findings;

    DeterminismRule(Flow flow, Findings findings) {
        this.flow = flow;
        this.hierarchy = flow.hierarchy();
        this.findings = findings;
    }

    void look() {
        for (Code code : flow.codes()) {
            code.forEach((instruction, frame) -> look(code, instruction, frame));
        }
    }

    private void look(Code code, AbstractInsnNode instruction, Frame<Fact> frame) {
        Call call = Call.of(instruction, frame);
        if (call != null) {
            leak(code, instruction, call);
        }
        if (!code.isReachedFrom(Kind.COMMAND)) {
            return;
        }
        if (call != null) {
            called(code, instruction, call);
        } else if (instruction instanceof InvokeDynamicInsnNode dynamic) {
            ordered(
                    code,
                    instruction,
                    IterationOrder.seenBy(dynamic, Call.popped(frame, Type.getArgumentCount(dynamic.desc))),
                    "made text");
        } else if (instruction.getOpcode() == Opcodes.GETFIELD) {
            configured(code, (FieldInsnNode) instruction, frame.getStack(frame.getStackSize() - 1));
        }
    }

    private void called(Code code, AbstractInsnNode instruction, Call call) {
        if (flow.target(call) == null) {
            Cause cause = KnownCalls.causeOf(call, hierarchy.files());
            if (cause != null) {
                findings.add(Kind.COMMAND, cause, code, instruction, call.describe());
            }
            ordered(code, instruction, IterationOrder.seenBy(call), call.describe());
        }
    }

    private void ordered(Code code, AbstractInsnNode instruction, @Nullable Fact seen, String how) {
        Order order = seen != null ? seen.order() : null;
        if (seen != null && order != null) {
            String what = seen.from().isEmpty() ? "" : "'" + String.join("', '", seen.from()) + "', ";
            findings.add(
                    Kind.COMMAND,
                    Cause.ORDER,
                    code,
                    instruction,
                    what + order.name() + ", by " + how + "; " + order.reason());
        }
    }

    /** A property that Spring has put into a field, which is each member's own. */
    private void configured(Code code, FieldInsnNode field, Fact holder) {
        FieldNode declared = holder.self() ? hierarchy.field(field.owner, field.name) : null;
        if (declared != null && Hierarchy.isAnnotated(declared, VALUE)) {
            findings.add(
                    Kind.COMMAND, Cause.ENVIRONMENT, code, field, "the property in the field '" + field.name + "'");
        }
    }

    /** The bean behind its proxy, given to code that can call its commands and cannot be looked into. */
    private void leak(Code code, AbstractInsnNode instruction, Call call) {
        if (call.later() || flow.target(call) != null || ASKS.contains(call.name())) {
            return;
        }
        Type[] types = Type.getArgumentTypes(call.descriptor());
        for (int i = 0; i < types.length; i++) {
            if (call.passed().get(i).self()
                    && types[i].getSort() == Type.OBJECT
                    && hierarchy.hasMarks(types[i].getInternalName())) {
                for (Kind each : Kind.values()) {
                    findings.add(each, Cause.LEAK, code, instruction, "to " + call.describe());
                }
            }
        }
    }
}
