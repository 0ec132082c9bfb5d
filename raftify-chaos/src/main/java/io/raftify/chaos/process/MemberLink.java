package io.raftify.chaos.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.raftify.chaos.process.Wire.Answer;
import io.raftify.chaos.process.Wire.Request;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/** The rig's connection to one process of a member; ends with it. */
final class MemberLink {

    /** The process has gone, or does not answer. */
    static final class GoneException extends RuntimeException {
        GoneException(String message) {
            super(message);
        }
    }

    /** There was no process to ask in the first place. */
    static final class NotThereException extends RuntimeException {
        NotThereException(String message) {
            super(message);
        }
    }

    private static final AtomicLong NUMBERS = new AtomicLong();

    private final SocketChannel channel;
    private final Map<Long, CompletableFuture<Answer>> open = new ConcurrentHashMap<>();
    private volatile boolean gone;

    MemberLink(Path socket) throws IOException {
        channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        Thread reader = new Thread(this::read, "chaos-answers");
        reader.setDaemon(true);
        reader.start();
    }

    boolean gone() {
        return gone;
    }

    /** Completes with the answer, or with {@link GoneException} when the process ends. */
    CompletableFuture<Answer> ask(LongFunction<Request> request) {
        long number = NUMBERS.incrementAndGet();
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        open.put(number, answer);
        byte[] line = (Wire.JSON.writeValueAsString(request.apply(number)) + "\n").getBytes(UTF_8);
        try {
            synchronized (channel) {
                ByteBuffer bytes = ByteBuffer.wrap(line);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        } catch (IOException broken) {
            end();
        }
        if (gone) {
            end();
        }
        return answer;
    }

    private void read() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(Channels.newInputStream(channel), UTF_8))) {
            String line;
            while ((line = in.readLine()) != null) {
                Answer answer = Wire.JSON.readValue(line, Answer.class);
                CompletableFuture<Answer> asked = open.remove(answer.number());
                if (asked != null) {
                    asked.complete(answer);
                }
            }
        } catch (IOException broken) {
            // The process was killed: what was asked ends below.
        } finally {
            end();
        }
    }

    void end() {
        gone = true;
        open.values().forEach(asked -> asked.completeExceptionally(new GoneException("the process has ended")));
        open.clear();
    }
}
