package io.raftify.replication.bytecode;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The calls of the JDK and of well-known libraries whose result or effect is not the same on every member. */
final class KnownCalls {

    private static final String CONTEXT = "io/raftify/annotation/CommandContext";
    private static final String PROMISE = "java/util/concurrent/CompletableFuture";

    private static final Set<String> GENERATORS = Set.of(
            "java/util/Random",
            "java/util/SplittableRandom",
            "java/util/random/RandomGenerator",
            "java/security/SecureRandom",
            "java/util/concurrent/ThreadLocalRandom");

    private static final Set<String> OF_ANOTHER_THREAD = Set.of(
            "java/lang/Thread",
            "java/lang/Thread$Builder",
            "java/util/Timer",
            "java/util/concurrent/BlockingQueue",
            "java/util/concurrent/CompletionService",
            "java/util/concurrent/CountDownLatch",
            "java/util/concurrent/CyclicBarrier",
            "java/util/concurrent/Exchanger",
            "java/util/concurrent/Executor",
            "java/util/concurrent/ExecutorService",
            "java/util/concurrent/Executors",
            "java/util/concurrent/ForkJoinPool",
            "java/util/concurrent/ForkJoinTask",
            "java/util/concurrent/Future",
            "java/util/concurrent/FutureTask",
            "java/util/concurrent/Phaser",
            "java/util/concurrent/ScheduledExecutorService",
            "java/util/concurrent/Semaphore",
            "java/util/concurrent/ThreadPoolExecutor",
            "java/util/concurrent/locks/Condition",
            "java/util/concurrent/locks/Lock",
            "java/util/concurrent/locks/LockSupport",
            "java/util/concurrent/locks/ReentrantLock",
            "java/util/concurrent/locks/StampedLock");

    private static final List<String> THREADS_OF_LIBRARIES =
            List.of("org/springframework/core/task/", "org/springframework/scheduling/", "reactor/core/scheduler/");

    private static final Set<String> OUTSIDE = Set.of(
            "java/io/Console",
            "java/io/FileInputStream",
            "java/io/FileOutputStream",
            "java/io/FileReader",
            "java/io/FileWriter",
            "java/io/PrintStream",
            "java/io/RandomAccessFile",
            "java/lang/Process",
            "java/lang/ProcessBuilder",
            "java/net/DatagramSocket",
            "java/net/HttpURLConnection",
            "java/net/InetAddress",
            "java/net/NetworkInterface",
            "java/net/ServerSocket",
            "java/net/Socket",
            "java/net/URLConnection",
            "java/nio/file/Files",
            "org/springframework/context/ApplicationEventPublisher");

    private static final List<String> OUTSIDE_BY_LIBRARIES = List.of(
            "com/amazonaws/",
            "com/mongodb/",
            "com/rabbitmq/",
            "feign/",
            "io/grpc/",
            "io/lettuce/",
            "io/r2dbc/",
            "jakarta/jms/",
            "jakarta/mail/",
            "jakarta/persistence/",
            "jakarta/ws/rs/client/",
            "java/net/http/",
            "java/nio/channels/",
            "java/sql/",
            "javax/naming/",
            "javax/sql/",
            "okhttp3/",
            "org/apache/hc/",
            "org/apache/http/",
            "org/apache/kafka/",
            "org/hibernate/",
            "org/redisson/",
            "org/springframework/amqp/",
            "org/springframework/core/io/",
            "org/springframework/data/",
            "org/springframework/http/client/",
            "org/springframework/jdbc/",
            "org/springframework/jms/",
            "org/springframework/kafka/",
            "org/springframework/mail/",
            "org/springframework/orm/",
            "org/springframework/r2dbc/",
            "org/springframework/web/client/",
            "org/springframework/web/reactive/function/client/",
            "org/springframework/web/service/",
            "redis/clients/",
            "retrofit2/",
            "software/amazon/awssdk/");

    /** In the packages above, and no more than values. */
    private static final List<String> VALUES = List.of(
            "java/sql/Date",
            "java/sql/Time",
            "java/sql/Timestamp",
            "java/sql/Types",
            "org/springframework/data/domain/",
            "org/springframework/data/util/");

    private static final Set<String> PURE_OF_FILE = Set.of(
            "<init>", "compareTo", "equals", "getName", "getParent", "getPath", "hashCode", "isAbsolute", "toString");

    private static final Set<String> NOT_STRICT = Set.of(
            "acos", "asin", "atan", "atan2", "cbrt", "cos", "cosh", "exp", "expm1", "hypot", "log", "log10", "log1p",
            "pow", "sin", "sinh", "tan", "tanh");

    private static final Set<String> NEVER_WAITING = Set.of(
            "cancel",
            "complete",
            "completeExceptionally",
            "completedFuture",
            "countDown",
            "equals",
            "hashCode",
            "failedFuture",
            "isCancelled",
            "isDone",
            "isCompletedExceptionally",
            "isEmpty",
            "interrupted",
            "isInterrupted",
            "newCondition",
            "remainingCapacity",
            "add",
            "clear",
            "contains",
            "currentThread",
            "iterator",
            "offer",
            "peek",
            "poll",
            "size",
            "stream",
            "toString",
            "unlock");

