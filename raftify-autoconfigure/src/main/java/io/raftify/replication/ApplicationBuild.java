package io.raftify.replication;

import io.raftify.replication.encoding.CborFormat;
import io.raftify.replication.upgrade.BuildCatalogue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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
        return new ApplicationBuild(catalogue(commands.values(), upcasters, codecs, beans), upcasters, retired);
    }

    private static BuildCatalogue catalogue(
            Collection<ReplicatedMethod> methods,
            Upcasters upcasters,
            Codecs codecs,
            Collection<ReplicatedBean> beans) {
        List<BuildCatalogue.Command> commands = new ArrayList<>();
        for (ReplicatedMethod method : methods) {
            commands.add(new BuildCatalogue.Command(
                    method.command(),
                    upcasters.oldest(method),
                    method.version(),
                    method.argumentTypes(),
                    method.resultType()));
        }
        Map<String, String> state = new TreeMap<>();
        beans.forEach(bean ->
                bean.state().schemas().forEach((field, schema) -> state.put(bean.name() + "." + field, schema)));
        return BuildCatalogue.of(commands, codecs.ids(), state);
    }

    /** Whether it lacks the command on purpose. */
    boolean isRetired(String command) {
        return retired.contains(command);
    }
}
