package io.raftify.replication;

import io.raftify.annotation.CommandContext;
import io.raftify.annotation.Deterministic;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.StateSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.client.RestClient;

/** Pairs: a bean that would make members differ, and one that does the same and would not. */
@SuppressWarnings("unused")
final class NonDeterministicBeans {

    private NonDeterministicBeans() {}

    static class State {
        @ReplicatedState
        protected String last = "";
    }

    // Clocks.

    static class WallClock extends State {
        @ReplicatedCommand("touch")
        public void touch() {
            last = Instant.now().toString();
        }
    }

    static class LogClock extends State {
        @ReplicatedCommand("touch")
        public void touch(CommandContext context) {
            last = context.time().toString();
        }
    }

    static class OldClock extends State {
        @ReplicatedCommand("touch")
        public long touch() {
            return System.currentTimeMillis() + new Date().getTime();
        }
    }

    static class OldDates extends State {
        @ReplicatedCommand("touch")
        public long touch(CommandContext context) {
            return new Date(context.time().toEpochMilli()).getTime();
        }
    }

    static class DateOfAClock extends State {
        private final Clock clock = Clock.systemUTC();

        @ReplicatedCommand("touch")
        public void touch() {
            last = LocalDate.now(clock).toString();
        }
    }

    static class DateOfAClockThatStands extends State {
        @ReplicatedCommand("touch")
        public void touch(CommandContext context) {
            last = LocalDate.now(Clock.fixed(context.time(), ZoneOffset.UTC)).toString();
        }
    }

    // Chance.

    static class OwnRandom extends State {
        private final Random random = new Random();

        @ReplicatedCommand("draw")
        public int draw() {
            return random.nextInt(6);
        }
    }

    static class ContextRandom extends State {
        @ReplicatedCommand("draw")
        public int draw(CommandContext context) {
            Random random = context.random();
            return random.nextInt(6) + new Random(42).nextInt(6);
        }
    }

    static class ThreadRandom extends State {
        @ReplicatedCommand("draw")
        public double draw() {
            return Math.random() + ThreadLocalRandom.current().nextDouble();
        }
    }

    static class Shuffled extends State {
        @ReplicatedCommand("draw")
        public int draw() {
            List<Integer> cards = new ArrayList<>(List.of(1, 2, 3));
            Collections.shuffle(cards);
            return cards.get(0);
        }
    }

    static class ShuffledByContext extends State {
        @ReplicatedCommand("draw")
        public int draw(CommandContext context) {
            List<Integer> cards = new ArrayList<>(List.of(1, 2, 3));
            Collections.shuffle(cards, context.random());
            return cards.get(0);
        }
    }

    static class RandomId extends State {
        @ReplicatedCommand("id")
        public String id() {
            Supplier<UUID> ids = UUID::randomUUID;
            return ids.get().toString();
        }
    }

    static class ContextId extends State {
        @ReplicatedCommand("id")
        public String id(CommandContext context) {
            Supplier<UUID> ids = context::uuid;
            return ids.get() + UUID.nameUUIDFromBytes(new byte[] {1}).toString();
        }
    }

    // Threads.

    static class Pool extends State {
        private final ExecutorService pool = Executors.newSingleThreadExecutor();

        @ReplicatedCommand("work")
        public void work() {
            pool.execute(() -> Thread.onSpinWait());
        }
    }

    static class OnTheSpot extends State {
        @ReplicatedCommand("work")
        public void work() {
            Runnable work = () -> last = "done";
            work.run();
        }
    }

    static class AsyncPromise extends State {
        @ReplicatedCommand("work")
        public int work() {
            return CompletableFuture.supplyAsync(() -> 1).join();
        }
    }

    static class Parallel extends State {
        @ReplicatedCommand("work")
        public int work() {
            return IntStream.range(0, 10).boxed().toList().parallelStream()
                    .mapToInt(each -> each)
                    .sum();
        }
    }

    static class Sequential extends State {
        @ReplicatedCommand("work")
        public int work() {
            return IntStream.range(0, 10).boxed().toList().stream()
                    .mapToInt(each -> each)
                    .sum();
        }
    }

