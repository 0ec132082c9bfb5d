package io.raftify.sample.drill;

import io.raftify.sample.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The three members, started from an empty directory and gone when this is closed or the JVM ends. */
final class SampleCluster implements AutoCloseable {

    private static final List<String> IDS = List.of("n1", "n2", "n3");

    private final List<MemberProcess> members = new ArrayList<>();
    private final Thread lastResort = new Thread(() -> members.forEach(MemberProcess::stop));

    /** @param options see {@link Options}; ports are chosen by the system unless a base is given */
    SampleCluster(Options options) {
        empty(options.work());
        List<Integer> ports =
                options.portsBase() > 0 ? consecutive(options.portsBase()) : FreePorts.find(2 * IDS.size());
        Map<String, Integer> memberPorts = new LinkedHashMap<>();
        for (int i = 0; i < IDS.size(); i++) {
            memberPorts.put(IDS.get(i), ports.get(IDS.size() + i));
        }
        for (int i = 0; i < IDS.size(); i++) {
            members.add(new MemberProcess(IDS.get(i), ports.get(i), memberPorts, options));
        }
        Runtime.getRuntime().addShutdownHook(lastResort);
    }

    List<MemberProcess> members() {
        return members;
    }

    void startAll() {
        members.forEach(MemberProcess::start);
    }

    /** Kills all members at the same moment: the signals go out before the first end is waited for. */
    void killAll() {
        members.forEach(MemberProcess::kill);
        members.forEach(MemberProcess::awaitEnd);
    }

    void awaitReady(Duration patience) {
        await("every member is ready", patience, () -> {
            members.stream().filter(member -> !member.alive()).findFirst().ifPresent(member -> {
                throw new IllegalStateException(member.id() + " ended by itself; see " + member.log());
            });
            return members.stream().allMatch(member -> member.client().ready());
        });
    }

    /** The member that says it leads in the highest term. */
    MemberProcess awaitLeader(Duration patience) {
        List<MemberProcess> found = new ArrayList<>();
        await("one member leads", patience, () -> {
            leader().ifPresent(found::add);
            return !found.isEmpty();
        });
        return found.get(0);
    }

    private Optional<MemberProcess> leader() {
        MemberProcess leader = null;
        long highest = -1;
        for (MemberProcess member : members) {
            JsonNode status = status(member);
            if (status != null && status.path("role").asString("").equalsIgnoreCase("leader")) {
                long term = status.path("term").longValue();
                if (term > highest) {
                    highest = term;
                    leader = member;
                }
            }
        }
        return Optional.ofNullable(leader);
    }

    /** What the member says of itself; null while it does not answer. */
    static JsonNode status(MemberProcess member) {
        if (!member.alive()) {
            return null;
        }
        try {
            return member.client().get("/actuator/raft");
        } catch (UncheckedIOException e) {
            return null;
        }
    }

    static void await(String what, Duration patience, BooleanSupplier condition) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("Not within " + patience.toSeconds() + " s: " + what);
            }
            Pause.millis(50);
        }
    }

    @Override
    public void close() {
        members.parallelStream().forEach(MemberProcess::stop);
        Runtime.getRuntime().removeShutdownHook(lastResort);
    }

    private static List<Integer> consecutive(int base) {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < IDS.size(); i++) {
            ports.add(base + i);
        }
        for (int i = 0; i < IDS.size(); i++) {
            ports.add(base + 1_000 + i);
        }
        return ports;
    }

    static void empty(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
