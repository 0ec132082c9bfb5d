package io.raftify.replication.bytecode;

import io.raftify.replication.bytecode.Entry.Kind;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.tree.AbstractInsnNode;

/**
 * No call of a command or query may go past the proxy, where it would run on this member alone without a word. Allowed is
 * what runs as part of a command that itself came through the log, and a query within one that promises as much.
 */
final class SelfCallRule {

    private final Hierarchy hierarchy;
    private final Flow flow;

    SelfCallRule(Flow flow) {
        this.flow = flow;
        this.hierarchy = flow.hierarchy();
    }

    List<Refusal> refusals() {
        Set<Refusal> refusals = new LinkedHashSet<>();
        for (Code code : flow.codes()) {
            code.forEach((instruction, frame) -> {
                Call call = Call.of(instruction, frame);
                if (call != null && call.isOnSelf()) {
                    Code target = flow.target(call);
                    Mark mark = target != null ? hierarchy.mark(target.key()) : null;
                    if (target != null && mark != null) {
                        code.reachedFrom().keySet().stream()
                                .map(entry -> check(entry, code, instruction, target, mark))
                                .filter(each -> each != null)
                                .forEach(refusals::add);
                    }
                }
            });
        }
        return List.copyOf(refusals);
    }

    private @Nullable Refusal check(Entry entry, Code code, AbstractInsnNode instruction, Code target, Mark called) {
        if (entry.kind() == Kind.COMMAND) {
            return null;
        }
        Mark caller = hierarchy.mark(entry.code().key());
        if (caller != null && !called.isCommand() && caller.isAsFreshAs(called)) {
            return null;
        }
        String first = entry.code().describe();
        String problem =
                first + (caller != null ? ", a " + caller.kind() + "," : "") + " calls the " + called.kind() + " "
                        + target.describe() + " on 'this'" + through(entry, code) + " (" + code.place(instruction)
                        + "), past the proxy: " + consequence(caller, called);
        return new Refusal(
                hierarchy.method(entry.code().key()), code.place(instruction), problem, remedy(entry, target, called));
    }

    private static String through(Entry entry, Code code) {
        List<Code> way = code.way(entry);
        if (code != entry.code()) {
            way.add(code);
        }
        return way.isEmpty()
                ? ""
                : way.stream().map(Code::describe).distinct().collect(Collectors.joining(", ", ", through ", ""));
    }

    private static String consequence(@Nullable Mark caller, Mark called) {
        if (called.isCommand()) {
            return "it would not go through the log but change this member alone.";
        }
        return caller != null
                ? "it would be answered from a state that may be older than it allows."
                : "it would be answered from this member's state as it stands, perhaps old and half of a command.";
    }

    private String remedy(Entry entry, Code target, Mark called) {
        String type = hierarchy.simpleName();
        String proxy = "Call it on the proxy, from another bean or by a self reference: inject ObjectProvider<" + type
                + "> and call getObject()." + target.method().name + "(...)";
        if (entry.kind() == Kind.QUERY && !called.isCommand()) {
            return "Let " + entry.code().describe() + " be as fresh as what it calls, or let both call a private method"
                    + " that is neither.";
        }
        if (entry.kind() == Kind.INITIALISER) {
            return proxy + " when the application is ready, for example from an ApplicationRunner.";
        }
        if (entry.kind() == Kind.QUERY) {
            return "Make " + entry.code().describe() + " a @ReplicatedCommand; a query must not change the state.";
        }
        String mark = called.isCommand() ? "@ReplicatedCommand" : "@ReplicatedQuery";
        return entry.code().isLambda()
                ? proxy + "."
                : proxy + "; or make " + entry.code().describe() + " a " + mark + ", as part of which it then runs.";
    }
}