    static class Asleep extends State {
        @ReplicatedCommand("work")
        public void work() throws InterruptedException {
            Thread.sleep(1);
        }
    }

    // The world outside.

    static class FileReading extends State {
        @ReplicatedCommand("read")
        public void read(String file) throws Exception {
            last = Files.readString(Path.of(file));
        }
    }

    static class ContentGiven extends State {
        @ReplicatedCommand("read")
        public void read(byte[] content) throws Exception {
            last = new String(content, StandardCharsets.UTF_8) + Path.of("a").getFileName();
        }
    }

    static class Http extends State {
        private final RestClient client = RestClient.create();

        @ReplicatedCommand("ask")
        public void ask() {
            client.get().uri("http://localhost:1").retrieve().toBodilessEntity();
        }
    }

    static class AnswerGiven extends State {
        private final RestClient client = RestClient.create();

        @ReplicatedCommand("ask")
        public void ask(String answer) {
            last = answer;
        }

        public void fetch() {
            client.get().uri("http://localhost:1").retrieve().toBodilessEntity();
        }
    }

    static class SystemProperty extends State {
        @ReplicatedCommand("read")
        public void read() {
            last = System.getProperty("user.name");
        }
    }

    static class InjectedProperty extends State {
        @Value("${user.name}")
        private String limit = "";

        @ReplicatedCommand("read")
        public void read() {
            last = limit;
        }
    }

    static class ConstantValue extends State {
        private static final String LIMIT = "7";

        @ReplicatedCommand("read")
        public void read() {
            last = LIMIT;
        }
    }

    @SuppressWarnings({"StringCaseLocaleUsage", "DefaultLocale"})
    static class DefaultLocale extends State {
        @ReplicatedCommand("name")
        public void name(String name) {
            last = name.toUpperCase();
        }
    }

    static class RootLocale extends State {
        @ReplicatedCommand("name")
        public void name(String name) {
            last = name.toUpperCase(Locale.ROOT);
        }
    }

    // Identity.

    enum Colour {
        RED,
        BLUE
    }

    @SuppressWarnings("EnumOrdinal")
    static class EnumHash extends State {
        @ReplicatedCommand("hash")
        public int hash(Colour colour) {
            return colour.hashCode() % 7;
        }
    }

    static class EnumName extends State {
        @ReplicatedCommand("hash")
        public int hash(Colour colour) {
            return colour.name().hashCode() % 7;
        }
    }

    static class IdentityHash extends State {
        @ReplicatedCommand("hash")
        public int hash() {
            return System.identityHashCode(this);
        }
    }

    // Orders.

    static class HashMapOrder {
        @ReplicatedState
        private final Map<String, Integer> stock = new HashMap<>();

        @ReplicatedCommand("first")
        public String first() {
            for (String each : stock.keySet()) {
                return each;
            }
            return "";
        }
    }

    static class TreeMapOrder {
        @ReplicatedState
        private final Map<String, Integer> stock = new TreeMap<>();

        @ReplicatedCommand("first")
        public String first() {
            for (String each : stock.keySet()) {
                return each;
            }
            return "";
        }
    }

    static class HashMapLookup {
        @ReplicatedState
        private final Map<String, Integer> stock = new HashMap<>();

        @ReplicatedCommand("first")
        public int first(String key) {
            stock.merge(key, 1, Integer::sum);
            return stock.get(key)
                    + stock.values().stream().mapToInt(each -> each).sum();
        }
    }

    static class SaltedSet extends State {
        private static final Set<String> KINDS = Set.of("a", "b", "c");

        @ReplicatedCommand("kinds")
        public void kinds() {
            last = KINDS.stream().collect(Collectors.joining());
        }
    }

    static class KeptList extends State {
        private static final List<String> KINDS = List.of("a", "b", "c");

        @ReplicatedCommand("kinds")
        public void kinds() {
            last = KINDS.stream().collect(Collectors.joining());
        }
    }

    static class SortedSalt extends State {
        private static final Set<String> KINDS = Set.of("a", "b", "c");

        @ReplicatedCommand("kinds")
        public void kinds() {
            last = KINDS.stream().sorted().collect(Collectors.joining())
                    + KINDS.contains("a")
                    + KINDS.stream().collect(Collectors.toCollection(TreeSet::new));
        }
    }

