package io.raftify.replication.bytecode;

import io.raftify.replication.bytecode.Entry.Kind;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.analysis.Frame;

/**
 * Only commands change replicated state, and they change nothing else. That a state field is assigned outside a command, or
 * that the container in it is changed there, is certain, and refused; what is done to something inside it can be told from
 * names alone, so that is a finding.
 */
final class StateRule {

    private static final Set<String> CHANGES = Set.of(
            "accumulateAndGet",
            "add",
            "addAll",
            "addAndGet",
            "addFirst",
            "addLast",
            "append",
            "clear",
            "compareAndSet",
            "compute",
            "computeIfAbsent",
            "computeIfPresent",
            "decrement",
            "decrementAndGet",
            "delete",
            "drainTo",
            "flip",
            "getAndAccumulate",
            "getAndAdd",
            "getAndDecrement",
            "getAndIncrement",
            "getAndSet",
            "getAndUpdate",
            "increment",
            "incrementAndGet",
            "insert",
            "lazySet",
            "merge",
            "offer",
            "offerFirst",
            "offerLast",
            "poll",
            "pollFirst",
            "pollFirstEntry",
            "pollLast",
            "pollLastEntry",
            "pop",
            "push",
            "put",
            "putAll",
            "putFirst",
            "putIfAbsent",
            "putLast",
            "remove",
            "removeAll",
            "removeFirst",
            "removeIf",
            "removeLast",
            "replace",
            "replaceAll",
            "retainAll",
            "set",
            "setLength",
            "setValue",
            "sort",
            "updateAndGet");

    private final Flow flow;
    private final Hierarchy hierarchy;
    private final Set<Refusal> refusals = new LinkedHashSet<>();
    private final Findings findings;

    StateRule(Flow flow, Findings findings) {
        this.flow = flow;
        this.hierarchy = flow.hierarchy();
        this.findings = findings;
    }

    List<Refusal> refusals() {
        for (Code code : flow.codes()) {
            code.forEach((instruction, frame) -> look(code, instruction, frame));
        }
        return List.copyOf(refusals);
    }

    private void look(Code code, AbstractInsnNode instruction, Frame<Fact> frame) {
        int top = frame.getStackSize() - 1;
        switch (instruction.getOpcode()) {
            case Opcodes.PUTFIELD -> assigned(code, (FieldInsnNode) instruction, frame.getStack(top - 1));
            case Opcodes.PUTSTATIC -> assignedStatic(code, (FieldInsnNode) instruction);
            case Opcodes.GETFIELD -> read(code, (FieldInsnNode) instruction, frame.getStack(top));
            case Opcodes.IASTORE,
                    Opcodes.LASTORE,
                    Opcodes.FASTORE,
                    Opcodes.DASTORE,
                    Opcodes.AASTORE,
                    Opcodes.BASTORE,
                    Opcodes.CASTORE,
                    Opcodes.SASTORE -> changed(code, instruction, frame.getStack(top - 2), true, "an element");
            default -> called(code, instruction, Call.of(instruction, frame));
        }
    }

    private void assigned(Code code, FieldInsnNode field, Fact holder) {
        FieldNode declared = holder.self() ? hierarchy.field(field.owner, field.name) : null;
        if (declared == null) {
            changed(code, field, holder, true, field.name);
        } else if (Hierarchy.isState(declared)) {
            refuse(code, field, " assigns the field '" + field.name + "', which is @ReplicatedState");
        } else if ((declared.access & Opcodes.ACC_FINAL) == 0 && !hierarchy.hasOwnForm()) {
            findings.add(Kind.COMMAND, Cause.UNREPLICATED_FIELD, code, field, field.name);
        }
    }

    private void refuse(Code code, AbstractInsnNode instruction, String what) {
        code.reachedFrom().keySet().stream()
                .filter(each -> each.kind() == Kind.PLAIN || each.kind() == Kind.QUERY)
                .forEach(each -> refusals.add(refusal(each, code, code.place(instruction), what)));
    }

    private Refusal refusal(Entry entry, Code code, String place, String what) {
        String first = entry.code().describe();
        String inside = code == entry.code() ? "" : ", in " + code.describe();
        String change = what + inside + " (" + place + "), ";
        return entry.kind() == Kind.QUERY
                ? new Refusal(
                        hierarchy.method(entry.code().key()),
                        place,
                        first + change + "though it is a query: it would change this member alone.",
                        "Make it a @ReplicatedCommand.")
                : new Refusal(
                        hierarchy.method(entry.code().key()),
                        place,
                        first + change + "outside any command: it would change this member alone.",
                        "Make it a @ReplicatedCommand; or, if only commands call it, private or protected.");
    }

    private void assignedStatic(Code code, FieldInsnNode field) {
        if (hierarchy.files().follows(field.owner) && !code.method().name.equals("<clinit>")) {
            findings.add(Kind.COMMAND, Cause.UNREPLICATED_FIELD, code, field, "static " + field.name);
        }
    }

    private void read(Code code, FieldInsnNode field, Fact holder) {
        FieldNode declared = holder.self() ? hierarchy.field(field.owner, field.name) : null;
        if (declared != null && Hierarchy.isState(declared)) {
            findings.add(Kind.PLAIN, Cause.LOCAL_READ, code, field, field.name);
        }
    }

    private void called(Code code, AbstractInsnNode instruction, @Nullable Call call) {
        if (call == null || call.later()) {
            return;
        }
        Fact receiver = call.receiver();
        if (receiver == null || receiver.from().isEmpty()) {
            return;
        }
        if (call.owner().startsWith("java/util/") || call.owner().startsWith("java/lang/StringBuilder")) {
            if (CHANGES.contains(call.name())) {
                changed(code, instruction, receiver, true, call.name() + "()");
            }
        } else if (isSetter(call)) {
            changed(code, instruction, receiver, false, call.name() + "()");
        }
    }

    private boolean isSetter(Call call) {
        return !hierarchy.contains(call.owner())
                && call.name().matches("set\\p{Lu}.*")
                && Type.getReturnType(call.descriptor()) == Type.VOID_TYPE
                && hierarchy.files().follows(call.owner());
    }

    /**
     * @param holder what is changed
     * @param certain whether it surely is a change, and not only called like one
     */
    private void changed(Code code, AbstractInsnNode instruction, Fact holder, boolean certain, String how) {
        for (String field : holder.from()) {
            if (hierarchy.isStateNamed(field)) {
                if (certain && holder.held()) {
                    refuse(
                            code,
                            instruction,
                            " changes what the field '" + field + "' holds, which is @ReplicatedState, by " + how);
                } else {
                    findings.add(Kind.PLAIN, Cause.LOCAL_CHANGE, code, instruction, field + ", by " + how);
                    findings.add(Kind.QUERY, Cause.LOCAL_CHANGE, code, instruction, field + ", by " + how);
                }
            } else if (!hierarchy.hasOwnForm()) {
                findings.add(Kind.COMMAND, Cause.UNREPLICATED_FIELD, code, instruction, field + ", by " + how);
            }
        }
    }
}
