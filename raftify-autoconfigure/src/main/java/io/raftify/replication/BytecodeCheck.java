package io.raftify.replication;

import io.raftify.replication.bytecode.BeanBytecode;
import io.raftify.replication.bytecode.Finding;
import io.raftify.replication.bytecode.Inspection;
import io.raftify.replication.bytecode.Refusal;
import io.raftify.replication.encoding.ValueTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NativeDetector;
import org.springframework.core.ResolvableType;

/**
 * Refuses a bean whose code would run commands on one member alone, and reports what would make members differ. A bean
 * whose class files cannot be read is not checked, and taken.
 */
final class BytecodeCheck {

    private static final Logger log = LoggerFactory.getLogger(BytecodeCheck.class);

    /** Of one bean. Who has more has read enough. */
    private static final int MOST_LINES = 100;

    private final DeterminismCheck severity;

    BytecodeCheck(DeterminismCheck severity) {
        this.severity = severity;
    }

    /** @throws ReplicatedBeanException if the bean is refused */
    void check(ReplicatedBean replicated) {
        String bean = replicated.name();
        Class<?> type = replicated.type();
        if (NativeDetector.inNativeImage()) {
            log.debug("Replicated bean '{}' is not checked: a native image has no class files", bean);
            return;
        }
        Inspection inspection = BeanBytecode.inspect(type, StreamedState.class, ValueTypes.of(types(replicated)));
        inspection.unread().forEach(each -> log(bean, each));
        if (!inspection.refusals().isEmpty()) {
            throw refused(bean, type, inspection.refusals());
        }
        List<Finding> findings = inspection.findings();
        if (severity == DeterminismCheck.FAIL && !findings.isEmpty()) {
            throw failed(bean, type, findings);
        }
        if (severity == DeterminismCheck.WARN) {
            findings.stream().limit(MOST_LINES).forEach(each -> log.warn("Replicated bean '{}': {}", bean, each));
            if (findings.size() > MOST_LINES) {
                log.warn("Replicated bean '{}': {} more of the kind", bean, findings.size() - MOST_LINES);
            }
        }
    }

    /** Of what is written of a bean's commands, their results and its state. */
    private static List<ResolvableType> types(ReplicatedBean bean) {
        List<ResolvableType> types = new ArrayList<>();
        for (ReplicatedMethod command : bean.commands().values()) {
            command.argumentTypes().forEach(type -> types.add(ResolvableType.forType(type)));
            types.add(ResolvableType.forType(command.resultType()));
        }
        types.addAll(bean.state().types());
        return types;
    }

    private static void log(String bean, Inspection.Unread unread) {
        if (unread.own()) {
            log.warn(
                    "Replicated bean '{}': {} is not checked for calls past its proxy and for what could make members"
                            + " differ, since {}.",
                    bean,
                    unread.name(),
                    unread.reason());
        } else {
            log.debug("Replicated bean '{}': {} is not looked into, since {}.", bean, unread.name(), unread.reason());
        }
    }

    private static ReplicatedBeanException refused(String bean, Class<?> type, List<Refusal> refusals) {
        Refusal first = refusals.get(0);
        String others = refusals.size() == 1
                ? ""
                : refusals.stream()
                        .skip(1)
                        .limit(MOST_LINES)
                        .map(Refusal::place)
                        .distinct()
                        .collect(Collectors.joining(", ", " The same kind of mistake is at ", "."));
        return new ReplicatedBeanException(bean, type, first.method(), first.problem() + others, first.remedy());
    }

    private static ReplicatedBeanException failed(String bean, Class<?> type, List<Finding> findings) {
        String list = findings.stream()
                .limit(MOST_LINES)
                .map(each -> System.lineSeparator() + "  - " + each)
                .collect(Collectors.joining());
        String more = findings.size() > MOST_LINES
                ? System.lineSeparator() + "  - and " + (findings.size() - MOST_LINES) + " more"
                : "";
        return new ReplicatedBeanException(
                bean,
                type,
                null,
                "Its code could make members differ, and 'raftify.determinism.check' is 'fail':" + list + more,
                "Change what is named, or mark a method that a person has found to be the same on every member"
                        + " @Deterministic(\"why\").");
    }
}