    static class CollectedSet extends State {
        @ReplicatedCommand("copy")
        public List<String> copy(List<String> names) {
            return new ArrayList<>(names.stream().collect(Collectors.toSet()));
        }
    }

    static class CollectedInOrder extends State {
        @ReplicatedCommand("copy")
        public List<String> copy(List<String> names) {
            return new ArrayList<>(names.stream().distinct().toList());
        }
    }

    static class GroupedByHash extends State {
        @ReplicatedCommand("group")
        public void group(List<String> names) {
            Map<Integer, List<String>> groups = names.stream().collect(Collectors.groupingBy(String::length));
            groups.forEach((length, all) -> last += length);
        }
    }

    static class GroupedInOrder extends State {
        @ReplicatedCommand("group")
        public void group(List<String> names) {
            Map<Integer, List<String>> groups =
                    names.stream().collect(Collectors.groupingBy(String::length, TreeMap::new, Collectors.toList()));
            groups.forEach((length, all) -> last += length);
        }
    }

    static class ComputedHashSet {
        @ReplicatedState
        private final Map<String, Set<String>> groups = new LinkedHashMap<>();

        @ReplicatedCommand("join")
        public String join(String group, String name) {
            Set<String> all = groups.computeIfAbsent(group, id -> new HashSet<>());
            all.add(name);
            return String.join(",", all);
        }
    }

    static class ComputedTreeSet {
        @ReplicatedState
        private final Map<String, Set<String>> groups = new LinkedHashMap<>();

        @ReplicatedCommand("join")
        public String join(String group, String name) {
            Set<String> all = groups.computeIfAbsent(group, id -> new TreeSet<>());
            all.add(name);
            return String.join(",", all);
        }
    }

    // Arithmetic and fields.

    static class FastMath extends State {
        @ReplicatedCommand("wave")
        public double wave(double x) {
            return Math.sin(x);
        }
    }

    static class StrictArithmetic extends State {
        @ReplicatedCommand("wave")
        public double wave(double x) {
            return StrictMath.sin(x) + Math.max(x, Math.abs(x));
        }
    }

    static class ForgottenField extends State {
        private int count;
        private final List<String> seen = new ArrayList<>();

        @ReplicatedCommand("count")
        public int count(String name) {
            seen.add(name);
            return ++count;
        }
    }

    static class MarkedField extends State {
        @ReplicatedState
        private int count;

        @ReplicatedState
        private final List<String> seen = new ArrayList<>();

        @ReplicatedCommand("count")
        public int count(String name) {
            seen.add(name);
            List<String> local = new ArrayList<>();
            local.add(name);
            return ++count;
        }
    }

    static class FieldOfOwnForm extends State implements StreamedState {
        private int count;
        private final List<String> seen = new ArrayList<>();

        @ReplicatedCommand("count")
        public int count(String name) {
            seen.add(name);
            return ++count;
        }

        @Override
        public StateSnapshot snapshot() {
            int now = count;
            return out -> out.write(now);
        }

        @Override
        public void restore(InputStream in) throws IOException {
            count = in.read();
            last = "restored";
        }
    }

    // The same, where it is harder to see.

    static class InAHelper extends State {
        @ReplicatedCommand("touch")
        public void touch() {
            last = first();
        }

        private String first() {
            return second();
        }

        private static String second() {
            return Instant.now().toString();
        }
    }

    static class InAHelperOfNoCommand extends State {
        @ReplicatedCommand("touch")
        public void touch(String time) {
            last = time;
        }

        public String time() {
            return first();
        }

        private String first() {
            return Instant.now().toString();
        }
    }

    static class InALambda extends State {
        @ReplicatedCommand("touch")
        public void touch(List<String> names) {
            names.forEach(each -> last = Instant.now().toString());
        }
    }

    static class InAnAnonymousClass extends State {
        @ReplicatedCommand("sort")
        public void sort(List<String> names) {
            List<String> sorted = new ArrayList<>(names);
            sorted.sort(new Comparator<>() {
                @Override
                public int compare(String one, String other) {
                    return ThreadLocalRandom.current().nextInt();
                }
            });
            last = sorted.get(0);
        }
    }

