package io.raftify.transport.grpc;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Whose a certificate is: it may name several members, as common name and as DNS subject alternative names. */
final class NodeCertificate {

    private static final int DNS_NAME = 2;

    private final Set<String> names = new LinkedHashSet<>();

    NodeCertificate(X509Certificate certificate) {
        try {
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    names.add(String.valueOf(part.getValue()));
                }
            }
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    if (alternative.get(0).equals(DNS_NAME)) {
                        names.add(String.valueOf(alternative.get(1)));
                    }
                }
            }
        } catch (InvalidNameException | CertificateParsingException unreadable) {
            // then it names nobody that could be read, and is good for those only that could
            names.add("(names that cannot be read)");
        }
    }

    /** Exactly, since node ids differ by case where host names would not. */
    boolean isFor(String nodeId) {
        return names.contains(nodeId);
    }

    /** The names, for people. */
    @Override
    public String toString() {
        return names.isEmpty() ? "nobody" : ForeignText.printable(String.join(", ", names));
    }
}
