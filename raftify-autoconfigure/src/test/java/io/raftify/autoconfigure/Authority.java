package io.raftify.autoconfigure;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A certificate authority made by the JDK's keytool, and SSL bundles of members it signed. */
final class Authority {

    private static final String PASSWORD = "test-only";

    private final Path directory;
    private final Path store;
    private final Path trust;

    Authority(Path directory, String name) throws Exception {
        this.directory = Files.createDirectories(directory.resolve(name));
        this.store = this.directory.resolve("authority.p12");
        this.trust = this.directory.resolve("trust.p12");
        keytool("-alias", "ca", "-dname", "CN=" + name, "-ext", "bc:c=ca:true");
        KeyStore trusted = empty();
        trusted.setCertificateEntry("ca", load(store).getCertificate("ca"));
        write(trusted, trust);
    }

    /** The properties of a bundle named {@code members} with a certificate for that node id. */
    List<String> bundle(String nodeId) throws Exception {
        keytool("-alias", nodeId, "-dname", "CN=" + nodeId, "-signer", "ca");
        KeyStore all = load(store);
        KeyStore own = empty();
        char[] password = PASSWORD.toCharArray();
        own.setKeyEntry("member", all.getKey(nodeId, password), password, all.getCertificateChain(nodeId));
        Path file = directory.resolve(nodeId + ".p12");
        write(own, file);
        String bundle = "spring.ssl.bundle.jks.members.";
        return List.of(
                "raftify.transport.ssl.bundle=members",
                bundle + "keystore.location=" + file.toUri(),
                bundle + "keystore.password=" + PASSWORD,
                bundle + "keystore.type=PKCS12",
                bundle + "truststore.location=" + trust.toUri(),
                bundle + "truststore.password=" + PASSWORD,
                bundle + "truststore.type=PKCS12");
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
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.out").toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IllegalStateException(Files.readString(directory.resolve("keytool.out")));
        }
    }

    private static KeyStore load(Path file) throws Exception {
        KeyStore loaded = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            loaded.load(in, PASSWORD.toCharArray());
        }
        return loaded;
    }

    private static KeyStore empty() throws Exception {
        KeyStore empty = KeyStore.getInstance("PKCS12");
        empty.load(null, null);
        return empty;
    }

    private static void write(KeyStore keys, Path file) throws Exception {
        try (OutputStream out = Files.newOutputStream(file)) {
            keys.store(out, PASSWORD.toCharArray());
        }
    }
}
