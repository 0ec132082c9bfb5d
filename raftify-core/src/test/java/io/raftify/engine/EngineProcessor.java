package io.raftify.engine;

import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.rpc.Connection;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcRequestClosure;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.impl.core.AppendEntriesRequestProcessor;
import com.google.protobuf.Message;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A member without guard G1: appends go through the engine's own processor, as they do over its own RPC. */
final class EngineProcessor implements MemberParts.AppendHandler {

    private final AppendEntriesRequestProcessor processor = new AppendEntriesRequestProcessor(Runnable::run);
    private volatile Attributes connection = new Attributes();

    /** The engine hears that the connection was closed; requests that follow come on a new one. */
    void connectionClosed() {
        Attributes closed = connection;
        connection = new Attributes();
        processor.onClosed("peer", closed);
    }

    @Override
    public @Nullable Message handle(NodeImpl node, AppendEntriesRequest request, RpcRequestClosure done) {
        Attributes current = connection;
        AppendEntriesRequest local =
                request.toBuilder().setGroupId(node.getGroupId()).build();
        RpcContext context = new RpcContext() {
            @Override
            public void sendResponse(Object response) {
                done.getRpcCtx().sendResponse(response);
            }

            @Override
            public Connection getConnection() {
                return current;
            }

            @Override
            public String getRemoteAddress() {
                return "peer";
            }
        };
        return processor.processRequest0(
                node, local, new RpcRequestClosure(context, AppendEntriesResponse.getDefaultInstance()));
    }

    private static final class Attributes implements Connection {

        private final Map<String, Object> attributes = new ConcurrentHashMap<>();

        @Override
        public Object getAttribute(String key) {
            return attributes.get(key);
        }

        @Override
        public void setAttribute(String key, Object value) {
            attributes.put(key, value);
        }

        @Override
        public Object setAttributeIfAbsent(String key, Object value) {
            return attributes.putIfAbsent(key, value);
        }

        @Override
        public void close() {}
    }
}
