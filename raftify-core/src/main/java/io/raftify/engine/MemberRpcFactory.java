package io.raftify.engine;

import com.alipay.sofa.jraft.rpc.RaftRpcFactory;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.util.Endpoint;
import com.alipay.sofa.jraft.util.SPI;
import org.jspecify.annotations.Nullable;

/**
 * The engine's way to its peers, one for the JVM, found by the engine's service loader. Clients go through the
 * transport of the member they belong to; a server of the engine's own never opens.
 */
@SPI(name = "raftify", priority = 100)
public final class MemberRpcFactory implements RaftRpcFactory {

    @Override
    public void registerProtobufSerializer(String className, Object... args) {
        // Messages are encoded by MessageKind; the engine has nothing to register.
    }

    @Override
    public RpcClient createRpcClient(@Nullable ConfigHelper<RpcClient> helper) {
        return new MemberRpcClient();
    }

    @Override
    public RpcServer createRpcServer(Endpoint endpoint, @Nullable ConfigHelper<RpcServer> helper) {
        throw new UnsupportedOperationException("Members listen through the transport, not through the engine");
    }
}
