package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.raftify.engine.FreePorts;
import io.raftify.node.RaftNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.grpc.server.GrpcServerFactory;
import org.springframework.grpc.server.lifecycle.GrpcServerLifecycle;

/** A member beside an application's own gRPC server, and beside none. */
class OwnGrpcServerTests {

    private static final MethodDescriptor<String, String> ECHO = method("test.Echo", "Say");
    private static final MethodDescriptor<String, String> OURS = method("raftify.v1.RaftTransport", "Exchange");

    private final List<Integer> ports = FreePorts.find(2);
    private final int memberPort = ports.get(0);
    private final int ownPort = ports.get(1);

    @TempDir
    Path directory;

    @Test
    void theApplicationsOwnServiceAnswersOnItsOwnPortAndTheMemberLeads() {
        try (ConfigurableApplicationContext context = start(WithService.class)) {
            assertThat(call(ownPort, ECHO, "hello")).isEqualTo("hello");
            awaitLeading(context);
        }
    }

    @Test
    void neitherServerServesTheOthersServices() {
        try (ConfigurableApplicationContext context = start(WithService.class)) {
            assertThat(call(ownPort, ECHO, "there is a server")).isNotEmpty();
            assertUnimplemented(ownPort, OURS);
            assertUnimplemented(memberPort, ECHO);
        }
    }

    @Test
    void theApplicationsGrpcBeansAreTheSameWithAndWithoutAMember() {
        List<String> with;
        try (ConfigurableApplicationContext context = start(WithService.class)) {
            with = grpcBeans(context);
        }
        try (ConfigurableApplicationContext context = start(WithService.class, "--raftify.enabled=false")) {
            assertThat(with).isEqualTo(grpcBeans(context)).contains("echo");
        }
    }

    @Test
    void anApplicationWithoutServicesGetsNoServerOfItsOwn() {
        try (ConfigurableApplicationContext context = start(WithoutService.class)) {
            assertThat(context.getBeanNamesForType(GrpcServerLifecycle.class)).isEmpty();
            assertThat(context.getBeanNamesForType(BindableService.class)).isEmpty();
            awaitLeading(context);
        }
    }

    /** A start goes on without a leader when the disk stalls for longer than it waits. */
    private static void awaitLeading(ConfigurableApplicationContext context) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> context.getBean(RaftNode.class).status().leading());
    }

    private static List<String> grpcBeans(ConfigurableApplicationContext context) {
        List<String> names = new ArrayList<>();
        for (Class<?> type : List.of(BindableService.class, GrpcServerFactory.class, GrpcServerLifecycle.class)) {
            names.addAll(Arrays.asList(context.getBeanNamesForType(type)));
        }
        return names;
    }

    private static void assertUnimplemented(int port, MethodDescriptor<String, String> method) {
        assertThatExceptionOfType(StatusRuntimeException.class)
                .isThrownBy(() -> call(port, method, "x"))
                .satisfies(thrown -> assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
    }

    private static String call(int port, MethodDescriptor<String, String> method, String request) {
        ManagedChannel channel = ManagedChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .build();
        try {
            return ClientCalls.blockingUnaryCall(
                    channel, method, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS), request);
        } finally {
            channel.shutdownNow();
        }
    }

    private ConfigurableApplicationContext start(Class<?> application, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--spring.grpc.server.port=" + ownPort,
                "--raftify.node-id=n1",
                "--raftify.data-dir=" + directory,
                "--raftify.cluster.peers.n1=127.0.0.1:" + memberPort));
        arguments.addAll(List.of(more));
        return new SpringApplicationBuilder(application)
                .web(WebApplicationType.NONE)
                .registerShutdownHook(false)
                .run(arguments.toArray(String[]::new));
    }

    private static MethodDescriptor<String, String> method(String service, String name) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(service, name))
                .setRequestMarshaller(new Text())
                .setResponseMarshaller(new Text())
                .build();
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class WithoutService {}

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class WithService {

        @Bean
        BindableService echo() {
            return () -> ServerServiceDefinition.builder("test.Echo")
                    .addMethod(ECHO, ServerCalls.asyncUnaryCall((request, observer) -> {
                        observer.onNext(request);
                        observer.onCompleted();
                    }))
                    .build();
        }
    }

    private static final class Text implements MethodDescriptor.Marshaller<String> {

        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    }
}
