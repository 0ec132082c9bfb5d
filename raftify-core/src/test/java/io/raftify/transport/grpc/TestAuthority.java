package io.raftify.transport.grpc;

import io.raftify.node.TransportSecurity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority of the test's own, made by the JDK's keytool, so that nothing checked in can expire. */
final class TestAuthority {

    private static final String PASSWORD = "test-only";

    private final Path store;

    TestAuthority(Path directory, String name) throws Exception {
        this.store = directory.resolve(name + ".p12");
        keytool("-alias", "ca", "-dname", "CN=" + name, "-ext", "bc:c=ca:true");
    }

    /** Key and certificate of a member, and trust in this authority. */
    TransportSecurity member(String subject, String... extensions) throws Exception {
        return security(keyOf(subject, extensions), this);
    }

    /** The same, but the certificate has expired. */
    TransportSecurity expired(String subject) throws Exception {
        return security(keyOf(subject, List.of("-startdate", "-10d", "-validity", "2")), this);
    }

    /** Key and certificate of this authority, but trust in another one. */
    TransportSecurity memberTrusting(TestAuthority trusted, String subject) throws Exception {
        return security(keyOf(subject), trusted);
    }

    /** Trust without a key. */
    TransportSecurity nobody() throws Exception {
        return security(empty(), this);
    }

    private KeyStore keyOf(String subject, String... extensions) throws Exception {
        List<String> options = new ArrayList<>();
        for (String extension : extensions) {
            options.addAll(List.of("-ext", extension));
        }
        return keyOf(subject, options);
    }

    private KeyStore keyOf(String subject, List<String> options) throws Exception {
        String alias = "key-" + System.nanoTime();
        List<String> arguments = new ArrayList<>(List.of("-alias", alias, "-dname", subject, "-signer", "ca"));
        arguments.addAll(options);
        keytool(arguments.toArray(String[]::new));
        KeyStore all = load();
        KeyStore one = empty();
        Key key = all.getKey(alias, PASSWORD.toCharArray());
        one.setKeyEntry("member", key, PASSWORD.toCharArray(), all.getCertificateChain(alias));
        return one;
    }

    private void keytool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-validity",
                "2",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
        command.addAll(Arrays.asList(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output;
        try (InputStream said = process.getInputStream()) {
            output = new String(said.readAllBytes());
        }
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IllegalStateException("keytool failed: " + output);
        }
    }

    private KeyStore load() throws GeneralSecurityException, IOException {
        KeyStore loaded = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            loaded.load(in, PASSWORD.toCharArray());
        }
        return loaded;
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore empty = KeyStore.getInstance("PKCS12");
        empty.load(null, null);
        return empty;
    }

    private static TransportSecurity security(KeyStore key, TestAuthority trusted) throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(key, PASSWORD.toCharArray());
        Certificate authority = trusted.load().getCertificate("ca");
        KeyStore trust = empty();
        trust.setCertificateEntry("ca", authority);
        TrustManagerFactory trusts = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusts.init(trust);
        return new Managers(keys.getKeyManagers(), trusts.getTrustManagers());
    }

    private record Managers(KeyManager[] keyManagers, TrustManager[] trustManagers) implements TransportSecurity {}

    /** What a bundle is that can be renewed. */
    static final class Renewable implements TransportSecurity {

        private volatile TransportSecurity current;

        Renewable(TransportSecurity first) {
            this.current = first;
        }

        void renew(TransportSecurity next) {
            this.current = next;
        }

        @Override
        public KeyManager[] keyManagers() {
            return current.keyManagers();
        }

        @Override
        public TrustManager[] trustManagers() {
            return current.trustManagers();
        }
    }
}
