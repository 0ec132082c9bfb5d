package io.raftify.sample;

import io.raftify.node.NodeStatus;
import io.raftify.node.RaftNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Several real contexts of the sample in one JVM, each a member with its own REST port. */
public final class MembersInOneJvm implements AutoCloseable {

    private final Map<String, Integer> memberPorts = new LinkedHashMap<>();
    private final Map<String, ConfigurableApplicationContext> contexts = new LinkedHashMap<>();
    private final Path work;
    private final List<String> more;

    /** @param more further command-line arguments of every member */
    public MembersInOneJvm(int size, Path work, String... more) {
        this.work = work;
        this.more = List.of(more);
        List<Integer> ports = FreePorts.find(size);
        for (int i = 0; i < size; i++) {
            memberPorts.put("n" + (i + 1), ports.get(i));
        }
    }

    public List<String> ids() {
        return List.copyOf(memberPorts.keySet());
    }

    public void startAll() {
        together(ids(), this::start);
    }

    public void start(String id) {
        List<String> args = new ArrayList<>(
                List.of("--spring.profiles.active=" + id, "--server.port=0", "--raftify.data-dir=" + work.resolve(id)));
        memberPorts.forEach((peer, port) -> args.add("--raftify.cluster.peers." + peer + "=127.0.0.1:" + port));
        args.addAll(more);
        SpringApplication application = new SpringApplicationBuilder(SampleApplication.class).build();
        application.setRegisterShutdownHook(false);
        ConfigurableApplicationContext context = application.run(args.toArray(String[]::new));
        synchronized (contexts) {
            contexts.put(id, context);
        }
    }

    public void stop(String id) {
        context(id).close();
    }

    String url(String id) {
        return "http://127.0.0.1:" + context(id).getEnvironment().getRequiredProperty("local.server.port");
    }

    public NodeStatus status(String id) {
        return context(id).getBean(RaftNode.class).status();
    }

    /** Sells through the bean of that member and returns the ticket. */
    public long sell(String id, int show, int seat, String orderId) {
        return boxOffice(id).sell(show, seat, orderId, "caller").ticket();
    }

    /** Returns a seat through the bean of that member. */
    public boolean refund(String id, int show, int seat, String orderId) {
        return boxOffice(id).refund(show, seat, orderId);
    }

    BoxOffice boxOffice(String id) {
        return context(id).getBean(BoxOffice.class);
    }

    private ConfigurableApplicationContext context(String id) {
        synchronized (contexts) {
            return contexts.get(id);
        }
    }

    @Override
    public void close() {
        List<ConfigurableApplicationContext> open;
        synchronized (contexts) {
            open = List.copyOf(contexts.values());
        }
        together(open, ConfigurableApplicationContext::close);
    }

    /**
     * Each on a thread of its own, since a member that starts waits for others. Threads of the common pool would not do:
     * they see the system class loader, which knows nothing of what is inside the packaged application.
     */
    private static <T> void together(List<T> all, Consumer<T> action) {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            CompletableFuture.allOf(all.stream()
                            .map(each -> CompletableFuture.runAsync(() -> action.accept(each), threads))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        } finally {
            threads.shutdown();
        }
    }
}
