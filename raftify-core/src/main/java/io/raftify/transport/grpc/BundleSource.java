package io.raftify.transport.grpc;

import io.raftify.node.TransportSecurity;
import java.util.Arrays;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;

/** Asks for the present key and trust; of several managers it takes the first for X.509, as the JDK does. */
final class BundleSource {

    private final TransportSecurity security;

    BundleSource(TransportSecurity security) {
        this.security = security;
    }

    X509KeyManager keys() throws SecurityUnusableException {
        try {
            return first(X509KeyManager.class, security.keyManagers(), "private key and certificate");
        } catch (RuntimeException e) {
            throw new SecurityUnusableException("key and certificate cannot be read: " + e.getMessage(), e);
        }
    }

    X509TrustManager trust() throws SecurityUnusableException {
        try {
            return first(X509TrustManager.class, security.trustManagers(), "trusted authority");
        } catch (RuntimeException e) {
            throw new SecurityUnusableException("trusted authorities cannot be read: " + e.getMessage(), e);
        }
    }

    private static <T> T first(Class<T> type, Object[] managers, String what) throws SecurityUnusableException {
        return Arrays.stream(managers)
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow(() -> new SecurityUnusableException(
                        "there is no X.509 " + what + "; complete the SSL bundle of raftify.transport.ssl.bundle"));
    }
}
