package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.raftify.node.PeerAddress;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.StorageType;
import io.raftify.replication.DeterminismCheck;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import tools.jackson.databind.json.JsonMapper;

class RaftifyPropertiesTests {

    @Test
    void theDefaultsAreThoseOfTheMember() {
        RaftNodeSettings ours =
                settings(Map.of("raftify.node-id", "n1", "raftify.data-dir", "d", "raftify.cluster.peers.n1", "h:1"));
        RaftNodeSettings theirs = RaftNodeSettings.builder()
                .nodeId("n1")
                .dataDir(Path.of("d"))
                .peer("n1", new PeerAddress("h", 1))
                .build();

        assertThat(ours).isEqualTo(theirs);
    }

    @Test
    void everyPropertyReachesItsSetting() {
        Map<String, String> all = new HashMap<>();
        all.put("raftify.node-id", "n2");
        all.put("raftify.data-dir", "./data/n2");
        all.put("raftify.cluster.name", "orders");
        all.put("raftify.cluster.peers.n1", "host1:9090");
        all.put("raftify.cluster.peers.n2", "[::1]:9091");
        all.put("raftify.election.timeout", "3s");
        all.put("raftify.election.heartbeat-interval", "200ms");
        all.put("raftify.proposal.max-pending", "7");
        all.put("raftify.proposal.max-pending-bytes", "5MB");
        all.put("raftify.proposal.max-size", "2MB");
        all.put("raftify.snapshot.entries", "11");
        all.put("raftify.storage.type", "memory");
        all.put("raftify.storage.min-free-space", "12MB");
        all.put("raftify.storage.lmdb.map-size", "1GB");
        all.put("raftify.transport.allow-insecure", "true");
        all.put("raftify.transport.bind-address", "0.0.0.0");
        all.put("raftify.transport.max-frame-size", "16MB");

        assertThat(settings(all))
                .isEqualTo(RaftNodeSettings.builder()
                        .nodeId("n2")
                        .dataDir(Path.of("./data/n2"))
                        .clusterName("orders")
                        .peer("n1", new PeerAddress("host1", 9090))
                        .peer("n2", new PeerAddress("::1", 9091))
                        .electionTimeout(Duration.ofSeconds(3))
                        .heartbeatInterval(Duration.ofMillis(200))
                        .maxPendingProposals(7)
                        .maxPendingBytes(5 << 20)
                        .maxProposalSize(2 << 20)
                        .snapshotEntries(11)
                        .storageType(StorageType.MEMORY)
                        .minFreeSpace(12 << 20)
                        .lmdbMapSize(1L << 30)
                        .allowInsecure(true)
                        .bindAddress("0.0.0.0")
                        .maxFrameSize(16 << 20)
                        .build());
    }

    @Test
    void timeoutsOfCallersAreBound() {
        RaftifyProperties properties = bind(
                Map.of("raftify.proposal.timeout", "7s", "raftify.read.timeout", "8s", "raftify.enabled", "false"));

        assertThat(properties.proposal().timeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(properties.read().timeout()).isEqualTo(Duration.ofSeconds(8));
        assertThat(properties.enabled()).isFalse();
    }

    @Test
    void commandsAreGivenUpAfterAMinuteOrTwiceTheTimeoutAndNeverBeforeTheyWereReported() {
        assertThat(giveUpAfter(Map.of())).isEqualTo(Duration.ofMinutes(1));
        assertThat(giveUpAfter(Map.of("raftify.proposal.timeout", "2m"))).isEqualTo(Duration.ofMinutes(4));
        assertThat(giveUpAfter(Map.of("raftify.proposal.give-up-after", "10s"))).isEqualTo(Duration.ofSeconds(10));
        assertThat(giveUpAfter(Map.of("raftify.proposal.give-up-after", "0"))).isZero();
        for (String tooShort : List.of("9999ms", "-1s")) {
            assertThatExceptionOfType(InvalidRaftifyPropertyException.class)
                    .isThrownBy(() -> giveUpAfter(Map.of("raftify.proposal.give-up-after", tooShort)))
                    .withMessageContainingAll("raftify.proposal.give-up-after", "raftify.proposal.timeout");
        }
    }

    private static Duration giveUpAfter(Map<String, String> properties) {
        return new RaftifyAutoConfiguration()
                .replicationSettings(bind(properties))
                .giveUpAfter();
    }

    @Test
    void whatBecomesOfCodeThatIsNotDeterministicIsBoundAndAWarningByDefault() {
        assertThat(bind(Map.of("raftify.determinism.check", "fail"))
                        .determinism()
                        .check())
                .isEqualTo(DeterminismCheck.FAIL);
        assertThat(bind(Map.of()).determinism().check()).isEqualTo(DeterminismCheck.WARN);
    }

    @Test
    void namesOfPeersKeepCapitalsDotsAndInBracketsEverythingElse() {
        RaftifyProperties properties = bind(Map.of(
                "raftify.cluster.peers.N1", "h:1",
                "raftify.cluster.peers.n.2", "h:2",
                "raftify.cluster.peers[node_3]", "h:3"));

        assertThat(properties.cluster().peers()).containsOnlyKeys("N1", "n.2", "node_3");
    }

    @Test
    void peersKeepTheOrderTheyAreWrittenIn() {
        new ApplicationContextRunner()
                .withInitializer(new ConfigDataApplicationContextInitializer())
                .withPropertyValues("spring.config.location=classpath:/ordered-peers.yml")
                .withUserConfiguration(Bound.class)
                .run(context -> assertThat(context.getBean(RaftifyProperties.class)
                                .cluster()
                                .peers()
                                .keySet())
                        .containsExactly("n9", "n1", "n5"));
    }

    @Test
    void theDescriptionsOfAllPropertiesAreThere() throws Exception {
        String metadata;
        try (var in = getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            metadata = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        var properties = new JsonMapper().readTree(metadata).get("properties");

        assertThat(properties).hasSizeGreaterThan(18);
        properties.forEach(property -> assertThat(property.path("description").asString(""))
                .as(property.get("name").asString())
                .endsWith("."));
    }

    private static RaftNodeSettings settings(Map<String, String> properties) {
        return new MemberSettings(bind(properties), null).settings();
    }

    private static RaftifyProperties bind(Map<String, String> properties) {
        return new Binder(new MapConfigurationPropertySource(properties))
                .bindOrCreate("raftify", Bindable.of(RaftifyProperties.class));
    }

    @EnableConfigurationProperties(RaftifyProperties.class)
    static class Bound {}
}
