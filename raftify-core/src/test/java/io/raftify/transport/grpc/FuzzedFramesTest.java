package io.raftify.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import io.grpc.KnownLength;
import io.grpc.Status;
import io.raftify.fuzz.Fuzz;
import io.raftify.transport.grpc.wire.Answer;
import io.raftify.transport.grpc.wire.Call;
import io.raftify.transport.grpc.wire.Frame;
import io.raftify.transport.grpc.wire.Hello;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a frame may be is decided without an error, whatever came. */
class FuzzedFramesTest {

    private static final int LARGE = 1 << 20;

    private final FrameMarshaller marshaller = new FrameMarshaller();
    private final Greeting greeting = new Greeting("n1", "orders", Set.of("n1", "n2", "n3"), 1 << 20);

    private static byte[][] frames() {
        ByteString payload = ByteString.copyFromUtf8("a command or something else that is not looked into");
        return new byte[][] {
            new Greeting("n2", "orders", Set.of("n1", "n2", "n3"), 1 << 20)
                    .to("n1")
                    .toByteArray(),
            Frame.newBuilder()
                    .setCall(Call.newBuilder()
                            .setId(77)
                            .setKind(2)
                            .setPayload(payload)
                            .setTimeoutMillis(5_000))
                    .build()
                    .toByteArray(),
            Frame.newBuilder()
                    .setAnswer(Answer.newBuilder().setId(77).setPayload(payload))
                    .build()
                    .toByteArray(),
            Frame.newBuilder()
                    .setAnswer(Answer.newBuilder().setId(78).setRefusal("no"))
                    .build()
                    .toByteArray()
        };
    }

    /** As gRPC hands over what it has gathered: it knows how long it is. */
    private static final class Gathered extends ByteArrayInputStream implements KnownLength {

        Gathered(byte[] bytes) {
            super(bytes);
        }
    }

    @Test
    void any_bytes_are_a_frame_or_an_empty_one_however_they_are_gathered() {
        Fuzz.target("frames", frames()).run(bytes -> {
            Frame gathered = marshaller.parse(new Gathered(bytes));
            Frame streamed = marshaller.parse(new ByteArrayInputStream(bytes));

            assertThat(gathered).isEqualTo(streamed);
        });
    }

    @Test
    void any_greeting_is_welcome_or_refused_in_words_that_fit_on_a_line() {
        Fuzz.target("greetings", frames()).run(bytes -> {
            Hello hello = marshaller.parse(new Gathered(bytes)).getHello();

            Status asCaller = greeting.refusalOfCaller(hello);
            Status asDialled = greeting.refusalOfDialled("n2", hello);

            if (asCaller == null || asDialled == null) {
                assertThat(hello.getClusterName()).isEqualTo("orders");
                assertThat(hello.getNodeId()).isIn("n2", "n3");
                assertThat(hello.getPeerId()).isEqualTo("n1");
            }
            for (Status refusal : new Status[] {asCaller, asDialled}) {
                if (refusal != null) {
                    assertThat(refusal.getDescription().length()).isLessThan(2_000);
                    assertThat(refusal.getDescription().chars()).noneMatch(Character::isISOControl);
                }
            }
        });
    }

    /** A stranger's first frame is read before it is known who sent it, and may be as large as any. */
    @Test
    void a_large_frame_of_what_is_not_known_takes_little_more_memory_than_its_bytes() throws IOException {
        ByteArrayOutputStream groups = new ByteArrayOutputStream();
        CodedOutputStream fields = CodedOutputStream.newInstance(groups);
        for (int i = 0; groups.size() < LARGE; i++) {
            fields.writeTag(4 + i % 50_000, WireFormat.WIRETYPE_START_GROUP);
            fields.writeTag(4 + i % 50_000, WireFormat.WIRETYPE_END_GROUP);
            fields.flush();
        }
        ByteArrayOutputStream numbers = new ByteArrayOutputStream();
        fields = CodedOutputStream.newInstance(numbers);
        for (int i = 4; numbers.size() < LARGE; i++) {
            fields.writeInt32(i, 1);
            fields.flush();
        }
        Fuzz.target("large frames", groups.toByteArray(), numbers.toByteArray())
                .oneOf(Integer.MAX_VALUE)
                .allocating(4, 1 << 20)
                .run(bytes -> marshaller.parse(new Gathered(bytes)));
    }
}
