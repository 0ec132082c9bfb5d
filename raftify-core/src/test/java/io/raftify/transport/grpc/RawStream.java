package io.raftify.transport.grpc;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.raftify.node.PeerAddress;
import io.raftify.transport.TestMembers;
import io.raftify.transport.grpc.wire.Call;
import io.raftify.transport.grpc.wire.Frame;
import io.raftify.transport.grpc.wire.Hello;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A stream to a member whose other end may do what it likes. */
final class RawStream implements AutoCloseable {

    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    };

    private final ManagedChannel channel;
    private final ClientCall<byte[], byte[]> call;
    private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();

    RawStream(PeerAddress address) {
        channel = NettyChannelBuilder.forAddress(address.host(), address.port())
                .usePlaintext()
                .build();
        call = channel.newCall(FrameMarshaller.EXCHANGE.toBuilder(BYTES, BYTES).build(), CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(byte[] message) {
                        received.add(message);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                    }
                },
                new Metadata());
    }

    /** Says who it is, and waits until it is believed; reads nothing more by itself. */
    RawStream greetAs(String nodeId, String peer) throws Exception {
        send(Frame.newBuilder()
                .setHello(Hello.newBuilder()
                        .setProtocolVersion(Greeting.PROTOCOL_VERSION)
                        .setClusterName("test")
                        .setNodeId(nodeId)
                        .setPeerId(peer)
                        .setMaxPayloadBytes(Integer.MAX_VALUE))
                .build());
        if (!read().hasHello()) {
            throw new AssertionError("no greeting came back");
        }
        return this;
    }

    void call(long id, int size) {
        send(Frame.newBuilder()
                .setCall(Call.newBuilder()
                        .setId(id)
                        .setPayload(com.google.protobuf.ByteString.copyFrom(new byte[size]))
                        .setTimeoutMillis(60_000))
                .build());
    }

    void send(Frame frame) {
        send(frame.toByteArray());
    }

    void send(byte[] message) {
        call.sendMessage(message);
    }

    boolean ready() {
        return call.isReady();
    }

    Frame read() throws Exception {
        call.request(1);
        byte[] message = received.poll(TestMembers.SOON.toSeconds(), TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("nothing came");
        }
        return Frame.parseFrom(message);
    }

    Status ended() throws Exception {
        return end.get(TestMembers.SOON.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() throws InterruptedException {
        channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
}
