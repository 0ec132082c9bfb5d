package io.raftify.chaos.process;

import io.raftify.chaos.round.Fault;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/** What can happen to the network between hosts: every shape of partition, loss, narrow lines, aborted connections. */
public final class NetworkFaults {

    private final ProcessCluster cluster;
    private final Namespaces hosts;

    public NetworkFaults(ProcessCluster cluster, Namespaces hosts) {
        this.cluster = cluster;
        this.hosts = hosts;
    }

    public List<Fault> all() {
        return List.of(
                Fault.of("leader alone", random -> alone(cluster.leaderOrAny())),
                Fault.of("member alone", random -> alone(any(random))),
                Fault.of("groups", this::groups),
                Fault.of("bridge", this::bridge),
                Fault.of("ring", this::ring),
                Fault.of("deaf leader", random -> deaf(cluster.leaderOrAny())),
                Fault.of("mute leader", random -> mute(cluster.leaderOrAny())),
                Fault.of("deaf member", random -> deaf(any(random))),
                Fault.of("mute member", random -> mute(any(random))),
                Fault.of("cable out", random -> unplugged(any(random))),
                Fault.of("loss", this::loss),
                Fault.of("narrow line", this::narrow),
                Fault.of("connections aborted", this::aborted));
    }

    private String any(RandomGenerator random) {
        return shuffled(random).get(0);
    }

    private List<String> shuffled(RandomGenerator random) {
        List<String> members = new ArrayList<>(cluster.members());
        Collections.shuffle(members, new Random(random.nextLong()));
        return members;
    }

    private List<String> others(String name) {
        return cluster.members().stream().filter(other -> !other.equals(name)).toList();
    }

    private Fault.Ongoing cuts(String description) {
        return Fault.ongoing(description, hosts::healCuts);
    }

    private Fault.Ongoing alone(String name) {
        hosts.cut(List.of(name), others(name));
        return cuts(name + " | " + others(name));
    }

    private Fault.Ongoing groups(RandomGenerator random) {
        List<String> members = shuffled(random);
        int first = 1 + random.nextInt(members.size() - 1);
        hosts.cut(members.subList(0, first), members.subList(first, members.size()));
        return cuts(members.subList(0, first) + " | " + members.subList(first, members.size()));
    }

    /** One member sees all others, which are in two groups that do not see each other. */
    private Fault.Ongoing bridge(RandomGenerator random) {
        List<String> members = shuffled(random);
        List<String> rest = members.subList(1, members.size());
        List<String> one = rest.subList(0, rest.size() / 2);
        List<String> other = rest.subList(rest.size() / 2, rest.size());
        hosts.cut(one, other);
        return cuts(one + " - " + members.get(0) + " - " + other);
    }

    /** Each member is heard by the next one in the ring alone. */
    private Fault.Ongoing ring(RandomGenerator random) {
        List<String> members = shuffled(random);
        for (int i = 0; i < members.size(); i++) {
            String next = members.get((i + 1) % members.size());
            String from = members.get(i);
            hosts.cutOneWay(
                    List.of(from),
                    others(from).stream().filter(other -> !other.equals(next)).toList());
        }
        return cuts("one way round: " + members);
    }

    private Fault.Ongoing deaf(String name) {
        hosts.cutOneWay(others(name), List.of(name));
        return cuts(name + " hears nobody");
    }

    private Fault.Ongoing mute(String name) {
        hosts.cutOneWay(List.of(name), others(name));
        return cuts(name + " is heard by nobody");
    }

    private Fault.Ongoing unplugged(String name) {
        hosts.unplug(name);
        return Fault.ongoing("cable of " + name + " out", () -> hosts.plugIn(name));
    }

    private Fault.Ongoing loss(RandomGenerator random) {
        int percent = 5 + random.nextInt(30);
        hosts.lose(percent);
        return cuts(percent + " % of all frames lost");
    }

    private Fault.Ongoing narrow(RandomGenerator random) {
        String name = any(random);
        int kilobits = 64 + random.nextInt(512);
        hosts.narrow(name, kilobits);
        return Fault.ongoing(name + " sends at " + kilobits + " kbit/s", () -> hosts.widen(name));
    }

    private Fault.Ongoing aborted(RandomGenerator random) {
        String name = any(random);
        hosts.abortConnections(name);
        return Fault.ongoing("connections of " + name + " aborted", () -> {});
    }
}
