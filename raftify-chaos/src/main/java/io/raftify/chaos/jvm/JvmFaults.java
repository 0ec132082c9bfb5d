package io.raftify.chaos.jvm;

import io.raftify.chaos.round.Fault;
import io.raftify.engine.FaultyMember;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;

/** What can happen to members in one JVM. */
public final class JvmFaults {

    private final JvmCluster cluster;

    public JvmFaults(JvmCluster cluster) {
        this.cluster = cluster;
    }

    public List<Fault> all() {
        return List.of(
                leaderCutOff(),
                Fault.of("member cut off", random -> isolate("member", any(random))),
                Fault.of("groups", this::groups),
                Fault.of("bridge", this::bridge),
                Fault.of("deaf", random -> oneWay(any(random), "hears nobody", FaultDirection.INCOMING)),
                Fault.of("mute", random -> oneWay(any(random), "is heard by nobody", FaultDirection.OUTGOING)),
                Fault.of(
                        "deaf leader",
                        random -> oneWay(cluster.leaderOrAny(), "hears nobody", FaultDirection.INCOMING)),
                Fault.of("slow network", this::slowNetwork),
                Fault.of("loss", random -> everywhere("loses one in fifty", this::drop)),
                duplicates("doubles a third of the engine's calls", FaultyMember::isOfTheEngine),
                Fault.of("reordering", random -> everywhere("reorders a fifth", this::reorder)),
                Fault.of("broken streams", this::brokenStreams),
                Fault.of("slow disk", this::slowDisk),
                Fault.of("hanging disk", random -> hangingDisk(any(random))),
                Fault.of("leader's hanging disk", random -> hangingDisk(cluster.leaderOrAny())),
                Fault.of("failing disk", this::failingDisk),
                Fault.of("member stopped", random -> stopped("member", List.of(any(random)))),
                Fault.of("leader stopped", random -> stopped("leader", List.of(cluster.leaderOrAny()))),
                Fault.of("all stopped", random -> stopped("all", cluster.members())),
                Fault.of("snapshot", this::snapshot));
    }

    Fault leaderCutOff() {
        return Fault.of("leader cut off", random -> isolate("leader", cluster.leaderOrAny()));
    }

    private enum FaultDirection {
        INCOMING,
        OUTGOING
    }

    private String any(RandomGenerator random) {
        return cluster.members().get(random.nextInt(cluster.members().size()));
    }

    private void with(String member, Consumer<JvmMember> action) {
        cluster.find(member).ifPresent(action);
    }

    /** Whatever was done to the network so far, by whichever fault, is undone: the shapes must not add up for ever. */
    private Fault.Ongoing network(String description) {
        return Fault.ongoing(description, cluster::healNetwork);
    }

    private void cut(String one, String other) {
        with(one, member -> member.network().cut(other));
        with(other, member -> member.network().cut(one));
    }

    private Fault.Ongoing isolate(String what, String name) {
        others(name).forEach(other -> cut(name, other));
        return network(what + " " + name + " cut off");
    }

    private List<String> others(String name) {
        return cluster.members().stream().filter(other -> !other.equals(name)).toList();
    }

    private List<String> shuffled(RandomGenerator random) {
        List<String> members = new ArrayList<>(cluster.members());
        Collections.shuffle(members, new Random(random.nextLong()));
        return members;
    }

    private Fault.Ongoing groups(RandomGenerator random) {
        List<String> members = shuffled(random);
        int first = 1 + random.nextInt(members.size() - 1);
        List<String> one = members.subList(0, first);
        List<String> other = members.subList(first, members.size());
        one.forEach(a -> other.forEach(b -> cut(a, b)));
        return network(one + " | " + other);
    }

    /** One member sees all others, which are in two groups that do not see each other. */
    private Fault.Ongoing bridge(RandomGenerator random) {
        List<String> members = shuffled(random);
        List<String> rest = members.subList(1, members.size());
        List<String> one = rest.subList(0, rest.size() / 2);
        List<String> other = rest.subList(rest.size() / 2, rest.size());
        one.forEach(a -> other.forEach(b -> cut(a, b)));
        return network(one + " - " + members.get(0) + " - " + other);
    }

    private Fault.Ongoing oneWay(String name, String what, FaultDirection direction) {
        with(
                name,
                member -> others(name).forEach(other -> {
                    if (direction == FaultDirection.INCOMING) {
                        member.network().cutIncoming(other);
                    } else {
                        member.network().cutOutgoing(other);
                    }
                }));
        return network(name + " " + what);
    }

    private Fault.Ongoing slowNetwork(RandomGenerator random) {
        String name = any(random);
        Duration delay = Duration.ofMillis(20 + random.nextInt(300));
        others(name).forEach(other -> {
            with(name, member -> member.network().delay(other, delay));
            with(other, member -> member.network().delay(name, delay));
        });
        return network(name + " is " + delay.toMillis() + " ms away");
    }

    private Fault.Ongoing everywhere(String what, BiConsumer<String, String> fault) {
        cluster.members().forEach(from -> others(from).forEach(to -> fault.accept(from, to)));
        return network("the network " + what);
    }

    private void drop(String from, String to) {
        with(from, member -> member.network().drop(to, 0.02));
    }

    /** One stream of frames never doubles anything; what reconnects and resends might. */
    Fault duplicates(String what, IntPredicate kinds) {
        return Fault.of(
                "duplicates",
                random -> everywhere(
                        what,
                        (from, to) -> with(from, member -> member.network().duplicate(to, kinds, 0.3))));
    }

    private void reorder(String from, String to) {
        with(from, member -> member.network().reorder(to, 0.2, Duration.ofMillis(150)));
    }

    private Fault.Ongoing brokenStreams(RandomGenerator random) {
        String name = any(random);
        others(name).forEach(other -> {
            with(name, member -> member.network().breakStream(other));
            with(other, member -> member.network().breakStream(name));
        });
        return Fault.ongoing("connections of " + name + " reset", () -> {});
    }

    private Fault.Ongoing slowDisk(RandomGenerator random) {
        String name = any(random);
        Duration perWrite = Duration.ofMillis(10 + random.nextInt(200));
        with(name, member -> member.disk().slow(perWrite));
        return Fault.ongoing(
                name + " syncs in " + perWrite.toMillis() + " ms",
                () -> with(name, member -> member.disk().heal()));
    }

    private Fault.Ongoing hangingDisk(String name) {
        with(name, member -> member.disk().stallNextWrite());
        return Fault.ongoing(
                "disk of " + name + " hangs",
                () -> with(name, member -> member.disk().heal()));
    }

    private Fault.Ongoing failingDisk(RandomGenerator random) {
        String name = any(random);
        with(name, member -> member.disk().stallNextWrite().fail());
        return Fault.ongoing("disk of " + name + " fails", () -> {
            cluster.stop(name);
            cluster.start(name);
        });
    }

    private Fault.Ongoing stopped(String what, List<String> names) {
        names.forEach(cluster::stop);
        return Fault.ongoing(what + " " + names + " stopped", () -> names.forEach(cluster::start));
    }

    private Fault.Ongoing snapshot(RandomGenerator random) {
        String name = any(random);
        with(name, JvmMember::snapshot);
        return Fault.ongoing("snapshot on " + name, () -> {});
    }
}
