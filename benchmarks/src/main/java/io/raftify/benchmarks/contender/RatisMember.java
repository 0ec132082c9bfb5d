package io.raftify.benchmarks.contender;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.proto.RaftProtos;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

/**
 * Apache Ratis over gRPC. Its configuration reference names what is set here: appenders that do not wait between two
 * appends, larger segments written in advance, room for a payload in the buffers, reads by read index.
 */
final class RatisMember implements Member {

    private static final RaftGroupId GROUP = RaftGroupId.valueOf(new UUID(7, 7));

    private final ClientId caller = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();
    private final Register register = new Register();
    private final Seat seat;
    private final boolean tuned;
    private volatile @Nullable RaftServer server;

    RatisMember(Seat seat, boolean tuned) {
        this.seat = seat;
        this.tuned = tuned;
    }

    @Override
    public void start() throws Exception {
        Files.createDirectories(seat.directory());
        List<RaftPeer> peers = new ArrayList<>();
        for (int member = 0; member < Seat.MEMBERS; member++) {
            peers.add(RaftPeer.newBuilder()
                    .setId(Seat.name(member))
                    .setAddress(Seat.HOST + ":" + seat.port(member, 0))
                    .build());
        }
        RaftServer started = RaftServer.newBuilder()
                .setServerId(RaftPeerId.valueOf(seat.name()))
                .setGroup(RaftGroup.valueOf(GROUP, peers))
                .setProperties(properties())
                .setStateMachine(new Machine(register))
                .setOption(RaftStorage.StartupOption.RECOVER)
                .build();
        started.start();
        server = started;
    }

    private RaftProperties properties() {
        RaftProperties properties = new RaftProperties();
        RaftServerConfigKeys.setStorageDir(properties, List.of(seat.directory().toFile()));
        GrpcConfigKeys.Server.setPort(properties, seat.port(seat.index(), 0));
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, TimeDuration.valueOf(1, TimeUnit.SECONDS));
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, TimeDuration.valueOf(2, TimeUnit.SECONDS));
        RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
        RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, false);
        if (tuned) {
            tune(properties);
        }
        return properties;
    }

    private static void tune(RaftProperties properties) {
        RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SizeInBytes.valueOf("64MB"));
        RaftServerConfigKeys.Log.setPreallocatedSize(properties, SizeInBytes.valueOf("64MB"));
        RaftServerConfigKeys.Log.setWriteBufferSize(properties, SizeInBytes.valueOf("8MB"));
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, SizeInBytes.valueOf("4MB"));
        RaftServerConfigKeys.Log.Appender.setWaitTimeMin(properties, TimeDuration.ZERO);
    }

    @Override
    public boolean leading() throws IllegalStateException {
        RaftServer started = server;
        try {
            return started != null
                    && started.getDivision(GROUP).getInfo().isLeader()
                    && started.getDivision(GROUP).getInfo().isLeaderReady();
        } catch (IOException notThere) {
            return false;
        }
    }

    @Override
    public CompletableFuture<?> write(byte[] value) throws IOException {
        if (!leading()) {
            throw new UnsupportedOperationException("followers do not take writes");
        }
        return call(RaftClientRequest.writeRequestType(), Message.valueOf(UnsafeByteOperations.unsafeWrap(value)));
    }

    @Override
    public CompletableFuture<?> read() throws IOException {
        return call(RaftClientRequest.readRequestType(), Message.EMPTY);
    }

    @Override
    public CompletableFuture<?> localRead() {
        return CompletableFuture.completedFuture(register.count());
    }

    private CompletableFuture<?> call(RaftClientRequest.Type type, Message message) throws IOException {
        RaftServer started = Objects.requireNonNull(server, "not started");
        return started.submitClientRequestAsync(RaftClientRequest.newBuilder()
                        .setClientId(caller)
                        .setServerId(started.getId())
                        .setGroupId(GROUP)
                        .setCallId(calls.incrementAndGet())
                        .setMessage(message)
                        .setType(type)
                        .build())
                .thenApply(RatisMember::checked);
    }

    private static Message checked(RaftClientReply reply) {
        if (!reply.isSuccess()) {
            throw new IllegalStateException("refused", reply.getException());
        }
        return reply.getMessage();
    }

    @Override
    public void close() throws IOException {
        RaftServer started = server;
        if (started != null) {
            started.close();
        }
    }

    private static final class Machine extends BaseStateMachine {

        private final Register register;

        Machine(Register register) {
            this.register = register;
        }

        @Override
        public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
            RaftProtos.LogEntryProto entry = Objects.requireNonNull(transaction.getLogEntry());
            ByteString value = entry.getStateMachineLogEntry().getLogData();
            updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
            return CompletableFuture.completedFuture(
                    Message.valueOf(UnsafeByteOperations.unsafeWrap(register.set(value.toByteArray()))));
        }

        @Override
        public CompletableFuture<Message> query(Message request) {
            return CompletableFuture.completedFuture(Message.valueOf(Long.toString(register.count())));
        }
    }
}
