package io.raftify.transport.grpc;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's key: the present one for each handshake. What is chosen in one handshake is kept for reading key and
 * chain right after; a handshake that falls between old and new at worst fails, and the peer comes again.
 */
final class CurrentKeys extends X509ExtendedKeyManager {

    private static final Logger log = LoggerFactory.getLogger(GrpcMemberTransport.class);

    private final BundleSource bundle;
    private volatile X509KeyManager current;

    CurrentKeys(BundleSource bundle) throws SecurityUnusableException {
        this.bundle = bundle;
        this.current = bundle.keys();
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        try {
            current = bundle.keys();
        } catch (SecurityUnusableException e) {
            log.error("The certificate that was used until now stays in use: {}", e.getMessage(), e);
        }
        return current instanceof X509ExtendedKeyManager extended
                ? extended.chooseEngineServerAlias(keyType, issuers, engine)
                : current.chooseServerAlias(keyType, issuers, null);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return current.getCertificateChain(alias);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return current.getPrivateKey(alias);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal[] issuers) {
        return current.getServerAliases(keyType, issuers);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return current.chooseServerAlias(keyType, issuers, socket);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal[] issuers) {
        return null; // of no use to a server
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return null; // of no use to a server
    }
}
