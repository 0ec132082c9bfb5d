package io.raftify.replication.bytecode;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The door: looks through the class files of one bean. Takes some milliseconds, runs nothing of the bean and initialises
 * none of its classes.
 */
public final class BeanBytecode {

    private BeanBytecode() {}

    /**
     * Looks through a bean's class, what it inherits, its lambdas and inner classes, and what its commands use of the same
     * packages. What cannot be read is listed as unread; that is never an error.
     *
     * @param ownForm the interface of beans that write and restore their state themselves. Its methods are called while
     *     nothing else runs, and the fields of a bean that has it are its state, marked or not
     */
    public static Inspection inspect(Class<?> beanClass, Class<?> ownForm) {
        return inspect(beanClass, ownForm, Set.of());
    }

    /**
     * The same, and the constructors and static initialisers of classes whose objects are read from bytes: that is done when a
     * command is applied, on every member, and again after a restart.
     *
     * @param ownForm as above
     * @param values those classes; of what is not the user's nothing is looked at
     */
    public static Inspection inspect(Class<?> beanClass, Class<?> ownForm, Collection<Class<?>> values) {
        Hierarchy hierarchy = Hierarchy.of(beanClass, ownForm);
        List<Class<?>> own = values.stream().filter(ClassFiles::isTheUsers).toList();
        hierarchy.files().followAlso(own);
        Flow flow = new Flow(hierarchy);
        own.forEach(flow::isRead);
        flow.settle();
        Findings findings = new Findings();
        Set<Refusal> refusals = new LinkedHashSet<>(reviewsWithoutReason(flow));
        refusals.addAll(new SelfCallRule(flow).refusals());
        refusals.addAll(new StateRule(flow, findings).refusals());
        new DeterminismRule(flow, findings).look();
        return new Inspection(
                new ArrayList<>(refusals), findings.list(), hierarchy.files().unread());
    }

    private static List<Refusal> reviewsWithoutReason(Flow flow) {
        List<Refusal> refusals = new ArrayList<>();
        for (Code code : flow.codes()) {
            String review = code.review();
            if (review != null && review.isBlank()) {
                refusals.add(new Refusal(
                        flow.hierarchy().method(code.key()),
                        code.className(),
                        code.describe() + " is marked @Deterministic without a reason.",
                        "Say why, for the next reader, for example @Deterministic(\"a sum, in any order\")."));
            }
        }
        return refusals;
    }
}
