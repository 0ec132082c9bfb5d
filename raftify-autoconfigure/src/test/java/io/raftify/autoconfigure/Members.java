package io.raftify.autoconfigure;

import static org.awaitility.Awaitility.await;

import io.raftify.engine.FreePorts;
import io.raftify.node.NodeStatus;
import io.raftify.node.RaftNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Real applications in one JVM, each with a member of its own: real gRPC on loopback, real LMDB. */
final class Members implements AutoCloseable {

    /**
     * Of every member that is not given others. A disk that stalls for a second must not end in an election, and so in
     * calls of unknown outcome; and a call may wait for an election that happens all the same.
     */
    private static final Map<String, String> PATIENT = Map.of(
            "raftify.election.timeout", "3s",
            "raftify.proposal.timeout", "30s",
            "raftify.read.timeout", "30s");

    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final Map<String, ConfigurableApplicationContext> contexts = new ConcurrentHashMap<>();
    private final Map<String, List<String>> ownProperties = new ConcurrentHashMap<>();
    private final Map<String, Class<?>> builds = new ConcurrentHashMap<>();
    private final Path directory;
    private final Class<?> application;
    private final List<String> properties;

    Members(int size, Path directory, Class<?> application, String... properties) {
        this.directory = directory;
        this.application = application;
        this.properties = List.of(properties);
        List<Integer> free = FreePorts.find(size);
        for (int i = 0; i < size; i++) {
            ports.put("n" + (i + 1), free.get(i));
        }
    }

    /** Which build of the application a member runs when it is started next. */
    Members runs(String id, Class<?> build) {
        builds.put(id, build);
        return this;
    }

    /** Further properties of one member alone. */
    void with(String id, List<String> own) {
        ownProperties.put(id, own);
    }

    Members start() {
        try {
            together(ports.keySet(), this::start);
        } catch (RuntimeException notAllStarted) {
            // Those that did start would hold ports and directories until the JVM ends.
            close();
            throw notAllStarted;
        }
        return this;
    }

    /** Some members, beside each other: one alone would wait for the others. */
    Members startOnly(String... ids) {
        together(List.of(ids), this::start);
        return this;
    }

    ConfigurableApplicationContext start(String id) {
        List<String> all = new ArrayList<>(properties);
        all.addAll(ownProperties.getOrDefault(id, List.of()));
        PATIENT.forEach((name, value) -> {
            if (all.stream().noneMatch(each -> each.startsWith(name + "="))) {
                all.add(name + "=" + value);
            }
        });
        all.add("raftify.node-id=" + id);
        all.add("raftify.data-dir=" + directory.resolve(id));
        all.add("raftify.cluster.name=test");
        ports.forEach((peer, port) -> all.add("raftify.cluster.peers." + peer + "=127.0.0.1:" + port));
        ConfigurableApplicationContext context = new SpringApplicationBuilder(builds.getOrDefault(id, application))
                .web(WebApplicationType.NONE)
                .registerShutdownHook(false)
                .run(all.stream().map(each -> "--" + each).toArray(String[]::new));
        contexts.put(id, context);
        return context;
    }

    void stop(String id) {
        ConfigurableApplicationContext context = contexts.remove(id);
        if (context != null) {
            context.close();
        }
    }

    <T> T bean(String id, Class<T> type) {
        return contexts.get(id).getBean(type);
    }

    NodeStatus status(String id) {
        return bean(id, RaftNode.class).status();
    }

    /** Those that run. */
    List<String> ids() {
        return ports.keySet().stream().filter(contexts::containsKey).toList();
    }

    /** Waits for one that leads. */
    String leader() {
        return await().alias("a member leads")
                .atMost(Duration.ofSeconds(30))
                .until(() -> ids().stream().filter(id -> status(id).leading()).findFirst(), Optional::isPresent)
                .orElseThrow();
    }

    String follower() {
        String leader = leader();
        return ids().stream().filter(id -> !id.equals(leader)).findFirst().orElseThrow();
    }

    @Override
    public void close() {
        together(List.copyOf(contexts.keySet()), this::stop);
    }

    /** Each on a thread of its own: a member that starts waits for others. */
    private static void together(Collection<String> ids, Consumer<String> action) {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            CompletableFuture.allOf(ids.stream()
                            .map(id -> CompletableFuture.runAsync(() -> action.accept(id), threads))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        } finally {
            threads.shutdown();
        }
    }
}
