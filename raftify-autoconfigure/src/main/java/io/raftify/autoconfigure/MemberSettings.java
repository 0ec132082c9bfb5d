package io.raftify.autoconfigure;

import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.TransportSecurity;
import io.raftify.replication.ReplicationSettings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.util.unit.DataSize;

/** Turns properties into the member's settings, and refuses in terms of properties what the settings cannot know. */
final class MemberSettings {

    private static final String EXAMPLE = """
            Tell this application which member it is and where all of them are, for example:

                raftify:
                  node-id: n1
                  data-dir: ./data/n1
                  cluster:
                    peers:
                      n1: host1:9090
                      n2: host2:9090
                      n3: host3:9090

            Or set 'raftify.enabled' to false to run without a member; replicated commands and queries are refused \
            then.""";

    private final RaftifyProperties properties;
    private final @Nullable SslBundles bundles;

    MemberSettings(RaftifyProperties properties, @Nullable SslBundles bundles) {
        this.properties = properties;
        this.bundles = bundles;
    }

    RaftNodeSettings settings() {
        String nodeId = properties.nodeId();
        if (nodeId == null || nodeId.isBlank()) {
            throw new InvalidRaftifyPropertyException(
                    "The property 'raftify.node-id' is not set, so this application does not know which member of the"
                            + " cluster '" + properties.cluster().name() + "' it is.",
                    EXAMPLE);
        }
        RaftNodeSettings.Builder builder = RaftNodeSettings.builder()
                .nodeId(nodeId)
                .clusterName(properties.cluster().name())
                .dataDir(dataDir())
                .electionTimeout(properties.election().timeout())
                .heartbeatInterval(properties.election().heartbeatInterval())
                .maxPendingProposals(properties.proposal().maxPending())
                .maxPendingBytes(properties.proposal().maxPendingBytes().toBytes())
                .maxProposalSize(
                        bytes("raftify.proposal.max-size", properties.proposal().maxSize()))
                .snapshotEntries(properties.snapshot().entries())
                .storageType(properties.storage().type())
                .minFreeSpace(properties.storage().minFreeSpace().toBytes())
                .lmdbMapSize(properties.storage().lmdb().mapSize().toBytes())
                .security(security())
                .allowInsecure(properties.transport().allowInsecure())
                .bindAddress(properties.transport().bindAddress())
                .maxFrameSize(bytes(
                        "raftify.transport.max-frame-size",
                        properties.transport().maxFrameSize()));
        properties.cluster().peers().forEach((peer, address) -> builder.peer(peer, address(peer, address)));
        return builder.build();
    }

    private @Nullable Path dataDir() {
        String dataDir = properties.dataDir();
        if (dataDir == null || dataDir.isBlank()) {
            return null;
        }
        try {
            return Path.of(dataDir);
        } catch (InvalidPathException invalid) {
            throw new InvalidRaftifyPropertyException(
                    "The property 'raftify.data-dir' is '" + dataDir + "', which is no path: " + invalid.getReason()
                            + ".",
                    "Set 'raftify.data-dir' to a directory.",
                    invalid);
        }
    }

    private static PeerAddress address(String peer, String address) {
        try {
            return PeerAddress.parse(address);
        } catch (IllegalArgumentException malformed) {
            throw new InvalidRaftifyPropertyException(
                    "The property 'raftify.cluster.peers." + peer + "' is '" + address + "', which is no address: "
                            + malformed.getMessage() + ".",
                    "Set 'raftify.cluster.peers." + peer + "' to host:port, for example 'host1:9090'.",
                    malformed);
        }
    }

    private static int bytes(String property, DataSize size) {
        if (size.toBytes() > Integer.MAX_VALUE) {
            throw new InvalidRaftifyPropertyException(
                    "The property '" + property + "' is " + size + ", which is more than 2 GB.",
                    "Set '" + property + "' to less.");
        }
        return (int) size.toBytes();
    }

    private @Nullable TransportSecurity security() {
        String name = properties.transport().ssl().bundle();
        if (name == null || name.isBlank()) {
            return null;
        }
        if (bundles == null) {
            throw unknownBundle(name, null);
        }
        try {
            return new BundleSecurity(bundles.getBundle(name));
        } catch (NoSuchSslBundleException unknown) {
            throw unknownBundle(name, unknown);
        }
    }

    private InvalidRaftifyPropertyException unknownBundle(String name, @Nullable NoSuchSslBundleException cause) {
        String known = bundles != null && !bundles.getBundleNames().isEmpty()
                ? " Known bundles are " + bundles.getBundleNames() + "."
                : " No bundle is configured.";
        String problem = "The property 'raftify.transport.ssl.bundle' names the SSL bundle '" + name
                + "', which does not exist." + known;
        String remedy = "Configure the bundle under 'spring.ssl.bundle.pem." + name + "' or 'spring.ssl.bundle.jks."
                + name + "', or name one that exists.";
        return cause != null
                ? new InvalidRaftifyPropertyException(problem, remedy, cause)
                : new InvalidRaftifyPropertyException(problem, remedy);
    }

    /** How long callers wait; checked here since no member need run for it. */
    static Duration timeout(String property, Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new InvalidRaftifyPropertyException(
                    "The property '" + property + "' is " + timeout.toMillis() + "ms, which is no time to wait.",
                    "Set '" + property + "' to a time greater than zero, for example '5s'.");
        }
        return timeout;
    }

    /** Not before it was reported: whoever looks at the log should find there what is given up next. */
    static Duration giveUpAfter(@Nullable Duration given, Duration proposalTimeout) {
        if (given == null) {
            return ReplicationSettings.giveUpAfter(proposalTimeout);
        }
        if (ReplicationSettings.givesUpTooEarly(given, proposalTimeout)) {
            throw new InvalidRaftifyPropertyException(
                    "The property 'raftify.proposal.give-up-after' is " + given.toMillis()
                            + "ms, but a command is only reported after the " + proposalTimeout.toMillis()
                            + "ms of 'raftify.proposal.timeout', and must not be given up before twice that.",
                    "Set 'raftify.proposal.give-up-after' to a longer time, or to 0 if commands are never to be given up;"
                            + " or set 'raftify.proposal.timeout' to a shorter one.");
        }
        return given;
    }

    private record BundleSecurity(SslBundle bundle) implements TransportSecurity {

        @Override
        public KeyManager[] keyManagers() {
            return bundle.getManagers().getKeyManagers();
        }

        @Override
        public TrustManager[] trustManagers() {
            return bundle.getManagers().getTrustManagers();
        }
    }

    /** The peers as a person writes them. */
    static String describe(Map<String, PeerAddress> peers) {
        return peers.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining(", "));
    }
}
