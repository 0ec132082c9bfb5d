package io.raftify.benchmarks.contender;

import java.io.DataInput;
import java.io.DataOutput;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jgroups.JChannel;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FD_SOCK2;
import org.jgroups.protocols.FRAG4;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.MFC;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.TCPPING;
import org.jgroups.protocols.UFC;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.protocols.raft.ELECTION;
import org.jgroups.protocols.raft.FileBasedLog;
import org.jgroups.protocols.raft.NO_DUPES;
import org.jgroups.protocols.raft.RAFT;
import org.jgroups.protocols.raft.REDIRECT;
import org.jgroups.raft.Options;
import org.jgroups.raft.RaftHandle;
import org.jgroups.raft.StateMachine;
import org.jspecify.annotations.Nullable;

/** jgroups-raft: the protocols of the stack it ships, over TCP instead of multicast, its file log synced. */
final class JGroupsRaftMember implements Member {

    private final Register register = new Register();
    private final Options options = Options.create(false);
    private final Seat seat;
    private @Nullable JChannel channel;
    private volatile @Nullable RaftHandle handle;

    JGroupsRaftMember(Seat seat) {
        this.seat = seat;
    }

    @Override
    public void start() throws Exception {
        Files.createDirectories(seat.directory());
        InetAddress host = InetAddress.getByName(Seat.HOST);
        List<InetSocketAddress> addresses = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int member = 0; member < Seat.MEMBERS; member++) {
            addresses.add(new InetSocketAddress(host, seat.port(member, 0)));
            names.add(Seat.name(member));
        }
        TCP tcp = new TCP();
        tcp.setBindAddress(host);
        tcp.setBindPort(seat.port(seat.index(), 0));
        tcp.setPortRange(0);
        TCPPING discovery = new TCPPING();
        discovery.setInitialHosts(addresses);
        discovery.setPortRange(0);
        RAFT raft = new RAFT()
                .members(names)
                .raftId(seat.name())
                .logClass(FileBasedLog.class.getName())
                .logDir(seat.directory().toString())
                .logUseFsync(true);
        JChannel made = new JChannel(
                tcp,
                discovery,
                new MERGE3(),
                new FD_SOCK2().setPortRange(0),
                new FD_ALL3(),
                new VERIFY_SUSPECT2(),
                new NAKACK2().useMcastXmit(false),
                new UNICAST3(),
                new STABLE(),
                new NO_DUPES(),
                new GMS().setJoinTimeout(2_000),
                new UFC(),
                new MFC(),
                new FRAG4().setFragSize(60_000),
                new ELECTION(),
                raft,
                new REDIRECT());
        made.setName(seat.name());
        RaftHandle made2 = new RaftHandle(made, new Machine(register)).raftId(seat.name());
        made.connect("benchmark");
        channel = made;
        handle = made2;
    }

    @Override
    public boolean leading() {
        RaftHandle started = handle;
        return started != null && started.isLeader();
    }

    @Override
    public CompletableFuture<?> write(byte[] value) throws Exception {
        return started().setAsync(value, 0, value.length, options);
    }

    @Override
    public CompletableFuture<?> read() throws Exception {
        return started().getAsync(new byte[1], 0, 1, options);
    }

    @Override
    public CompletableFuture<?> localRead() {
        return CompletableFuture.completedFuture(register.count());
    }

    private RaftHandle started() {
        return Objects.requireNonNull(handle, "not started");
    }

    @Override
    public void close() {
        if (channel != null) {
            channel.close();
        }
    }

    private record Machine(Register register) implements StateMachine {

        @Override
        public byte[] apply(byte[] data, int offset, int length, boolean serializeResponse) {
            if (length == 1) {
                return Long.toString(register.count()).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            }
            return register.set(Arrays.copyOfRange(data, offset, offset + length));
        }

        @Override
        public void writeContentTo(DataOutput out) throws java.io.IOException {
            byte[] saved = register.save();
            out.writeInt(saved.length);
            out.write(saved);
        }

        @Override
        public void readContentFrom(DataInput in) throws java.io.IOException {
            byte[] saved = new byte[in.readInt()];
            in.readFully(saved);
            register.restore(saved);
        }
    }
}