    /** Of classes that have much else, the methods by name and descriptor; a name alone is any of that name. */
    private static final Map<String, Map<String, Cause>> BY_NAME = Map.ofEntries(
            Map.entry(
                    "java/lang/System",
                    Map.of(
                            "currentTimeMillis", Cause.CLOCK,
                            "nanoTime", Cause.CLOCK,
                            "identityHashCode", Cause.IDENTITY,
                            "console", Cause.IO,
                            "getenv", Cause.ENVIRONMENT,
                            "getProperty", Cause.ENVIRONMENT,
                            "getProperties", Cause.ENVIRONMENT,
                            "lineSeparator", Cause.ENVIRONMENT)),
            Map.entry("java/util/Date", Map.of("<init>()V", Cause.CLOCK)),
            Map.entry("java/util/Calendar", Map.of("getInstance", Cause.CLOCK)),
            Map.entry("java/util/GregorianCalendar", Map.of("<init>()V", Cause.CLOCK)),
            Map.entry(
                    "java/time/Clock",
                    Map.of(
                            "system", Cause.CLOCK,
                            "systemUTC", Cause.CLOCK,
                            "systemDefaultZone", Cause.CLOCK,
                            "tickMillis", Cause.CLOCK,
                            "tickMinutes", Cause.CLOCK,
                            "tickSeconds", Cause.CLOCK,
                            "instant", Cause.CLOCK,
                            "millis", Cause.CLOCK)),
            Map.entry(
                    "java/time/InstantSource",
                    Map.of(
                            "system", Cause.CLOCK,
                            "instant", Cause.CLOCK,
                            "millis", Cause.CLOCK)),
            Map.entry("java/lang/Math", Map.of("random", Cause.RANDOM)),
            Map.entry("java/lang/StrictMath", Map.of("random", Cause.RANDOM)),
            Map.entry("java/util/Collections", Map.of("shuffle(Ljava/util/List;)V", Cause.RANDOM)),
            Map.entry("java/util/Random", Map.of("<init>()V", Cause.RANDOM)),
            Map.entry("java/util/SplittableRandom", Map.of("<init>()V", Cause.RANDOM)),
            Map.entry(
                    "java/util/random/RandomGenerator",
                    Map.of(
                            "getDefault", Cause.RANDOM,
                            "of", Cause.RANDOM)),
            Map.entry(
                    "java/util/random/RandomGeneratorFactory",
                    Map.of("create()Ljava/util/random/RandomGenerator;", Cause.RANDOM)),
            Map.entry("java/util/UUID", Map.of("randomUUID", Cause.UUID)),
            Map.entry("org/springframework/util/IdGenerator", Map.of("generateId", Cause.UUID)),
            Map.entry(
                    "java/lang/Object",
                    Map.of(
                            "hashCode", Cause.IDENTITY,
                            "wait", Cause.THREADS,
                            "notify", Cause.THREADS,
                            "notifyAll", Cause.THREADS)),
            Map.entry("java/lang/Enum", Map.of("hashCode", Cause.IDENTITY)),
            Map.entry(
                    "java/util/concurrent/TimeUnit",
                    Map.of(
                            "sleep", Cause.THREADS,
                            "timedWait", Cause.THREADS,
                            "timedJoin", Cause.THREADS)),
            Map.entry("java/util/Collection", Map.of("parallelStream", Cause.THREADS)),
            Map.entry("java/util/stream/BaseStream", Map.of("parallel", Cause.THREADS)),
            Map.entry(
                    "java/util/Arrays",
                    Map.of(
                            "parallelPrefix", Cause.THREADS,
                            "parallelSetAll", Cause.THREADS)),
            Map.entry(
                    "java/lang/Runtime",
                    Map.of(
                            "availableProcessors", Cause.ENVIRONMENT,
                            "freeMemory", Cause.ENVIRONMENT,
                            "maxMemory", Cause.ENVIRONMENT,
                            "totalMemory", Cause.ENVIRONMENT,
                            "version", Cause.ENVIRONMENT,
                            "exec", Cause.IO)),
            Map.entry(
                    "java/lang/Thread",
                    Map.of(
                            "getName", Cause.ENVIRONMENT,
                            "getId", Cause.ENVIRONMENT,
                            "threadId", Cause.ENVIRONMENT)),
            Map.entry("java/lang/ProcessHandle", Map.of("current", Cause.ENVIRONMENT)),
            Map.entry(
                    "java/lang/management/ManagementFactory",
                    Map.of(
                            "getRuntimeMXBean", Cause.ENVIRONMENT,
                            "getMemoryMXBean", Cause.ENVIRONMENT,
                            "getThreadMXBean", Cause.ENVIRONMENT,
                            "getOperatingSystemMXBean", Cause.ENVIRONMENT)),
            Map.entry("java/lang/Boolean", Map.of("getBoolean", Cause.ENVIRONMENT)),
            Map.entry("java/lang/Integer", Map.of("getInteger", Cause.ENVIRONMENT)),
            Map.entry("java/lang/Long", Map.of("getLong", Cause.ENVIRONMENT)),
            Map.entry("java/util/Locale", Map.of("getDefault", Cause.ENVIRONMENT)),
            Map.entry("java/util/TimeZone", Map.of("getDefault", Cause.ENVIRONMENT)),
            Map.entry("java/time/ZoneId", Map.of("systemDefault", Cause.ENVIRONMENT)),
            Map.entry("java/nio/charset/Charset", Map.of("defaultCharset", Cause.ENVIRONMENT)),
            Map.entry(
                    "java/lang/String",
                    Map.of(
                            "getBytes()[B", Cause.ENVIRONMENT,
                            "<init>([B)V", Cause.ENVIRONMENT,
                            "toLowerCase()Ljava/lang/String;", Cause.ENVIRONMENT,
                            "toUpperCase()Ljava/lang/String;", Cause.ENVIRONMENT,
                            "format(Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/String;", Cause.ENVIRONMENT,
                            "formatted", Cause.ENVIRONMENT)),
            Map.entry(
                    "org/springframework/core/env/PropertyResolver",
                    Map.of(
                            "getProperty", Cause.ENVIRONMENT,
                            "getRequiredProperty", Cause.ENVIRONMENT)),
            Map.entry(
                    "java/net/URL",
                    Map.of(
                            "openStream", Cause.IO,
                            "openConnection", Cause.IO,
                            "getContent", Cause.IO)),
            Map.entry(
                    "java/nio/file/Path",
                    Map.of(
                            "toRealPath", Cause.IO,
                            "toAbsolutePath", Cause.ENVIRONMENT)));

