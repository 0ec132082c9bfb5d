package io.raftify.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RaftNodeSettingsTest {

    private static RaftNodeSettings.Builder valid() {
        return RaftNodeSettings.builder()
                .nodeId("n1")
                .clusterName("orders")
                .dataDir(Path.of("data"))
                .peer("n1", PeerAddress.parse("localhost:9091"))
                .peer("n2", PeerAddress.parse("localhost:9092"));
    }

    private static void refused(RaftNodeSettings.Builder builder, String setting, String... words) {
        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(
                        InvalidSettingException.class,
                        refusal -> assertThat(refusal.setting()).isEqualTo(setting))
                .hasMessageContainingAll(words);
    }

    @Test
    void defaults_need_no_more_than_a_name_a_directory_and_peers() {
        RaftNodeSettings settings = valid().build();

        assertThat(settings.electionTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.heartbeatInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(settings.address()).isEqualTo(new PeerAddress("localhost", 9091));
    }

    @Test
    void the_order_of_peers_is_kept() {
        assertThat(valid().peer("a0", PeerAddress.parse("localhost:1"))
                        .build()
                        .peers()
                        .keySet())
                .containsExactly("n1", "n2", "a0");
    }

    @Test
    void a_node_id_that_is_not_among_the_peers_is_refused() {
        refused(valid().nodeId("n9"), "nodeId", "n9", "[n1, n2]");
    }

    @Test
    void names_that_could_not_be_part_of_a_certificate_or_a_file_name_are_refused() {
        refused(valid().nodeId("n 1"), "nodeId", "'n 1'");
        refused(valid().nodeId("../n1"), "nodeId", "'../n1'");
        refused(valid().peer("n:3", PeerAddress.parse("localhost:1")), "peers", "'n:3'");
        refused(valid().clusterName("1st"), "clusterName", "'1st'", "begin with a letter");
    }

    @Test
    void a_store_on_disk_without_a_directory_is_refused_and_one_in_memory_is_not() {
        refused(valid().dataDir(null), "dataDir", "no data directory");
        assertThat(valid().dataDir(null).storageType(StorageType.MEMORY).build().dataDir())
                .isNull();
    }

    @Test
    void a_heartbeat_that_may_miss_the_election_timeout_is_refused_with_both_numbers() {
        refused(
                valid().electionTimeout(Duration.ofMillis(500)).heartbeatInterval(Duration.ofMillis(251)),
                "heartbeatInterval",
                "251ms",
                "500ms");
        assertThat(valid().electionTimeout(Duration.ofMillis(500))
                        .heartbeatInterval(Duration.ofMillis(250))
                        .build()
                        .heartbeatInterval())
                .hasMillis(250);
    }

    @Test
    void a_frame_without_room_for_the_largest_proposal_is_refused() {
        refused(valid().maxFrameSize(1 << 20).maxProposalSize(1 << 20), "maxFrameSize", "1048576");
    }

    @Test
    void limits_must_be_positive() {
        refused(valid().maxPendingProposals(0), "maxPendingProposals", "greater than zero");
        refused(valid().snapshotEntries(-1), "snapshotEntries", "-1");
        refused(valid().minFreeSpace(-1), "minFreeSpace", "-1");
    }
}
