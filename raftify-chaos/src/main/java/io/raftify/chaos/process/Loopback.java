package io.raftify.chaos.process;

import io.raftify.engine.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Rig (b): all members on this machine's loopback, each with a directory on the machine's own disk. */
public final class Loopback implements Hosts {

    static final String ELECTION_MILLIS = "1000";
    static final String SNAPSHOT_ENTRIES = "2000";
    /** Quick to start, and small: three of them share a machine with their clients. */
    static final List<String> JVM_OPTIONS = List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    private final Path work;
    private final Map<String, String> peers = new TreeMap<>();

    /** @param work where data, sockets and logs go; its path must be short, since sockets are in it */
    public Loopback(int size, Path work) {
        this.work = work;
        List<Integer> ports = FreePorts.find(size);
        for (int i = 0; i < size; i++) {
            peers.put("n" + (i + 1), "127.0.0.1:" + ports.get(i));
        }
        try {
            Files.createDirectories(work);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<String> members() {
        return List.copyOf(peers.keySet());
    }

    @Override
    public MemberProcess process(String member) {
        return process(member, work.resolve(member), Map.of());
    }

    MemberProcess process(String member, Path data, Map<String, String> environment) {
        Path socket = work.resolve(member + ".sock");
        return new MemberProcess(
                member,
                MemberProcess.java(JVM_OPTIONS, arguments(member, data, socket, peers)),
                environment,
                data,
                socket,
                work.resolve(member + ".log"));
    }

    static List<String> arguments(String member, Path data, Path socket, Map<String, String> peers) {
        List<String> arguments =
                new ArrayList<>(List.of(member, data.toString(), socket.toString(), ELECTION_MILLIS, SNAPSHOT_ENTRIES));
        peers.forEach((peer, address) -> arguments.add(peer + "=" + address));
        return arguments;
    }

    @Override
    public void heal() {
        // Nothing here can be ill but the processes.
    }

    @Override
    public void close() {
        // The directory stays: it is evidence.
    }
}
