package io.raftify.transport;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries calls between this member and its peers, which are named by node id.
 *
 * <p><b>Order.</b> Calls that one thread makes to one peer reach the peer's {@link InboundHandler} in the order in
 * which they were made, as long as the stream to it holds; a call is delivered at most once. Answers may come in any
 * order.
 *
 * <p><b>Bounds.</b> Every call ends by its timeout. What waits to be sent to one peer is bounded; beyond that a call
 * fails at once with {@link CallFailure.Kind#NOT_SENT}.
 */
public interface MemberTransport extends AutoCloseable {

    /**
     * Binds the member's own address and begins to connect to its peers.
     *
     * @param handler gets every call of a peer whose cluster, name and certificate were checked
     * @throws io.raftify.node.NodeStartException if the address cannot be bound or key and certificates cannot be used
     */
    void start(InboundHandler handler);

    /**
     * Sends a call and returns at once. The callback gets the answer or a {@link CallFailure}, exactly once, on a
     * thread of the transport that it must not block.
     *
     * @param peer the node id of a peer
     * @param kind what the call is, given to the peer's handler as it is
     * @param timeout greater than zero
     */
    void call(String peer, int kind, ByteString payload, Duration timeout, Callback callback);

    /** Whether a checked stream to the peer is open. If there is none, one is being opened in the background. */
    boolean connected(String peer);

    /** Where this member looks for the peer, and why it last failed to reach it (null while connected). */
    PeerConnection connection(String peer);

    /** Registers a listener that is told the peer's name whenever a checked stream to it has been opened. */
    void onConnected(Consumer<String> listener);

    /** Ends every call with {@link CallFailure.Kind#NOT_SENT} or {@link CallFailure.Kind#UNKNOWN}, frees the port. */
    @Override
    void close();

    /** Gets the end of a call. */
    interface Callback {

        /** @param answer null if and only if {@code failure} is not */
        void complete(@Nullable ByteString answer, @Nullable CallFailure failure);
    }

    /** Gets the calls of peers. */
    @FunctionalInterface
    interface InboundHandler {

        /**
         * A call has arrived. Called in the order of the peer's stream, for each peer by one thread at a time, which it
         * must not block.
         *
         * @param responder takes the answer, from any thread, at most once; an answer whose stream is gone is dropped
         */
        void receive(String peer, int kind, ByteString payload, Responder responder);
    }

    /** Takes the answer to one call. */
    interface Responder {

        void answer(ByteString payload);

        /** The call was received, but there is no answer; the caller gets {@link CallFailure.Kind#REFUSED}. */
        void refuse(String reason);
    }

    /** See {@link #connection}. */
    record PeerConnection(
            String address, boolean connected, @Nullable String lastError) {}
}
