package io.raftify.transport.grpc;

import java.time.Duration;

/**
 * Every bound of the transport in one place.
 *
 * @param maxPayloadBytes of one call or answer
 * @param maxWaitingBytes of what waits to be written to one peer
 * @param maxOpenCalls calls of one peer that the handler has not answered yet; beyond it nothing more is read
 * @param maxOpenBytes payload bytes of such calls
 * @param connectTimeout for the TCP connection
 * @param greetingTimeout from dialling until the peer has been checked, connecting and TLS included
 * @param shortestBackoff before the first attempt to connect again
 * @param longestBackoff what it grows to
 * @param wantedBackoff what it is cut to when somebody wants to call the peer, or the peer has called
 * @param keepAliveTime of silence before a peer is asked for a sign of life; gRPC allows 10 s and more
 * @param keepAliveTimeout to give that sign before its connection counts as dead
 * @param closeTimeout for ending streams, server and threads, each
 */
record TransportLimits(
        int maxPayloadBytes,
        long maxWaitingBytes,
        int maxOpenCalls,
        long maxOpenBytes,
        Duration connectTimeout,
        Duration greetingTimeout,
        Duration shortestBackoff,
        Duration longestBackoff,
        Duration wantedBackoff,
        Duration keepAliveTime,
        Duration keepAliveTimeout,
        Duration closeTimeout) {

    /** What a frame has beside its payload: ids, kind, timeout, tags and lengths need less than half of it. */
    private static final int FRAME_OVERHEAD = 128;

    /** A refusal is for people: what is longer is cut. */
    static final int LONGEST_REFUSAL = 1024;

    static TransportLimits forFramesOf(int maxFrameSize) {
        return new TransportLimits(
                maxFrameSize,
                Math.max(16L << 20, 2L * maxFrameSize),
                4096,
                Math.max(64L << 20, 4L * maxFrameSize),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                Duration.ofMillis(50),
                Duration.ofSeconds(2),
                Duration.ofMillis(250),
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                Duration.ofSeconds(2));
    }

    /** What gRPC refuses before it allocates room for it. */
    int maxMessageBytes() {
        return (int) Math.min(Integer.MAX_VALUE, (long) maxPayloadBytes + FRAME_OVERHEAD);
    }

    /** What a call or answer costs while it waits: without the overhead, empty ones would not be bounded. */
    static int costOf(int payloadBytes) {
        return payloadBytes + FRAME_OVERHEAD;
    }
}
