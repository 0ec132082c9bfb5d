package io.raftify.transport.grpc;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;

/** Trusts whoever has a certificate of the members' authority; which member it is, its greeting must say. */
final class CallerTrust extends PeerTrust {

    CallerTrust(BundleSource bundle) {
        super(bundle);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, authType, true, "it");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("only callers are checked here");
    }
}
