package io.raftify.chaos.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Rig (c): each member in a network namespace with an address of its own, all on one bridge in one more namespace, where
 * frames can be dropped by who sends and who would get them. Everything is removed when this is closed or the JVM ends.
 */
public final class Namespaces implements Hosts {

    private static final String NETWORK = "10.233.0.";
    private static final int PORT = 9090;

    private final String prefix = "raftify-" + ProcessHandle.current().pid() + "-";
    private final Path work;
    private final Map<String, String> peers = new TreeMap<>();
    private final List<String> rules = new ArrayList<>();
    private final Set<String> narrowed = new TreeSet<>();
    private final Thread lastResort = new Thread(this::removeNamespaces);
    private final List<String> namespaces = new ArrayList<>();

    /** @param work where data, sockets and logs go; its path must be short, since sockets are in it */
    public Namespaces(int size, Path work) {
        this.work = work;
        Runtime.getRuntime().addShutdownHook(lastResort);
        try {
            Files.createDirectories(work);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        add(theSwitch());
        inSwitch("ip", "link", "add", "br0", "type", "bridge");
        inSwitch("ip", "link", "set", "br0", "up");
        for (int i = 1; i <= size; i++) {
            String name = "n" + i;
            peers.put(name, NETWORK + i + ":" + PORT);
            add(host(name));
            Commands.run(
                    "ip",
                    "-n",
                    theSwitch(),
                    "link",
                    "add",
                    port(name),
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "eth0",
                    "netns",
                    host(name));
            inSwitch("ip", "link", "set", port(name), "master", "br0", "up");
            inHost(name, "ip", "link", "set", "lo", "up");
            inHost(name, "ip", "addr", "add", NETWORK + i + "/24", "dev", "eth0");
            inHost(name, "ip", "link", "set", "eth0", "up");
        }
        inSwitch("nft", "add table bridge cuts");
        inSwitch("nft", "add chain bridge cuts frames { type filter hook forward priority 0; }");
    }

    /** Why this machine cannot run this rig; null if it can. */
    public static @Nullable String missing() {
        if (!"root".equals(System.getProperty("user.name"))) {
            return "network namespaces need root";
        }
        for (String tool : List.of("ip", "nft", "ss", "tc", "nsenter")) {
            if (!Commands.succeeds("sh", "-c", "command -v " + tool)) {
                return "there is no " + tool + " on the PATH (Debian: iproute2, nftables, util-linux)";
            }
        }
        String probe = "raftify-probe-" + ProcessHandle.current().pid();
        if (!Commands.succeeds("ip", "netns", "add", probe)) {
            return "this machine does not let network namespaces be made";
        }
        try {
            return Commands.succeeds("ip", "netns", "exec", probe, "nft", "add table bridge probe")
                            && Commands.succeeds("ip", "-n", probe, "link", "add", "br0", "type", "bridge")
                    ? null
                    : "this kernel has no bridges or cannot filter on them";
        } finally {
            Commands.run("ip", "netns", "del", probe);
        }
    }

    private void add(String namespace) {
        Commands.run("ip", "netns", "add", namespace);
        namespaces.add(namespace);
    }

    private String theSwitch() {
        return prefix + "sw";
    }

    private String host(String member) {
        return prefix + member;
    }

    private static String port(String member) {
        return "p-" + member;
    }

    private void inSwitch(String... command) {
        in(theSwitch(), command);
    }

    void inHost(String member, String... command) {
        in(host(member), command);
    }

    private static void in(String namespace, String... command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        all.addAll(List.of(command));
        Commands.run(all);
    }

    @Override
    public List<String> members() {
        return List.copyOf(peers.keySet());
    }

    @Override
    public MemberProcess process(String member) {
        Path socket = work.resolve(member + ".sock");
        // Not by "ip netns exec", whose process holds all mounts of that moment: the plug of another rig's disk could
        // not be pulled any more.
        List<String> command = new ArrayList<>(List.of("nsenter", "--net=/var/run/netns/" + host(member)));
        command.addAll(MemberProcess.java(
                Loopback.JVM_OPTIONS, Loopback.arguments(member, work.resolve(member), socket, peers)));
        return new MemberProcess(
                member, command, Map.of(), work.resolve(member), socket, work.resolve(member + ".log"));
    }

    /** Nothing that one of the first sends reaches one of the second; the other way is not touched. */
    synchronized void cutOneWay(Collection<String> from, Collection<String> to) {
        for (String sender : from) {
            for (String receiver : to) {
                rules.add("iifname \"" + port(sender) + "\" oifname \"" + port(receiver) + "\" drop");
            }
        }
        apply();
    }

    synchronized void cut(Collection<String> some, Collection<String> others) {
        cutOneWay(some, others);
        cutOneWay(others, some);
    }

    /** Of all frames between members, this many in a hundred are lost. */
    synchronized void lose(int percent) {
        rules.add("numgen random mod 100 < " + percent + " drop");
        apply();
    }

    private void apply() {
        StringBuilder script = new StringBuilder("flush chain bridge cuts frames\n");
        rules.forEach(rule ->
                script.append("add rule bridge cuts frames ").append(rule).append('\n'));
        try {
            // In one transaction, so that a shape is there whole or not at all.
            Path file = Files.writeString(work.resolve("cuts.nft"), script);
            inSwitch("nft", "-f", file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that a member sends goes through so narrow a line. */
    synchronized void narrow(String member, int kilobits) {
        narrowed.add(member);
        inHost(
                member,
                "tc",
                "qdisc",
                "replace",
                "dev",
                "eth0",
                "root",
                "tbf",
                "rate",
                kilobits + "kbit",
                "burst",
                "1600",
                "limit",
                "100000");
    }

    /** Does nothing if it is wide: of two faults that narrowed it, the first that ends widens it. */
    synchronized void widen(String member) {
        if (narrowed.remove(member)) {
            inHost(member, "tc", "qdisc", "del", "dev", "eth0", "root");
        }
    }

    void unplug(String member) {
        inSwitch("ip", "link", "set", port(member), "down");
    }

    void plugIn(String member) {
        inSwitch("ip", "link", "set", port(member), "up");
    }

    /** Aborts every connection that this member has to others. */
    void abortConnections(String member) {
        inHost(member, "ss", "-tK", "dst", NETWORK + "0/24");
    }

    synchronized void healCuts() {
        rules.clear();
        apply();
    }

    @Override
    public void heal() {
        healCuts();
        members().forEach(this::plugIn);
    }

    @Override
    public void close() {
        removeNamespaces();
        Runtime.getRuntime().removeShutdownHook(lastResort);
    }

    private synchronized void removeNamespaces() {
        namespaces.forEach(namespace -> Commands.run("ip", "netns", "del", namespace));
        namespaces.clear();
    }
}
