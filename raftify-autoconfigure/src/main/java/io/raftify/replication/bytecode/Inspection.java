package io.raftify.replication.bytecode;

import java.util.List;

/**
 * What was found in the class files of one bean.
 *
 * @param refusals what would surely run on one member alone
 * @param findings what could make members differ, in the order of the source
 * @param unread what could not be looked at, with the reason; nothing is known about it
 */
public record Inspection(List<Refusal> refusals, List<Finding> findings, List<Unread> unread) {

    public Inspection {
        refusals = List.copyOf(refusals);
        findings = List.copyOf(findings);
        unread = List.copyOf(unread);
    }

    /**
     * A class or method that could not be looked at.
     *
     * @param name its name
     * @param reason a sentence
     * @param own whether it is the bean's own class or one that it inherits from
     */
    public record Unread(String name, String reason, boolean own) {}
}
