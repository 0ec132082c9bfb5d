package io.raftify.transport.grpc;

import static io.raftify.transport.TestMembers.ECHO;
import static io.raftify.transport.TestMembers.awaitConnected;
import static io.raftify.transport.TestMembers.call;
import static io.raftify.transport.TestMembers.ended;
import static io.raftify.transport.TestMembers.settings;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.raftify.transport.grpc.wire.Call;
import io.raftify.transport.grpc.wire.Frame;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever comes to the port, nothing of it is delivered, and members go on talking. */
class HostileBytesTest extends MembersTest {

    private static final int LARGEST = 2 << 20;
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final List<String> delivered = new CopyOnWriteArrayList<>();
    private GrpcMemberTransport n2;

    @BeforeEach
    void startMembers() throws Exception {
        member(settings("n1", peers).maxFrameSize(LARGEST), (peer, kind, payload, responder) -> {
            delivered.add(peer);
            responder.answer(payload);
        });
        n2 = member("n2", ECHO);
        awaitConnected(n2, "n1");
    }

    @AfterEach
    void membersGoOnTalking() throws Exception {
        delivered.clear();
        assertThat(n2.connected("n1")).isTrue();
        assertThat(ended(call(n2, "n1", "still there?")).text()).isEqualTo("still there?");
        assertThat(delivered).containsExactly("n2");
    }

    @Test
    void garbageEndsItsConnection() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            byte[] garbage = new byte[1 + random.nextInt(4096)];
            random.nextBytes(garbage);
            sendAndAwaitTheEnd(garbage);
        }
        assertThat(delivered).isEmpty();
    }

    @Test
    void garbageAfterAnHttp2PrefaceEndsItsConnection() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            byte[] garbage = new byte[64 + random.nextInt(4096)];
            random.nextBytes(garbage);
            sendAndAwaitTheEnd(PREFACE, new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0}, garbage);
        }
        assertThat(delivered).isEmpty();
    }

    @Test
    void aConnectionThatSaysNothingIsEnded() throws Exception {
        sendAndAwaitTheEnd();
    }

    @Test
    void aCallBeforeTheGreetingIsRefused() throws Exception {
        try (RawStream stream = new RawStream(peers.get("n1"))) {
            stream.call(1, 10);

            assertThat(stream.ended().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(stream.ended().getDescription()).contains("the first frame must be a greeting");
        }
        awaitWarning("n1 refused 127.0.0.1", "the first frame must be a greeting");
        assertThat(delivered).isEmpty();
    }

    @Test
    void aStreamWithoutAGreetingIsEnded() throws Exception {
        try (RawStream stream = new RawStream(peers.get("n1"))) {
            assertThat(stream.ended().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        }
    }

    @Test
    void bytesThatAreNoFrameAreRefusedBeforeAndAfterTheGreeting() throws Exception {
        byte[] garbage = {(byte) 0xff, (byte) 0xff, 1, 2, 3};
        try (RawStream stream = new RawStream(peers.get("n1"))) {
            stream.send(garbage);
            assertThat(stream.ended().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        }
        try (RawStream stream = new RawStream(peers.get("n1")).greetAs("n3", "n1")) {
            stream.send(garbage);
            assertThat(stream.ended().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        }
        assertThat(delivered).isEmpty();
    }

    @Test
    void aSecondGreetingIsRefused() throws Exception {
        try (RawStream stream = new RawStream(peers.get("n1")).greetAs("n3", "n1")) {
            stream.send(Frame.newBuilder().build());
            assertThat(stream.ended().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        }
    }

    @Test
    void aFrameAboveTheLimitIsRefusedByItsLengthAlone() throws Exception {
        try (RawStream stream = new RawStream(peers.get("n1")).greetAs("n3", "n1")) {
            stream.send(Frame.newBuilder()
                    .setCall(Call.newBuilder().setId(1).setPayload(ByteString.copyFrom(new byte[LARGEST + 200])))
                    .build());
            assertThat(stream.ended().getCode()).isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED);
        }
        assertThat(delivered).isEmpty();
    }

    @Test
    void aLengthPrefixOfTwoGigabytesIsRefused() throws Exception {
        // a DATA frame of a stream whose HEADERS name the method, with a message that claims 2^31 - 1 bytes
        byte[] headers = Hpack.requestTo("/raftify.v1.RaftTransport/Exchange");
        byte[] message = {0, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff, 1, 2, 3};
        long before = usedMemory();

        String answer = exchange(
                PREFACE,
                new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0},
                Hpack.frame(1, 4, 1, headers),
                Hpack.frame(0, 0, 1, message));

        assertThat(answer).contains("exceeds maximum size");
        assertThat(usedMemory() - before).isLessThan(256L << 20);
    }

    private static long usedMemory() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private void sendAndAwaitTheEnd(byte[]... parts) throws IOException {
        try (Socket socket = new Socket(peers.get("n1").host(), peers.get("n1").port())) {
            socket.setSoTimeout(20_000);
            send(socket, parts);
            InputStream in = socket.getInputStream();
            while (in.read() >= 0) {
                // whatever it answers, it must end
            }
        } catch (SocketException reset) {
            assertThat(reset).hasMessageMatching("(Connection reset|Broken pipe).*");
        }
    }

    /** What comes back within a moment, as Latin text: header values of errors are not compressed. */
    private String exchange(byte[]... parts) throws IOException {
        StringBuilder answer = new StringBuilder();
        try (Socket socket = new Socket(peers.get("n1").host(), peers.get("n1").port())) {
            socket.setSoTimeout(20_000);
            send(socket, parts);
            InputStream in = socket.getInputStream();
            for (int b = in.read(); b >= 0 && answer.indexOf("exceeds maximum size") < 0; b = in.read()) {
                answer.append((char) b);
            }
        }
        return answer.toString();
    }

    private static void send(Socket socket, byte[]... parts) throws IOException {
        OutputStream out = socket.getOutputStream();
        for (byte[] part : parts) {
            out.write(part);
        }
        out.flush();
    }
}
