package io.raftify.node;

import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;

/**
 * Key and trust for mutual TLS between members. Each member's certificate must carry its node id as a DNS subject
 * alternative name or as common name.
 */
public interface TransportSecurity {

    /** Holds this member's own key and certificate. */
    KeyManager[] keyManagers();

    /** Trusts the authority that signed the other members' certificates. */
    TrustManager[] trustManagers();
}
