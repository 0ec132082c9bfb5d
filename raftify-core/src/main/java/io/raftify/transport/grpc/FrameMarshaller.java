package io.raftify.transport.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.raftify.transport.grpc.wire.Frame;
import io.raftify.transport.grpc.wire.RaftTransportGrpc;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads and writes frames. Unlike gRPC's own marshaller it does not copy payloads a second time, and it turns bytes
 * that are no frame into an empty one, which both ends refuse with a reason: gRPC would log a stack trace for each.
 */
final class FrameMarshaller implements MethodDescriptor.Marshaller<Frame> {

    /**
     * Passes over fields it does not know. Nobody passes them on, and kept they take some hundred times their bytes: a
     * stranger's first frame, which is read before it is known who sent it, could take all memory.
     */
    private static final Parser<Frame> READER = DiscardUnknownFieldsParser.wrap(Frame.parser());

    static final MethodDescriptor<Frame, Frame> EXCHANGE = exchange();

    private final MethodDescriptor.Marshaller<Frame> writer = ProtoUtils.marshaller(Frame.getDefaultInstance());

    private static MethodDescriptor<Frame, Frame> exchange() {
        FrameMarshaller marshaller = new FrameMarshaller();
        return RaftTransportGrpc.getExchangeMethod().toBuilder(marshaller, marshaller)
                .build();
    }

    @Override
    public InputStream stream(Frame frame) {
        return writer.stream(frame);
    }

    @Override
    public Frame parse(InputStream stream) {
        byte[] bytes;
        try {
            bytes = read(stream);
        } catch (IOException e) {
            throw Status.INTERNAL
                    .withDescription("a frame could not be read")
                    .withCause(e)
                    .asRuntimeException();
        }
        // Nobody else has the array, so that the payload may be a view of it.
        CodedInputStream input = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
        input.enableAliasing(true);
        try {
            return READER.parseFrom(input);
        } catch (IOException notAFrame) {
            return Frame.getDefaultInstance();
        }
    }

    /** The size was checked against the limit before gRPC gathered the message. */
    private static byte[] read(InputStream stream) throws IOException {
        if (!(stream instanceof KnownLength)) {
            return stream.readAllBytes();
        }
        byte[] bytes = new byte[stream.available()];
        if (stream.readNBytes(bytes, 0, bytes.length) != bytes.length) {
            throw new EOFException("the frame ended early");
        }
        return bytes;
    }
}
