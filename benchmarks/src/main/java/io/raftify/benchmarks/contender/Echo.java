package io.raftify.benchmarks.contender;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A server that sends back what comes, and one long stream to somebody else's. */
final class Echo implements AutoCloseable {

    private static final MethodDescriptor<byte[], byte[]> ECHO = MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName("benchmark.Echo/echo")
            .setRequestMarshaller(new Bytes())
            .setResponseMarshaller(new Bytes())
            .build();

    private final Server server;
    private final ManagedChannel channel;
    private final Queue<CompletableFuture<byte[]>> waiting = new ArrayDeque<>();
    private @Nullable StreamObserver<byte[]> stream;

    Echo(int port, String host, int otherPort) throws IOException {
        this.server = NettyServerBuilder.forAddress(new InetSocketAddress(host, port))
                .directExecutor()
                .addService(ServerServiceDefinition.builder("benchmark.Echo")
                        .addMethod(ECHO, ServerCalls.asyncBidiStreamingCall(Echo::sendBack))
                        .build())
                .build()
                .start();
        this.channel = NettyChannelBuilder.forAddress(host, otherPort)
                .usePlaintext()
                .directExecutor()
                .build();
    }

    private static StreamObserver<byte[]> sendBack(StreamObserver<byte[]> answers) {
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] message) {
                answers.onNext(message);
            }

            @Override
            public void onError(Throwable cut) {
                answers.onError(cut);
            }

            @Override
            public void onCompleted() {
                answers.onCompleted();
            }
        };
    }

    synchronized CompletableFuture<byte[]> roundTrip(byte[] message) {
        StreamObserver<byte[]> open = stream;
        if (open == null) {
            ClientCall<byte[], byte[]> call = channel.newCall(ECHO, CallOptions.DEFAULT.withWaitForReady());
            open = ClientCalls.asyncBidiStreamingCall(call, new Answers());
            stream = open;
        }
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        waiting.add(answer);
        open.onNext(message);
        return answer;
    }

    private synchronized @Nullable CompletableFuture<byte[]> oldest() {
        return waiting.poll();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    private final class Answers implements StreamObserver<byte[]> {

        @Override
        public void onNext(byte[] message) {
            CompletableFuture<byte[]> answer = oldest();
            if (answer != null) {
                answer.complete(message);
            }
        }

        @Override
        public void onError(Throwable cut) {
            for (CompletableFuture<byte[]> answer = oldest(); answer != null; answer = oldest()) {
                answer.completeExceptionally(cut);
            }
        }

        @Override
        public void onCompleted() {
            onError(new IllegalStateException("The other side ended the stream"));
        }
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }
    }
}
