package io.raftify.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state of more than 64 MB in a JVM of 512 MB, where a snapshot is taken and restored over what is there. */
class LargeStateTests {

    private static final int ENTRIES = 640_000;

    @TempDir
    Path directory;

    @Test
    void isCapturedAndRestoredInLittleMemory() throws Exception {
        Path output = directory.resolve("output");
        Process jvm = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Jvm.class.getName(),
                        directory.resolve("snapshot").toString()))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(jvm.waitFor(3, TimeUnit.MINUTES)).isTrue();
            assertThat(output).content().contains("agrees after restoring");
            assertThat(jvm.exitValue()).isZero();
        } finally {
            jvm.destroyForcibly();
        }
    }

    /** What runs in the small JVM. */
    static final class Jvm {

        public static void main(String[] args) {
            ReplicationTestSupport.context(Big.class).run(context -> {
                Big big = context.getBean(Big.class);
                ReplicatedStateMachine machine = context.getBean(ReplicatedStateMachine.class);
                big.grow(ENTRIES);

                Path file = Path.of(args[0]);
                try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
                    machine.snapshot().writeTo(out);
                }
                assertThat(Files.size(file)).isGreaterThan(64 << 20);
                machine.restore(() -> new BufferedInputStream(Files.newInputStream(file)));

                assertThat(big.size()).isEqualTo(ENTRIES);
                System.out.println("agrees after restoring " + Files.size(file) + " bytes");
            });
        }
    }

    record Sale(String customer, long cents, String note) {}

    static class Big {

        @ReplicatedState
        private final Map<String, Sale> sales = new HashMap<>();

        @ReplicatedCommand("big.grow")
        public void grow(int entries) {
            for (int i = 0; i < entries; i++) {
                sales.put("sale-" + i, new Sale("customer-" + i % 1000, i, "n".repeat(48) + i));
            }
        }

        @ReplicatedCommand("big.size")
        public int size() {
            return sales.size();
        }
    }
}
