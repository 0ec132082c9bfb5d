package io.raftify.transport.grpc;

import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;

/** Trusts the member that was dialled and no other one. */
final class DialledPeerTrust extends PeerTrust {

    private final String peer;
    private final String address;

    DialledPeerTrust(BundleSource bundle, String peer, InetSocketAddress address) {
        super(bundle);
        this.peer = peer;
        this.address = address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, authType, false, address);
        NodeCertificate certificate = new NodeCertificate(chain[0]);
        if (!certificate.isFor(peer)) {
            throw new UntrustedException(
                    "the certificate presented by " + address + " is for " + certificate + ", not for " + peer);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("only a server is dialled");
    }
}
