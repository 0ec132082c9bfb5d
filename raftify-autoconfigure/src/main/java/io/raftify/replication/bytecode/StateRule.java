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
 * Only commands change replicated state, and they change nothing else. An assignment of a state field outside a command is
 * certain, and refused; what is inside a container can be told from names alone, so that is a finding.
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
                    Opcodes.SASTORE ->
                changed(code, instruction, frame.getStack(top - 2).from(), "an element");
            default -> called(code, instruction, Call.of(instruction, frame));
        }
    }

    private void assigned(Code code, FieldInsnNode field, Fact holder) {
        FieldNode declared = holder.self() ? hierarchy.field(field.owner, field.name) : null;
        if (declared == null) {
            changed(code, field, holder.from(), field.name);
        } else if (Hierarchy.isState(declared)) {
            code.reachedFrom().keySet().stream()
                    .filter(each -> each.kind() == Kind.PLAIN || each.kind() == Kind.QUERY)
                    .forEach(each -> refusals.add(refusal(each, code, field)));
        } else if ((declared.access & Opcodes.ACC_FINAL) == 0 && !hierarchy.hasOwnForm()) {
            findings.add(Kind.COMMAND, Cause.UNREPLICATED_FIELD, code, field, field.name);
        }
    }

    private Refusal refusal(Entry entry, Code code, FieldInsnNode field) {
        String first = entry.code().describe();
        String inside = code == entry.code() ? "" : ", in " + code.describe();
        String change = " assigns the field '" + field.name + "', which is @ReplicatedState" + inside + " ("
                + code.place(field) + "), ";
        return entry.kind() == Kind.QUERY
                ? new Refusal(
                        hierarchy.method(entry.code().key()),
                        code.place(field),
                        first + change + "though it is a query: it would change this member alone.",
                        "Make it a @ReplicatedCommand.")
                : new Refusal(
                        hierarchy.method(entry.code().key()),
                        code.place(field),
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
        if (receiver != null && !receiver.from().isEmpty() && isChange(call)) {
            changed(code, instruction, receiver.from(), call.name() + "()");
        }
    }

    private boolean isChange(Call call) {
        if (call.owner().startsWith("java/util/") || call.owner().startsWith("java/lang/StringBuilder")) {
            return CHANGES.contains(call.name());
        }
        return !hierarchy.contains(call.owner())
                && call.name().matches("set\\p{Lu}.*")
                && Type.getReturnType(call.descriptor()) == Type.VOID_TYPE
                && hierarchy.files().follows(call.owner());
    }

    /** Something inside what the fields hold. */
    private void changed(Code code, AbstractInsnNode instruction, Set<String> fields, String how) {
        for (String field : fields) {
            if (hierarchy.isStateNamed(field)) {
                findings.add(Kind.PLAIN, Cause.LOCAL_CHANGE, code, instruction, field + ", by " + how);
                findings.add(Kind.QUERY, Cause.LOCAL_CHANGE, code, instruction, field + ", by " + how);
            } else if (!hierarchy.hasOwnForm()) {
                findings.add(Kind.COMMAND, Cause.UNREPLICATED_FIELD, code, instruction, field + ", by " + how);
            }
        }
    }
}
