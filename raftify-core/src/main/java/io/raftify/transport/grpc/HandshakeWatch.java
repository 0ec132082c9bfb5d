package io.raftify.transport.grpc;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says why a connection ended in the TLS handshake: gRPC tells nobody, and whoever was refused must find a reason. */
final class HandshakeWatch extends ChannelInboundHandlerAdapter {

    private static final Logger log = LoggerFactory.getLogger(GrpcMemberTransport.class);

    private final String self;
    private final RefusalLog refusals;

    private HandshakeWatch(String self, RefusalLog refusals) {
        this.self = self;
        this.refusals = refusals;
    }

    /** A server socket that puts a watch on every connection, in front of gRPC's own handlers. */
    static final class ServerChannel extends NioServerSocketChannel {

        private final String self;
        private final RefusalLog refusals;

        ServerChannel(String self, RefusalLog refusals) {
            this.self = self;
            this.refusals = refusals;
        }

        @Override
        protected int doReadMessages(List<Object> accepted) throws Exception {
            int before = accepted.size();
            int result = super.doReadMessages(accepted);
            for (Object connection : accepted.subList(before, accepted.size())) {
                ((Channel) connection).pipeline().addLast(new HandshakeWatch(self, refusals));
            }
            return result;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        // The first bytes are here, so gRPC has put its handlers in place.
        SslHandler tls = context.pipeline().get(SslHandler.class);
        SocketAddress remote = context.channel().remoteAddress();
        context.fireChannelRead(message);
        context.pipeline().remove(this);
        if (tls != null) {
            tls.handshakeFuture().addListener(handshake -> {
                if (!handshake.isSuccess()) {
                    ended(remote, handshake.cause());
                }
            });
        }
    }

    private void ended(SocketAddress remote, Throwable cause) {
        String why = TlsFailure.describe(cause);
        if (why == null) {
            log.debug("{} lost a connection from {} during the TLS handshake: {}", self, remote, cause.toString());
        } else {
            refusals.report(self + " refused a connection from " + hostOf(remote) + ": " + why);
        }
    }

    /** Without the port, which differs each time: the same host for the same reason is one refusal. */
    static String hostOf(SocketAddress remote) {
        return remote instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : String.valueOf(remote);
    }
}
