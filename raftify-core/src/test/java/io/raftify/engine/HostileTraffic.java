package io.raftify.engine;

import com.google.protobuf.ByteString;
import io.raftify.transport.grpc.Hpack;
import io.raftify.transport.grpc.wire.Call;
import io.raftify.transport.grpc.wire.Frame;
import io.raftify.transport.grpc.wire.Hello;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** What strangers may send to a member's port; each is mutated further. */
final class HostileTraffic {

    private static final String EXCHANGE = "/raftify.v1.RaftTransport/Exchange";
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SETTINGS = Hpack.frame(4, 0, 0, new byte[0]);
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RESET = 3;
    private static final int PING = 6;
    private static final int CONTINUATION = 9;
    private static final int END_HEADERS = 4;

    private HostileTraffic() {}

    static List<byte[]> samples() {
        return List.of(
                "GET / HTTP/1.1\r\nHost: member\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                new byte[] {0x16, 3, 1, 0, 0x20, 1, 0, 0, 0x1c, 3, 3},
                begin(),
                join(request(), message(greeting("test", "n9")), message(call()), message(call())),
                join(request(), message(greeting("another", "n2")), message(call())),
                join(request(), message(call())),
                join(request(), message(new byte[] {-1, -1, 1, 2, 3})),
                join(request(), Hpack.frame(DATA, 0, 1, prefixed(0, Integer.MAX_VALUE, new byte[100]))),
                join(request(), Hpack.frame(DATA, 0, 1, prefixed(0, -1, new byte[100]))),
                // within the limit, but the rest never comes
                join(request(), Hpack.frame(DATA, 0, 1, prefixed(0, 7 << 20, new byte[10_000]))),
                bomb(),
                join(request(), inFrames(prefixed(0, 100_000, repeated(new byte[] {0x23, 0x24}, 100_000)))),
                resets(),
                join(begin(), repeated(Hpack.frame(PING, 0, 0, new byte[8]), 17 * 500)),
                join(begin(), repeated(SETTINGS, 9 * 500)),
                join(
                        begin(),
                        Hpack.frame(HEADERS, 0, 1, Hpack.requestTo(EXCHANGE)),
                        repeated(Hpack.frame(CONTINUATION, 0, 1, new byte[200]), 209 * 100)));
    }

    private static byte[] begin() {
        return join(PREFACE, SETTINGS);
    }

    private static byte[] request() {
        return join(begin(), Hpack.frame(HEADERS, END_HEADERS, 1, Hpack.requestTo(EXCHANGE)));
    }

    private static byte[] greeting(String cluster, String nodeId) {
        return Frame.newBuilder()
                .setHello(Hello.newBuilder()
                        .setProtocolVersion(1)
                        .setClusterName(cluster)
                        .setNodeId(nodeId)
                        .setPeerId("n1")
                        .setMaxPayloadBytes(-1))
                .build()
                .toByteArray();
    }

    private static byte[] call() {
        return Frame.newBuilder()
                .setCall(Call.newBuilder()
                        .setId(1)
                        .setKind(MessageKind.PROPOSE.number())
                        .setPayload(ByteString.copyFromUtf8("a stranger's line"))
                        .setTimeoutMillis(1_000))
                .build()
                .toByteArray();
    }

    /** A message that says it is small, and is 64 MiB once it is unpacked. */
    private static byte[] bomb() {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            for (int i = 0; i < 64; i++) {
                out.write(new byte[1 << 20]);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return join(
                begin(),
                Hpack.frame(HEADERS, END_HEADERS, 1, Hpack.requestTo(EXCHANGE, "grpc-encoding", "gzip")),
                inFrames(prefixed(1, packed.size(), packed.toByteArray())));
    }

    /** Streams that are opened and at once given up. */
    private static byte[] resets() {
        byte[][] parts = new byte[201][];
        parts[0] = begin();
        for (int i = 0; i < 100; i++) {
            // the helper writes stream numbers of one byte
            int stream = 2 * i + 1;
            parts[2 * i + 1] = Hpack.frame(HEADERS, END_HEADERS, stream, Hpack.requestTo(EXCHANGE));
            parts[2 * i + 2] = Hpack.frame(RESET, 0, stream, new byte[] {0, 0, 0, 8});
        }
        return join(parts);
    }

    private static byte[] message(byte[] bytes) {
        return Hpack.frame(DATA, 0, 1, prefixed(0, bytes.length, bytes));
    }

    private static byte[] prefixed(int compressed, int claimed, byte[] bytes) {
        return ByteBuffer.allocate(5 + bytes.length)
                .put((byte) compressed)
                .putInt(claimed)
                .put(bytes)
                .array();
    }

    /** HTTP/2 frames have 16 KiB at most unless it was agreed otherwise. */
    private static byte[] inFrames(byte[] bytes) {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int at = 0; at < bytes.length; at += 16_000) {
            frames.writeBytes(Hpack.frame(
                    DATA, 0, 1, java.util.Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 16_000))));
        }
        return frames.toByteArray();
    }

    private static byte[] repeated(byte[] unit, int bytes) {
        byte[] repeated = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            repeated[i] = unit[i % unit.length];
        }
        return repeated;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }
}
