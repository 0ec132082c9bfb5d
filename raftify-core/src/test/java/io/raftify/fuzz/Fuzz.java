package io.raftify.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Gives a parser random bytes and mutations of valid ones. Each input must end, soon, with a result or with an error of
 * the declared types; must take memory in proportion to its size; and must not name a class that is then loaded.
 *
 * <p>{@code -Draftify.fuzz.inputs} says how many inputs (each target takes its share of them), {@code
 * -Draftify.fuzz.seed} which ones. An input depends on the seed and its number alone.
 */
public final class Fuzz {

    /** For the build, in which all targets together have some seconds. */
    private static final int USUAL_INPUTS = 8_000;

    /** Loading classes at the first use of a message, and exceptions with their stacks, cost memory too. */
    private static final long USUAL_ALLOCATION = 256 << 10;

    private static final Duration HANGING = Duration.ofSeconds(30);

    private final String name;
    private final List<byte[]> valid;
    private List<Class<? extends Throwable>> declared = List.of();
    private UnaryOperator<byte[]> finish = UnaryOperator.identity();
    private int share = 1;
    private int bytesPerByte = 64;
    private long besides = USUAL_ALLOCATION;

    private Fuzz(String name, List<byte[]> valid) {
        this.name = name;
        this.valid = List.copyOf(valid);
    }

    /** What is done with one input; its own assertions count, too. */
    @FunctionalInterface
    public interface Parser {
        void parse(byte[] input) throws Exception;
    }

    /** @param valid inputs that are understood: the first ones tried, and those that mutations begin with */
    public static Fuzz target(String name, List<byte[]> valid) {
        return new Fuzz(name, valid);
    }

    public static Fuzz target(String name, byte[]... valid) {
        return new Fuzz(name, Arrays.asList(valid));
    }

    /** How the parser says that it does not understand an input; subclasses count as well. */
    @SafeVarargs
    public final Fuzz refusingBy(Class<? extends Throwable>... errors) {
        declared = List.of(errors);
        return this;
    }

    /** Applied to every mutated input, for example to make its checksum fit. */
    public Fuzz finishedBy(UnaryOperator<byte[]> last) {
        finish = last;
        return this;
    }

    /** For a costly parser: takes one of so many inputs. */
    public Fuzz oneOf(int inputs) {
        share = inputs;
        return this;
    }

    /** How many bytes may be allocated for each byte of input, and how many for the smallest. */
    public Fuzz allocating(int mostPerByte, long mostBesides) {
        bytesPerByte = mostPerByte;
        besides = mostBesides;
        return this;
    }

    /** @param usual where the number is not given */
    public static int inputs(int usual) {
        return Integer.getInteger("raftify.fuzz.inputs", usual);
    }

    /** One input, for who feeds something that is no parser on this thread. */
    public static byte[] input(long seed, long number, List<byte[]> valid) {
        return new Inputs(seed, valid).draw(number);
    }

    /** Drawn anew for every target unless it is given; print it. */
    public static long seed() {
        return Long.getLong("raftify.fuzz.seed", new Random().nextLong());
    }

    public void run(Parser parser) {
        long seed = seed();
        Run run = new Run(seed, Math.max(valid.size() + 1, inputs(USUAL_INPUTS) / share), parser);
        System.out.println("fuzz " + name + ": seed " + seed + ", " + run.count + " inputs");
        Thread thread = new Thread(run, "fuzz-" + name);
        Canary.Loader loader = new Canary.Loader(Thread.currentThread().getContextClassLoader());
        thread.setContextClassLoader(loader);
        thread.setDaemon(true);
        thread.start();
        awaitTheEnd(thread, run);
        if (run.failure != null) {
            throw run.failed(String.valueOf(run.failure), run.failure);
        }
        if (Canary.loaded() || !loader.asked().isEmpty()) {
            throw run.failed("a class was loaded because an input named it: " + loader.asked(), null);
        }
        System.out.println("fuzz " + name + ": " + run.understood + " understood, " + (run.inputsRead - run.understood)
                + " refused, at most " + run.mostAllocated + " bytes allocated for one");
    }

    private static void awaitTheEnd(Thread thread, Run run) {
        try {
            long seen = -1;
            long since = System.nanoTime();
            while (thread.isAlive()) {
                thread.join(100);
                if (run.number != seen) {
                    seen = run.number;
                    since = System.nanoTime();
                } else if (thread.isAlive() && System.nanoTime() - since > HANGING.toNanos()) {
                    IllegalStateException where = new IllegalStateException("it is still here");
                    where.setStackTrace(thread.getStackTrace());
                    throw run.failed("no end after " + HANGING, where);
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", interrupted);
        }
    }

    private final class Run implements Runnable {

        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private final long seed;
        private final long count;
        private final Inputs inputs;
        private final Parser parser;
        private volatile long number;
        private volatile byte[] input = {};
        private volatile Throwable failure;
        private volatile long understood;
        private volatile long inputsRead;
        private volatile long mostAllocated;

        Run(long seed, long count, Parser parser) {
            this.seed = seed;
            this.count = count;
            this.inputs = new Inputs(seed, valid);
            this.parser = parser;
        }

        @Override
        public void run() {
            try {
                for (long next = 0; next < count; next++) {
                    byte[] drawn = inputs.draw(next);
                    input = next < valid.size() ? drawn : finish.apply(drawn);
                    number = next;
                    long limit = besides + (long) bytesPerByte * input.length;
                    // The second time nothing is done for the first time.
                    if (allocatedBy(input) > limit && allocatedBy(input) > limit) {
                        throw new AssertionError("more than " + limit + " bytes allocated for " + input.length);
                    }
                }
            } catch (Throwable undeclared) {
                // Errors too: running out of stack or memory is what is looked for.
                failure = undeclared;
            }
        }

        private long allocatedBy(byte[] bytes) throws Exception {
            byte[] copy = bytes.clone();
            inputsRead++;
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                parser.parse(copy);
                understood++;
            } catch (Exception refused) {
                if (number < valid.size() || declared.stream().noneMatch(type -> type.isInstance(refused))) {
                    throw refused;
                }
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            mostAllocated = Math.max(mostAllocated, allocated);
            return allocated;
        }

        AssertionError failed(String why, Throwable cause) {
            String hex = HexFormat.of().formatHex(input);
            System.out.println("fuzz " + name + ": seed " + seed + ", input " + number + ": " + hex);
            return new AssertionError(
                    name + ", seed " + seed + ", input " + number + " of " + input.length + " bytes: " + why + "\n"
                            + (hex.length() <= 2_000 ? hex : hex.substring(0, 2_000) + "… (whole in the output)"),
                    cause);
        }
    }
}
