package io.raftify.replication;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.springframework.beans.factory.ListableBeanFactory;

/**
 * What this build of the application can apply.
 *
 * @param catalogue as the other members learn it
 * @param retired the commands that it lacks on purpose
 */
record ApplicationBuild(BuildCatalogue catalogue, Upcasters upcasters, Set<String> retired) {

    /** @throws ReplicatedBeanException if an upcaster or a retired command contradicts the commands there are */
    static ApplicationBuild of(
            ListableBeanFactory beanFactory,
            Collection<ReplicatedMethod> methods,
            Collection<ReplicatedBean> beans,
            Codecs codecs,
            CborFormat format) {
        Map<String, ReplicatedMethod> commands = new TreeMap<>();
        methods.forEach(method -> commands.put(method.command(), method));
        Upcasters upcasters = Upcasters.of(beanFactory.getBeansOfType(CommandUpcaster.class), commands, format);
        upcasters.warnOfGaps(commands.values());
        Set<String> retired = new TreeSet<>();
        beanFactory.getBeansOfType(RetiredCommand.class).forEach((name, declared) -> {
            ReplicatedMethod still = commands.get(declared.command());
            if (still != null) {
                throw new ReplicatedBeanException(
                        name,
                        RetiredCommand.class,
                        null,
                        "It retires the command '" + declared.command() + "', which is still there: " + still + ".",
                        "Remove this bean, or the method.");
            }
            retired.add(declared.command());
        });
        return new ApplicationBuild(BuildCatalogue.of(commands.values(), upcasters, codecs, beans), upcasters, retired);
    }

    /** Whether it has the command in that version or a later one. */
    boolean knows(Requirement command) {
        BuildCatalogue.Versions versions = catalogue.commands().get(command.name());
        return versions != null && command.version() <= versions.newest();
    }

    boolean isRetired(Requirement command) {
        return retired.contains(command.name());
    }
}
