package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftify.autoconfigure.ThreeMembersTests.Inventory;
import io.raftify.engine.FreePorts;
import io.raftify.node.PeerStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Members with certificates from Spring SSL bundles. */
class SslBundleTests {

    @TempDir
    Path directory;

    private Authority authority;

    @BeforeEach
    void found() throws Exception {
        authority = new Authority(directory, "ours");
    }

    @Test
    void threeMembersWithBundlesFormACluster() throws Exception {
        try (Members members = new Members(3, directory, ThreeMembersTests.Application.class)) {
            for (String id : List.of("n1", "n2", "n3")) {
                members.with(id, authority.bundle(id));
            }
            members.start();

            assertThat(members.bean(members.follower(), Inventory.class).add("a", 2))
                    .isEqualTo(2);
        }
    }

    @Test
    void aMemberWithoutACertificateIsRefused() throws Exception {
        assertRefused(List.of());
    }

    @Test
    void aMemberOfAForeignAuthorityIsRefused() throws Exception {
        assertRefused(new Authority(directory, "foreign").bundle("n3"));
    }

    @Test
    void aMemberWithAnotherMembersCertificateIsRefused() throws Exception {
        List<String> properties = new ArrayList<>(authority.bundle("n2"));
        properties.addAll(List.of(
                "raftify.node-id=n3",
                "raftify.data-dir=" + directory.resolve("n3"),
                "raftify.cluster.peers.n3=127.0.0.1:" + FreePorts.one()));

        FailureAnalysis analysis =
                FailedStart.of(ThreeMembersTests.Application.class, properties.toArray(String[]::new));

        assertThat(analysis.getDescription()).contains("the certificate is for n2, not for n3");
        assertThat(analysis.getAction())
                .contains("'raftify.transport.ssl.bundle'")
                .contains("'n3'");
    }

    private void assertRefused(List<String> bundleOfThird) throws Exception {
        try (Members members = new Members(3, directory, ThreeMembersTests.Application.class)) {
            members.with("n1", authority.bundle("n1"));
            members.with("n2", authority.bundle("n2"));
            members.with("n3", bundleOfThird);
            members.start();

            assertThat(members.bean("n1", Inventory.class).add("a", 1)).isEqualTo(1);
            assertThat(members.status("n3").leaderId()).isNull();
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(members.status("n3").peers())
                            .allSatisfy(peer -> {
                                assertThat(peer.connected()).isFalse();
                                assertThat(peer.lastError()).isNotBlank();
                            }));
            assertThat(members.status("n1").peers())
                    .filteredOn(peer -> peer.nodeId().equals("n3"))
                    .noneMatch(PeerStatus::connected);
        }
    }
}
