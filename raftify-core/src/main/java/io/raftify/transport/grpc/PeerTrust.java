package io.raftify.transport.grpc;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Leaves to the bundle whom to trust, but not the comparison with a host name: addresses of members move, their names
 * do not. An extended trust manager, since around any other the JDK wraps that comparison.
 */
abstract class PeerTrust extends X509ExtendedTrustManager {

    private final BundleSource bundle;

    PeerTrust(BundleSource bundle) {
        this.bundle = bundle;
    }

    /** What the JDK calls on this side; {@code client} says whose certificate it is. */
    void check(X509Certificate[] chain, String authType, boolean client, String presenter) throws CertificateException {
        try {
            // without the engine, in which gRPC has asked for the comparison with the host name
            if (client) {
                bundle.trust().checkClientTrusted(chain, authType);
            } else {
                bundle.trust().checkServerTrusted(chain, authType);
            }
        } catch (CertificateException e) {
            throw new UntrustedException(
                    "the certificate presented by " + presenter + ", for " + new NodeCertificate(chain[0])
                            + ", is not trusted: " + reason(DialFailure.rootOf(e)),
                    e);
        } catch (SecurityUnusableException e) {
            throw new UntrustedException(e.getMessage(), e);
        }
    }

    private static String reason(Throwable root) {
        String text = ForeignText.printable(root.getMessage());
        if (root instanceof CertificateExpiredException) {
            return "it, or one that it was signed with, has expired and must be renewed (" + text + ")";
        }
        if (root instanceof CertificateNotYetValidException) {
            return "it, or one that it was signed with, is not valid yet; is a clock wrong? (" + text + ")";
        }
        return text;
    }

    /** A refusal whose message is meant for people, unlike those of the JDK that it may be wrapped in. */
    static final class UntrustedException extends CertificateException {

        private static final long serialVersionUID = 1;

        UntrustedException(String message, Throwable cause) {
            super(message, cause);
        }

        UntrustedException(String message) {
            super(message);
        }
    }

    /**
     * None are named to the other side: a member with a certificate of another authority would then show none at all,
     * and be refused for the wrong reason.
     */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }
}