    private KnownCalls() {}

    /** Whether the call gives something that is the same on every member, though its class suggests otherwise. */
    static boolean isSameEverywhere(Call call) {
        return call.owner().equals(CONTEXT)
                || (call.owner().equals("java/time/Clock") && call.name().equals("fixed"));
    }

    /**
     * Of a call of a method that is not the user's own; by the class that the call names, and by what that is, since a class
     * may be a thread, a repository or a client by what it extends. Null if nothing is wrong as far as is known.
     */
    static @Nullable Cause causeOf(Call call, ClassFiles files) {
        Cause cause = causeOf(call, call.owner());
        boolean named = call.kind() == Call.Kind.STATIC
                || call.isConstructor()
                || call.owner().equals(PROMISE);
        if (cause != null || named) {
            return cause;
        }
        return files.supertypes(call.owner()).stream()
                .map(each -> causeOf(call, each))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable Cause causeOf(Call call, String owner) {
        Map<String, Cause> names = BY_NAME.get(owner);
        Cause named =
                names == null ? null : names.getOrDefault(call.name() + call.descriptor(), names.get(call.name()));
        if (named != null) {
            return named == Cause.CLOCK && isFixed(call.receiver()) ? null : named;
        }
        if (owner.startsWith("java/time/") && call.name().equals("now")) {
            return call.arguments().stream().anyMatch(KnownCalls::isFixed) ? null : Cause.CLOCK;
        }
        if (GENERATORS.contains(owner)) {
            return isDrawnOutside(call, owner) ? Cause.RANDOM : null;
        }
        if (owner.equals("java/lang/Math") && NOT_STRICT.contains(call.name())) {
            return Cause.ARITHMETIC;
        }
        if (usesThreads(call, owner)) {
            return Cause.THREADS;
        }
        return isOutside(call, owner) ? Cause.IO : null;
    }

    private static boolean isFixed(@Nullable Fact value) {
        return value != null && value.trusted();
    }

    /** A generator that is a field of the bean goes on from where it was before a restart on some members only. */
    private static boolean isDrawnOutside(Call call, String owner) {
        Fact receiver = call.receiver();
        return owner.equals("java/security/SecureRandom")
                || owner.equals("java/util/concurrent/ThreadLocalRandom")
                || (receiver != null && !receiver.trusted() && !receiver.from().isEmpty());
    }

    private static boolean usesThreads(Call call, String owner) {
        if (owner.equals(PROMISE)) {
            return call.name().endsWith("Async")
                    || Set.of("get", "join", "delayedExecutor", "orTimeout", "completeOnTimeout")
                            .contains(call.name());
        }
        return (OF_ANOTHER_THREAD.contains(owner) && !NEVER_WAITING.contains(call.name()))
                || THREADS_OF_LIBRARIES.stream().anyMatch(owner::startsWith);
    }

    private static boolean isOutside(Call call, String owner) {
        if (owner.endsWith("Exception") || VALUES.stream().anyMatch(owner::startsWith)) {
            return false;
        }
        if (owner.equals("java/io/File")) {
            return !PURE_OF_FILE.contains(call.name());
        }
        return OUTSIDE.contains(owner) || OUTSIDE_BY_LIBRARIES.stream().anyMatch(owner::startsWith);
    }
}
