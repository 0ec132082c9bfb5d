package io.raftify.transport.grpc;

import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettySslContextChannelCredentials;
import io.grpc.netty.NettySslContextServerCredentials;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.raftify.node.TransportSecurity;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * TLS between members, where both sides show a certificate that carries their node id. Key and trust are asked for anew
 * with every connection, on both sides, so that renewed ones are used without a restart; open streams stay open.
 *
 * <p>The JDK's TLS is used, whatever else is on the class path, so that there is one behaviour to rely on.
 */
final class MutualTls {

    private final String nodeId;
    private final BundleSource bundle;

    MutualTls(String nodeId, TransportSecurity security) {
        this.nodeId = nodeId;
        this.bundle = new BundleSource(security);
    }

    ChannelCredentials clientCredentials(String peer, InetSocketAddress address) throws SecurityUnusableException {
        // A new context for each connection also means that no session is resumed past the checks below.
        SslContextBuilder context = SslContextBuilder.forClient()
                .keyManager(bundle.keys())
                .trustManager(new DialledPeerTrust(bundle, peer, address));
        try {
            return NettySslContextChannelCredentials.create(
                    GrpcSslContexts.configure(context, SslProvider.JDK).build());
        } catch (SSLException | RuntimeException e) {
            throw new SecurityUnusableException("its certificates cannot be used: " + e.getMessage(), e);
        }
    }

    /** Also looks whether the certificate is this member's own, since every peer would refuse another's. */
    ServerCredentials serverCredentials() throws SecurityUnusableException {
        bundle.trust();
        OwnCertificate.check(nodeId, bundle.keys());
        SslContextBuilder context = SslContextBuilder.forServer(new CurrentKeys(bundle))
                .trustManager(new CallerTrust(bundle))
                .clientAuth(ClientAuth.REQUIRE);
        try {
            return NettySslContextServerCredentials.create(
                    GrpcSslContexts.configure(context, SslProvider.JDK).build());
        } catch (SSLException | RuntimeException e) {
            throw new SecurityUnusableException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    /** Why the name that a caller gives itself cannot be believed, or null if its certificate says the same. */
    static @Nullable Status refusalOf(String claimed, @Nullable SSLSession session) {
        if (session == null) {
            return Status.UNAUTHENTICATED.withDescription("the connection is not encrypted");
        }
        Certificate[] presented;
        try {
            presented = session.getPeerCertificates();
        } catch (SSLPeerUnverifiedException e) {
            return Status.UNAUTHENTICATED.withDescription("there is no certificate");
        }
        if (!(presented[0] instanceof X509Certificate x509)) {
            return Status.UNAUTHENTICATED.withDescription("the certificate is not an X.509 certificate");
        }
        NodeCertificate certificate = new NodeCertificate(x509);
        return certificate.isFor(claimed)
                ? null
                : Status.PERMISSION_DENIED.withDescription("it says that it is " + ForeignText.printable(claimed)
                        + ", but its certificate is for " + certificate + ", not for "
                        + ForeignText.printable(claimed));
    }
}
