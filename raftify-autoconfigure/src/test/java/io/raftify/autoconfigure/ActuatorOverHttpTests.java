package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import io.raftify.engine.FreePorts;
import io.raftify.node.NodeStatus;
import io.raftify.node.PeerStatus;
import io.raftify.node.RaftNode;
import io.raftify.node.Role;
import io.raftify.replication.ReplicatedStateMachine;
import io.raftify.testnode.SingleMemberNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.AdditionalPathsMapper;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an operator and a load balancer see over real HTTP. */
class ActuatorOverHttpTests {

    private static final List<String> TOP = List.of(
            "nodeId",
            "clusterName",
            "role",
            "term",
            "leaderId",
            "firstIndex",
            "lastIndex",
            "commitIndex",
            "appliedIndex",
            "snapshotIndex",
            "elections",
            "caughtUp",
            "failure",
            "parked",
            "peers",
            "storage",
            "commands");
    private static final List<String> PEER = List.of(
            "nodeId",
            "address",
            "connected",
            "role",
            "term",
            "lastIndex",
            "commitIndex",
            "appliedIndex",
            "lag",
            "parked",
            "lastHeardMillis",
            "lastError");
    private static final List<String> STORAGE =
            List.of("type", "durability", "directory", "formatVersion", "sizeBytes", "full");

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    @Test
    void theEndpointShowsAMemberWithExactlyTheseFields() throws Exception {
        try (ConfigurableApplicationContext context = start(RealMember.class)) {
            context.getBean(Names.class).add("a");
            // A start goes on without the member being ready when the disk stalls for longer than it waits.
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> context.getBean(RaftNode.class).status().caughtUp());

            Answer answer = get(context, "/actuator/raft");

            assertThat(answer.status).isEqualTo(200);
            JsonNode json = answer.json();
            assertThat(json.propertyNames()).containsExactlyElementsOf(TOP);
            assertThat(json.get("nodeId").asString()).isEqualTo("n1");
            assertThat(json.get("clusterName").asString()).isEqualTo("orders");
            assertThat(json.get("role").asString()).isEqualTo("LEADER");
            assertThat(json.get("leaderId").asString()).isEqualTo("n1");
            assertThat(json.get("caughtUp").asBoolean()).isTrue();
            assertThat(json.get("failure").isNull()).isTrue();
            assertThat(json.get("appliedIndex").asLong()).isPositive();
            assertThat(json.get("storage").propertyNames()).containsExactlyElementsOf(STORAGE);
            assertThat(json.get("storage").get("type").asString()).isEqualTo("lmdb");
            assertThat(json.get("storage").get("durability").asString()).isEqualTo("synced");
            assertThat(json.get("commands")).hasSize(1);
            JsonNode command = json.get("commands").get(0);
            assertThat(command.propertyNames()).containsExactly("name", "version", "bean", "method", "heldBack");
            assertThat(command.get("name").asString()).isEqualTo("names.add");
            assertThat(command.get("method").asString()).isEqualTo("add(String)");
        }
    }

    @Test
    void theEndpointShowsWhatIsNotKnownOfAPeerAsNull() throws Exception {
        try (ConfigurableApplicationContext context = start(InMemoryMember.class)) {
            PeerStatus unheard = new PeerStatus(
                    "n2", "host2:9090", false, null, null, null, null, null, null, null, null, "connection refused");
            PeerStatus heard = new PeerStatus(
                    "n3", "host3:9090", true, Role.FOLLOWER, 4L, 9L, 8L, 7L, 1L, null, Duration.ofMillis(35), null);
            context.getBean(SingleMemberNode.class).seenAs(with(null, true, List.of(unheard, heard), null));

            JsonNode peers = get(context, "/actuator/raft").json().get("peers");

            assertThat(peers.get(0).propertyNames()).containsExactlyElementsOf(PEER);
            assertThat(peers.get(0).get("role").isNull()).isTrue();
            assertThat(peers.get(0).get("lastError").asString()).isEqualTo("connection refused");
            assertThat(peers.get(1).get("lastHeardMillis").asLong()).isEqualTo(35);
            assertThat(peers.get(1).get("lag").asLong()).isEqualTo(1);
        }
    }

    @Test
    void readinessFollowsTheMemberAndLivenessDoesNot() throws Exception {
        try (ConfigurableApplicationContext context = start(InMemoryMember.class)) {
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            PeerStatus unreachable = new PeerStatus(
                    "n2", "host2:9090", false, null, null, null, null, null, null, null, null, "connection refused");
            assertThat(get(context, "/actuator/health/readiness").status).isEqualTo(200);

            node.seenAs(with(null, true, List.of(unreachable), null));
            Answer withoutLeader = get(context, "/actuator/health/readiness");
            assertThat(withoutLeader.status).isEqualTo(503);
            JsonNode raft = raft(context);
            assertThat(raft.get("status").asString()).isEqualTo("OUT_OF_SERVICE");
            assertThat(raft.get("details").get("reason").asString())
                    .isEqualTo("no leader of cluster 'test' is known: n2 at host2:9090 is not reachable: connection"
                            + " refused");
            assertThat(raft.get("details").get("leader").asString()).isEqualTo("none");
            assertThat(raft.get("details").propertyNames())
                    .containsExactly("role", "term", "leader", "applied", "commit", "reason");
            assertLive(context);

            node.seenAs(with("n1", false, List.of(), null));
            assertThat(get(context, "/actuator/health/readiness").status).isEqualTo(503);
            assertThat(raft(context).get("details").get("reason").asString()).startsWith("catching up with leader n1");
            assertLive(context);

            node.seenAs(parked("Entry 812 holds the command 'x' version 2"));
            assertThat(get(context, "/actuator/health/readiness").status).isEqualTo(503);
            assertThat(raft(context).get("status").asString()).isEqualTo("OUT_OF_SERVICE");
            assertThat(raft(context).get("details").get("reason").asString())
                    .matches("the member is parked after index \\d+: Entry 812 holds the command 'x' version 2");
            assertThat(get(context, "/actuator/raft").json().get("parked").asString())
                    .startsWith("Entry 812");
            assertThat(get(context, "/actuator/metrics/raftify.parked")
                            .json()
                            .get("measurements")
                            .get(0)
                            .get("value")
                            .asInt())
                    .isEqualTo(1);
            assertLive(context);

            node.seenAs(with("n1", true, List.of(), "the disk is gone"));
            Answer failed = get(context, "/actuator/health/readiness");
            assertThat(failed.status).isEqualTo(503);
            assertThat(raft(context).get("status").asString()).isEqualTo("DOWN");
            assertThat(raft(context).get("details").get("reason").asString()).contains("the disk is gone");
            assertLive(context);

            node.seenAs(UnaryOperator.identity());
            assertThat(get(context, "/actuator/health/readiness").status).isEqualTo(200);
            assertLive(context);
        }
    }

    @Test
    void theUsersOwnReadinessGroupGetsTheMemberTooAndItsOtherGroupsDoNot() throws Exception {
        try (ConfigurableApplicationContext context = start(
                InMemoryMember.class,
                "management.endpoint.health.group.readiness.include=readinessState,ping",
                "management.endpoint.health.group.readiness.show-components=always",
                "management.endpoint.health.group.mine.include=ping",
                "management.endpoint.health.group.mine.show-components=always")) {
            assertThat(get(context, "/actuator/health/readiness")
                            .json()
                            .get("components")
                            .propertyNames())
                    .containsExactlyInAnyOrder("ping", "raft", "readinessState");
            assertThat(get(context, "/actuator/health/mine")
                            .json()
                            .get("components")
                            .propertyNames())
                    .containsExactly("ping");
        }
    }

    @Test
    void switchedOffTheMemberIsNotPartOfReadiness() throws Exception {
        try (ConfigurableApplicationContext context =
                start(InMemoryMember.class, "management.health.raft.enabled=false")) {
            context.getBean(SingleMemberNode.class).seenAs(with(null, false, List.of(), null));

            assertThat(get(context, "/actuator/health/readiness").status).isEqualTo(200);
        }
    }

    @Test
    void metersAreThereOverHttp() throws Exception {
        try (ConfigurableApplicationContext context = start(RealMember.class)) {
            context.getBean(Names.class).add("a");

            for (String meter : List.of(
                    "raftify.term",
                    "raftify.role",
                    "raftify.index.commit",
                    "raftify.index.applied",
                    "raftify.elections",
                    "raftify.disk.full",
                    "raftify.parked",
                    "raftify.proposals")) {
                assertThat(get(context, "/actuator/metrics/" + meter).status)
                        .as(meter)
                        .isEqualTo(200);
            }
            assertThat(get(context, "/actuator/metrics/raftify.proposals?tag=command:names.add&tag=outcome:value")
                            .json()
                            .get("measurements")
                            .get(0)
                            .get("value")
                            .asInt())
                    .isEqualTo(1);
        }
    }

    @Test
    void theMemberIsReadyBeforeTheFirstRequestIsServed() throws Exception {
        try (ConfigurableApplicationContext context = start(RealMember.class)) {
            assertThat(get(context, "/actuator/health/readiness").status).isEqualTo(200);
            assertThat(context.getBean(RaftNode.class).status().caughtUp()).isTrue();
        }
    }

    private void assertLive(ConfigurableApplicationContext context) throws Exception {
        Answer liveness = get(context, "/actuator/health/liveness");
        assertThat(liveness.status).isEqualTo(200);
        HealthEndpointGroups groups = context.getBean(HealthEndpointGroups.class);
        assertThat(groups.get("liveness").isMember("raft")).isFalse();
        assertThat(groups.get("readiness").isMember("raft")).isTrue();
    }

    private JsonNode raft(ConfigurableApplicationContext context) throws Exception {
        return get(context, "/actuator/health").json().get("components").get("raft");
    }

    @Test
    void theExtraPathsOfTheProbesStayKnown() throws Exception {
        try (ConfigurableApplicationContext context =
                start(InMemoryMember.class, "management.endpoint.health.probes.add-additional-paths=true")) {
            assertThat(get(context, "/readyz").status).isEqualTo(200);
            assertThat(context.getBean(AdditionalPathsMapper.class)
                            .getAdditionalPaths(EndpointId.of("health"), WebServerNamespace.SERVER))
                    .contains("/readyz", "/livez");
            context.getBean(SingleMemberNode.class).seenAs(with(null, true, List.of(), null));
            assertThat(get(context, "/readyz").status).isEqualTo(503);
            assertThat(get(context, "/livez").status).isEqualTo(200);
        }
    }

    private static UnaryOperator<NodeStatus> parked(String reason) {
        return with("n1", true, List.of(), null, reason);
    }

    private static UnaryOperator<NodeStatus> with(
            String leader, boolean caughtUp, List<PeerStatus> peers, String failure) {
        return with(leader, caughtUp, peers, failure, null);
    }

    private static UnaryOperator<NodeStatus> with(
            String leader, boolean caughtUp, List<PeerStatus> peers, String failure, String parked) {
        return status -> new NodeStatus(
                status.nodeId(),
                status.clusterName(),
                failure != null ? Role.FAILED : Role.FOLLOWER,
                status.term(),
                leader,
                status.firstIndex(),
                status.lastIndex(),
                status.commitIndex(),
                status.appliedIndex(),
                status.snapshotIndex(),
                status.elections(),
                caughtUp,
                peers,
                status.storage(),
                failure,
                parked);
    }

    private ConfigurableApplicationContext start(Class<?> application, String... more) {
        List<String> properties = new ArrayList<>(List.of(
                "server.port=0",
                "raftify.node-id=n1",
                "raftify.data-dir=" + directory,
                "raftify.cluster.name=orders",
                "raftify.cluster.peers.n1=127.0.0.1:" + FreePorts.one(),
                "raftify.proposal.timeout=30s",
                "spring.grpc.server.port=0",
                "management.endpoint.health.show-details=always",
                "management.endpoints.web.exposure.include=raft,health,metrics"));
        properties.addAll(List.of(more));
        return new SpringApplicationBuilder(application)
                .registerShutdownHook(false)
                .run(properties.stream().map(each -> "--" + each).toArray(String[]::new));
    }

    private Answer get(ConfigurableApplicationContext context, String path) throws IOException, InterruptedException {
        String port = context.getEnvironment().getProperty("local.server.port");
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                        .timeout(Duration.ofSeconds(20))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    private record Answer(int status, String body) {
        JsonNode json() {
            return new JsonMapper().readTree(body);
        }
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Import(Names.class)
    static class RealMember {}

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class InMemoryMember {

        @Bean
        SingleMemberNode node(ReplicatedStateMachine stateMachine) {
            return new SingleMemberNode("n1", stateMachine);
        }
    }

    static class Names {
        @ReplicatedState
        private final List<String> names = new ArrayList<>();

        @ReplicatedCommand("names.add")
        public void add(String name) {
            names.add(name);
        }
    }
}
