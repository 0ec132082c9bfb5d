package io.raftify.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.StateSnapshot;
import io.raftify.testnode.OtherJvm;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** States that would not fit into the JVM's memory if they were held there in one piece, or a second time. */
class LargeStateTests {

    private static final int ENTRIES = 640_000;

    @TempDir
    Path directory;

    /** More than 64 MB in a snapshot that is taken and restored over what is there. */
    @Test
    void fieldsAreCapturedAndRestoredInLittleMemory() throws Exception {
        run("512m", Jvm.class);
    }

    /** A snapshot that is twice as large as all memory there is. */
    @Test
    void whatABeanWritesItselfGoesThroughInAlmostNone() throws Exception {
        run("64m", StreamingJvm.class);
    }

    private void run(String memory, Class<?> program) throws Exception {
        Path output = directory.resolve("output");
        Process jvm = OtherJvm.command(
                        memory, program, List.of(directory.resolve("snapshot").toString()))
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

    /** What runs in the smaller one. */
    static final class StreamingJvm {

        public static void main(String[] args) {
            ReplicationTestSupport.context(Endless.class).run(context -> {
                ReplicatedStateMachine machine = context.getBean(ReplicatedStateMachine.class);
                Endless endless = (Endless) BeanCheck.target(context.getBean(Endless.class));
                endless.megabytes = 128;

                Path file = Path.of(args[0]);
                try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
                    machine.snapshot().writeTo(out);
                }
                assertThat(Files.size(file)).isGreaterThan(128 << 20);
                endless.megabytes = 0;
                machine.restore(() -> new BufferedInputStream(Files.newInputStream(file)));

                assertThat(endless.megabytes).isEqualTo(128);
                System.out.println("agrees after restoring " + Files.size(file) + " bytes");
            });
        }
    }

    /** Makes up what it writes, and looks at what it reads. */
    static class Endless implements StreamedState {

        private int megabytes;

        @ReplicatedCommand("endless.any")
        public void any() {}

        @Override
        public StateSnapshot snapshot() {
            int count = megabytes;
            return out -> {
                for (int i = 1; i <= count; i++) {
                    out.write(megabyte(i));
                }
            };
        }

        @Override
        public void restore(InputStream in) throws IOException {
            megabytes = 0;
            byte[] read = in.readNBytes(1 << 20);
            while (read.length > 0) {
                megabytes++;
                if (!Arrays.equals(read, megabyte(megabytes))) {
                    throw new IOException("Megabyte " + megabytes + " is not what was written");
                }
                read = in.readNBytes(1 << 20);
            }
        }

        private static byte[] megabyte(int number) {
            byte[] bytes = new byte[1 << 20];
            Arrays.fill(bytes, (byte) number);
            return bytes;
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
