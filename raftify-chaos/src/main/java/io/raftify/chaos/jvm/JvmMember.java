package io.raftify.chaos.jvm;

import io.raftify.chaos.round.Leaders;
import io.raftify.chaos.round.ObjectStore;
import io.raftify.engine.FaultyMember;
import io.raftify.engine.UnreliableStore;
import io.raftify.node.NodeStatus;
import io.raftify.node.RaftNodeListener;
import io.raftify.node.RaftNodeSettings;
import io.raftify.transport.FaultyTransport;
import org.jspecify.annotations.Nullable;

/** One running member of rig (a). */
final class JvmMember {

    private final FaultyMember member;
    private final ObjectStore objects = new ObjectStore();
    private final NodeCalls calls;
    private final Impatience impatience;

    JvmMember(RaftNodeSettings settings, long seed, Leaders leaders) {
        member = new FaultyMember(settings, objects, seed);
        calls = new NodeCalls(member.node(), objects);
        member.node().addListener(new RaftNodeListener() {
            @Override
            public void leaderChanged(long term, @Nullable String leaderId) {
                if (settings.nodeId().equals(leaderId)) {
                    leaders.led(settings.nodeId(), term);
                }
            }
        });
        member.node().start();
        impatience = new Impatience(member.node(), objects);
    }

    NodeCalls calls() {
        return calls;
    }

    ObjectStore objects() {
        return objects;
    }

    NodeStatus status() {
        return member.node().status();
    }

    FaultyTransport network() {
        return member.transport();
    }

    UnreliableStore disk() {
        return member.disk();
    }

    /** Begun, not waited for. */
    void snapshot() {
        var unused = member.node().snapshot();
    }

    void stop() {
        impatience.close();
        member.node().close();
    }
}
