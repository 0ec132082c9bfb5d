package io.raftify.benchmarks.contender;

import io.raftify.node.RaftNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/** Ours as an application has it: a Spring Boot context with the starter's auto-configuration and an annotated bean. */
final class BeanMember implements Member {

    private final Seat seat;
    private volatile @Nullable ConfigurableApplicationContext context;
    private volatile @Nullable RegisterBean bean;
    private volatile @Nullable RaftNode node;

    BeanMember(Seat seat) {
        this.seat = seat;
    }

    @Override
    public void start() {
        List<String> arguments = new ArrayList<>(List.of(
                "--spring.main.banner-mode=off",
                "--raftify.node-id=" + seat.name(),
                "--raftify.data-dir=" + seat.directory(),
                "--raftify.cluster.name=benchmark"));
        for (int member = 0; member < Seat.MEMBERS; member++) {
            arguments.add(
                    "--raftify.cluster.peers." + Seat.name(member) + "=" + Seat.HOST + ":" + seat.port(member, 0));
        }
        ConfigurableApplicationContext started = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .registerShutdownHook(false)
                .run(arguments.toArray(String[]::new));
        bean = started.getBean(RegisterBean.class);
        node = started.getBean(RaftNode.class);
        context = started;
    }

    @Override
    public boolean leading() {
        RaftNode started = node;
        return started != null && started.status().leading();
    }

    @Override
    public boolean threadPerCall() {
        return true;
    }

    @Override
    public CompletableFuture<?> write(byte[] value) {
        return CompletableFuture.completedFuture(started().set(value));
    }

    @Override
    public CompletableFuture<?> read() {
        return CompletableFuture.completedFuture(started().count());
    }

    @Override
    public CompletableFuture<?> localRead() {
        return CompletableFuture.completedFuture(started().localCount());
    }

    private RegisterBean started() {
        return Objects.requireNonNull(bean, "not started");
    }

    @Override
    public void close() {
        ConfigurableApplicationContext started = context;
        if (started != null) {
            started.close();
        }
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import(RegisterBean.class)
    static class Application {}
}
