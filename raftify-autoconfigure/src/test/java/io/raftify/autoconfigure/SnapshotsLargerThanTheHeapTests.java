package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.engine.FreePorts;
import io.raftify.node.RaftNode;
import io.raftify.node.StateSnapshot;
import io.raftify.replication.StreamedState;
import io.raftify.testnode.OtherJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * Members in processes of their own whose whole heap is smaller than the snapshot that one of them is filled from: neither who
 * sends it nor who installs it can have it in memory. {@code -Draftify.test.snapshot-megabytes=512} makes it larger.
 */
class SnapshotsLargerThanTheHeapTests {

    private static final int MEGABYTES = Integer.getInteger("raftify.test.snapshot-megabytes", 80);
    private static final String HEAP = "64m";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path directory;

    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final List<Member> members = new ArrayList<>();

    @AfterEach
    void end() {
        members.forEach(Member::kill);
    }

    @Test
    void anEmptyMemberIsFilledAlsoIfItsProcessIsKilledMeanwhile() throws Exception {
        List<Integer> free = FreePorts.find(3);
        for (int i = 0; i < 3; i++) {
            ports.put("n" + (i + 1), free.get(i));
        }
        Member first = start("n1");
        Member second = start("n2");
        first.awaitLine("started");
        second.awaitLine("started");
        first.tell("grow " + MEGABYTES);
        first.awaitLine("grown");
        // The log keeps what is newer than the last snapshot but one.
        for (int turn = 0; turn < 2; turn++) {
            for (Member member : List.of(first, second)) {
                member.tell("snapshot");
                member.awaitLine("snapshot written");
            }
            first.tell("grow 0");
            first.awaitLine("grown");
        }

        Member third = start("n3");
        third.awaitLine("reading");
        third.kill();
        Member again = start("n3");
        again.awaitLine("started");
        again.tell("size");

        assertThat(again.awaitLine("size")).isEqualTo("size " + MEGABYTES);
        again.tell("first");
        assertThat(again.awaitLine("first"))
                .as("it has no entry of before the snapshot")
                .isNotEqualTo("first 1");
        first.tell("size");
        assertThat(first.awaitLine("size")).isEqualTo("size " + MEGABYTES);
    }

    private Member start(String id) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--raftify.node-id=" + id,
                "--raftify.data-dir=" + directory.resolve(id),
                "--raftify.cluster.name=test",
                "--raftify.election.timeout=5s",
                "--raftify.proposal.timeout=60s",
                "--raftify.read.timeout=60s"));
        ports.forEach((peer, port) -> arguments.add("--raftify.cluster.peers." + peer + "=127.0.0.1:" + port));
        Member member = new Member(
                id, OtherJvm.command(HEAP, Application.class, arguments).start());
        members.add(member);
        return member;
    }

    /** A process that is told what to do, line by line, and says what it has done. */
    private static final class Member {

        private final String id;
        private final Process process;
        private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
        private final List<String> output = new ArrayList<>();

        Member(String id, Process process) {
            this.id = id;
            this.process = process;
            Thread reader = new Thread(this::read, "reads-" + id);
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader in =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    said.add(line);
                }
            } catch (IOException killed) {
                said.add(killed.toString());
            }
            said.add("(end)");
        }

        void tell(String line) throws IOException {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        }

        String awaitLine(String beginning) throws InterruptedException {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (true) {
                String line = said.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                if (line == null || line.equals("(end)")) {
                    throw new AssertionError(
                            id + " did not say '" + beginning + "', but:\n" + String.join("\n", output));
                }
                output.add(line);
                if (line.startsWith(beginning)) {
                    return line;
                }
            }
        }

        void kill() {
            process.destroyForcibly().onExit().join();
        }
    }

    /** What runs in the processes. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Archive.class)
    static class Application {

        public static void main(String[] args) throws Exception {
            ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
                    .web(WebApplicationType.NONE)
                    .run(args);
            Archive archive = context.getBean(Archive.class);
            RaftNode node = context.getBean(RaftNode.class);
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            System.out.println("started");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("grow ")) {
                    archive.grow(Integer.parseInt(line.substring(5)));
                    System.out.println("grown");
                } else if (line.equals("snapshot")) {
                    node.snapshot().get(2, TimeUnit.MINUTES);
                    System.out.println("snapshot written");
                } else if (line.equals("size")) {
                    System.out.println("size " + archive.size());
                } else {
                    System.out.println("first " + node.status().firstIndex());
                }
            }
            context.close();
        }
    }

    /** Keeps nothing but how much it has: what that is can be made up again. */
    static class Archive implements StreamedState {

        private static final int MEGABYTE = 1 << 20;

        private int megabytes;

        @ReplicatedCommand("archive.grow")
        public void grow(int by) {
            megabytes += by;
        }

        @ReplicatedQuery
        public int size() {
            return megabytes;
        }

        @Override
        public StateSnapshot snapshot() {
            int count = megabytes;
            return out -> {
                byte[] bytes = new byte[MEGABYTE];
                for (int i = 1; i <= count; i++) {
                    new Random(i).nextBytes(bytes);
                    out.write(bytes);
                }
            };
        }

        @Override
        public void restore(InputStream in) throws IOException {
            System.out.println("reading");
            megabytes = 0;
            byte[] expected = new byte[MEGABYTE];
            byte[] read = in.readNBytes(MEGABYTE);
            while (read.length > 0) {
                new Random(++megabytes).nextBytes(expected);
                if (!Arrays.equals(read, expected)) {
                    throw new IOException("Megabyte " + megabytes + " is not what was written");
                }
                read = in.readNBytes(MEGABYTE);
            }
        }
    }
}
