package io.raftify.transport.grpc;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.X509KeyManager;

/** Looks at the start whether a member has a certificate that its peers will believe. */
final class OwnCertificate {

    /** Key managers give their aliases by kind of key only. */
    private static final List<String> KEY_TYPES = List.of("EC", "RSA", "RSASSA-PSS", "EdDSA", "Ed25519", "DSA");

    private OwnCertificate() {}

    static void check(String nodeId, X509KeyManager keys) throws SecurityUnusableException {
        List<NodeCertificate> certificates = new ArrayList<>();
        for (String keyType : KEY_TYPES) {
            String[] aliases = keys.getServerAliases(keyType, null);
            for (String alias : aliases == null ? new String[0] : aliases) {
                X509Certificate[] chain = keys.getCertificateChain(alias);
                if (chain != null && chain.length > 0) {
                    certificates.add(new NodeCertificate(chain[0]));
                }
            }
        }
        if (certificates.isEmpty()) {
            throw new SecurityUnusableException(
                    "there is no private key with a certificate; add one to the SSL bundle of"
                            + " raftify.transport.ssl.bundle");
        }
        if (certificates.stream().noneMatch(certificate -> certificate.isFor(nodeId))) {
            throw new SecurityUnusableException("the certificate is for " + certificates.get(0) + ", not for " + nodeId
                    + "; a member's certificate must carry its node id as DNS subject alternative name or as common"
                    + " name");
        }
    }
}