    abstract static class Template extends State {
        @ReplicatedCommand("touch")
        public void touch() {
            last = value();
        }

        protected abstract String value();
    }

    static class InASubclass extends Template {
        @Override
        protected String value() {
            return Instant.now().toString();
        }
    }

    static class InASuperclass extends InASubclass {
        @Override
        protected String value() {
            return super.value();
        }
    }

    static class InNeither extends InASubclass {
        @Override
        protected String value() {
            return "";
        }
    }

    interface Stamps {
        @ReplicatedCommand("stamp")
        default String stamp() {
            return Instant.now().toString();
        }
    }

    static class InADefaultMethod extends State implements Stamps {}

    static class InADefaultMethodThatIsReplaced extends State implements Stamps {
        @Override
        public String stamp() {
            return last;
        }
    }

    record Item(String name, long at) {
        static Item of(String name) {
            return new Item(name, System.nanoTime());
        }
    }

    static class InAValueClass extends State {
        @ReplicatedCommand("item")
        public void item(String name) {
            last = Item.of(name).name();
        }
    }

    static class BesideInAValueClass extends State {
        @ReplicatedCommand("item")
        public void item(String name) {
            last = new Item(name, 0).name();
        }
    }

    // What is created when arguments and state are read.

    record NotInThePast(LocalDate day) {
        NotInThePast {
            if (day.isBefore(LocalDate.now(ZoneOffset.UTC))) {
                throw new IllegalArgumentException("in the past");
            }
        }
    }

    record AnyDay(LocalDate day) {

        /** For whoever calls the command. */
        AnyDay() {
            this(LocalDate.now(ZoneOffset.UTC));
        }

        boolean isPast() {
            return day.isBefore(LocalDate.now(ZoneOffset.UTC));
        }
    }

    static class BooksNotInThePast extends State {
        @ReplicatedCommand("book")
        public void book(NotInThePast day) {
            last = "booked";
        }
    }

    static class BooksAnyDay extends State {
        @ReplicatedCommand("book")
        public void book(AnyDay day) {
            last = "booked";
        }
    }

    static class Stamped {
        private String id;
        private long made;

        Stamped() {
            this.id = UUID.randomUUID().toString();
            this.made = 1;
        }
    }

    static class Plain {
        private String id = "";
        private long made;
    }

    static class KeepsStamped extends State {
        @ReplicatedState
        private final Map<String, List<Stamped>> kept = new LinkedHashMap<>();

        @ReplicatedCommand("keep")
        public void keep() {
            last = "kept";
        }
    }

    static class KeepsPlain extends State {
        @ReplicatedState
        private final Map<String, List<Plain>> kept = new LinkedHashMap<>();

        @ReplicatedCommand("keep")
        public void keep() {
            last = "kept";
        }
    }

    static class Initialised {
        static final long SINCE = System.nanoTime();
        private long age;
    }

    static class InitialisedAlike {
        static final long SINCE = 42;
        private long age;
    }

    static class ReturnsInitialised extends State {
        @ReplicatedCommand("age")
        public Optional<Initialised> age() {
            return Optional.empty();
        }
    }

    static class ReturnsInitialisedAlike extends State {
        @ReplicatedCommand("age")
        public Optional<InitialisedAlike> age() {
            return Optional.empty();
        }
    }

    static class Reviewed extends State {
        @ReplicatedCommand("touch")
        public void touch(List<String> names) {
            trace(names);
        }

        @Deterministic("only for a log line, nothing depends on it")
        private void trace(List<String> names) {
            names.forEach(each -> Instant.now());
            later();
        }

        private void later() {
            Instant.now();
        }
    }

    static class ReviewedInVain extends Reviewed {
        @ReplicatedCommand("touch-also")
        public void touchAlso(List<String> names) {
            Instant.now();
            super.touch(names);
        }
    }

    static class ReviewedWithoutReason extends State {
        @ReplicatedCommand("touch")
        @Deterministic(" ")
        public void touch() {
            last = Instant.now().toString();
        }
    }
}
