package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import io.raftify.engine.FreePorts;
import io.raftify.node.InvalidSettingException;
import io.raftify.node.RaftNodeSettings;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.annotation.Import;
import org.springframework.mock.env.MockEnvironment;

/** What a user reads when the application does not start; every text comes from an application that really failed. */
class FailureAnalyzersTests {

    @TempDir
    Path directory;

    @Test
    void nothingConfigured() {
        FailureAnalysis analysis = FailedStart.of(Application.class);

        assertThat(analysis.getDescription()).contains("'raftify.node-id' is not set");
        assertThat(analysis.getAction())
                .contains("node-id: n1")
                .contains("data-dir: ./data/n1")
                .contains("n2: host2:9090")
                .contains("'raftify.enabled' to false");
    }

    @Test
    void nodeIdNotAmongThePeers() {
        FailureAnalysis analysis = FailedStart.of(
                Application.class,
                "raftify.node-id=node_4",
                "raftify.data-dir=d",
                "raftify.cluster.peers.n1=h:1",
                "raftify.cluster.peers.n2=h:2");

        assertThat(analysis.getDescription())
                .contains("'raftify.node-id'")
                .contains("'node_4' is not among the peers [");
        assertThat(analysis.getAction()).contains("'raftify.cluster.peers'").contains("[node_1]");
    }

    @Test
    void noPeers() {
        FailureAnalysis analysis = FailedStart.of(Application.class, "raftify.node-id=n7", "raftify.data-dir=d");

        assertThat(analysis.getDescription())
                .contains("'raftify.cluster.peers'")
                .contains("There are no peers");
        assertThat(analysis.getAction()).contains("'raftify.cluster.peers.n7=localhost:9090'");
    }

    @ParameterizedTest
    @CsvSource({
        "host2,the port is missing",
        "host2:http,the port 'http' is not a number",
        "host2:0,the port must be between 1 and 65535",
        ":9090,the host is missing",
        "http://host2:9090,without scheme or path",
        "::1:9090,an IPv6 address must be written in brackets"
    })
    void malformedAddress(String address, String wrong) {
        FailureAnalysis analysis = FailedStart.of(
                Application.class,
                "raftify.node-id=n1",
                "raftify.data-dir=d",
                "raftify.cluster.peers.n1=host1:9090",
                "raftify.cluster.peers.n2=" + address);

        assertThat(analysis.getDescription())
                .contains("'raftify.cluster.peers.n2' is '" + address + "'")
                .contains(wrong);
        assertThat(analysis.getAction())
                .contains("Set 'raftify.cluster.peers.n2' to host:port")
                .contains("'host1:9090'");
    }

    @Test
    void noDataDirectory() {
        FailureAnalysis analysis =
                FailedStart.of(Application.class, "raftify.node-id=n1", "raftify.cluster.peers.n1=127.0.0.1:1");

        assertThat(analysis.getDescription()).contains("'raftify.data-dir'").contains("There is no data directory");
        assertThat(analysis.getAction()).contains("'./data/n1'").contains("'raftify.storage.type' to 'memory'");
    }

    @Test
    void unwritableDirectory() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "in the way");

        FailureAnalysis analysis = start(Application.class, "raftify.data-dir=" + file.resolve("n1"));

        assertThat(analysis.getDescription()).contains(file.toString());
        assertThat(analysis.getAction()).contains("'raftify.data-dir' (now '" + file.resolve("n1") + "')");
    }

    @Test
    void directoryOfAnotherMember() {
        try (Members members = new Members(1, directory, Application.class).start()) {
            assertThat(members.leader()).isEqualTo("n1");
        }

        FailureAnalysis analysis = FailedStart.of(
                Application.class,
                "raftify.node-id=n2",
                "raftify.cluster.name=test",
                "raftify.data-dir=" + directory.resolve("n1"),
                "raftify.cluster.peers.n2=127.0.0.1:" + FreePorts.one());

        assertThat(analysis.getDescription())
                .contains("belongs to member 'n1' of cluster 'test'")
                .contains("this is member 'n2'");
        assertThat(analysis.getAction()).contains("'raftify.data-dir'").contains("'raftify.node-id'");
    }

    @Test
    void directoryInUse() {
        try (Members members = new Members(1, directory, Application.class).start()) {
            FailureAnalysis analysis = FailedStart.of(
                    Application.class,
                    "raftify.node-id=n1",
                    "raftify.cluster.name=test",
                    "raftify.data-dir=" + directory.resolve("n1"),
                    "raftify.cluster.peers.n1=127.0.0.1:" + FreePorts.one());

            assertThat(analysis.getDescription()).contains("is in use by");
            assertThat(analysis.getAction()).contains("Stop the other process").contains("'raftify.data-dir' (now '");
        }
    }

    @Test
    void peersThatContradictTheLog() {
        try (Members members = new Members(1, directory, Application.class).start()) {
            assertThat(members.leader()).isEqualTo("n1");
        }

        List<Integer> ports = FreePorts.find(2);
        FailureAnalysis analysis = FailedStart.of(
                Application.class,
                "raftify.node-id=n1",
                "raftify.cluster.name=test",
                "raftify.data-dir=" + directory.resolve("n1"),
                "raftify.cluster.peers.n1=127.0.0.1:" + ports.get(0),
                "raftify.cluster.peers.n2=127.0.0.1:" + ports.get(1));

        assertThat(analysis.getDescription()).contains("[n1, n2]").contains("[n1]");
        assertThat(analysis.getAction()).contains("'raftify.cluster.peers'");
    }

    @Test
    void damagedStorage() throws Exception {
        try (Members members = new Members(1, directory, Application.class).start()) {
            assertThat(members.leader()).isEqualTo("n1");
        }
        Path data;
        try (Stream<Path> files = Files.walk(directory.resolve("n1"))) {
            data = files.filter(file -> file.getFileName().toString().equals("data.mdb"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] content = Files.readAllBytes(data);
        Arrays.fill(content, 0, Math.min(content.length, 16_384), (byte) 0x5a);
        Files.write(data, content);

        FailureAnalysis analysis = FailedStart.of(
                Application.class,
                "raftify.node-id=n1",
                "raftify.cluster.name=test",
                "raftify.data-dir=" + directory.resolve("n1"),
                "raftify.cluster.peers.n1=127.0.0.1:" + FreePorts.one());

        assertThat(analysis.getDescription()).contains("The member 'n1' could not start");
        assertThat(analysis.getAction())
                .contains("Keep a copy of 'raftify.data-dir'")
                .contains("only when every other member is up and none of them lags");
    }

    @Test
    void portTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();

            FailureAnalysis analysis = FailedStart.of(
                    Application.class,
                    "raftify.node-id=n1",
                    "raftify.data-dir=" + directory,
                    "raftify.cluster.peers.n1=" + address);

            assertThat(analysis.getDescription())
                    .contains("cannot listen on")
                    .contains(String.valueOf(taken.getLocalPort()));
            assertThat(analysis.getAction())
                    .contains("Stop what listens on the port")
                    .contains("'raftify.cluster.peers.n1' (now '" + address + "')");
        }
    }

    @Test
    void plainTextBeyondLoopback() {
        FailureAnalysis analysis = FailedStart.of(
                Application.class,
                "raftify.node-id=n1",
                "raftify.data-dir=" + directory,
                "raftify.cluster.peers.n1=192.0.2.1:" + FreePorts.one());

        assertThat(analysis.getAction())
                .contains("'raftify.transport.ssl.bundle'")
                .contains("'raftify.transport.allow-insecure' to true");
    }

    @Test
    void heartbeatNotBelowTheElectionTimeout() {
        FailureAnalysis analysis =
                start(Application.class, "raftify.election.timeout=1s", "raftify.election.heartbeat-interval=1s");

        assertThat(analysis.getDescription())
                .contains("'raftify.election.heartbeat-interval'")
                .contains("1000ms");
        assertThat(analysis.getAction())
                .contains("'raftify.election.heartbeat-interval'")
                .contains("'raftify.election.timeout'");
    }

    @Test
    void frameSmallerThanAProposal() {
        FailureAnalysis analysis =
                start(Application.class, "raftify.proposal.max-size=10MB", "raftify.transport.max-frame-size=8MB");

        assertThat(analysis.getAction())
                .contains("'raftify.transport.max-frame-size'")
                .contains("'raftify.proposal.max-size'");
    }

    @Test
    void aTimeoutOfZero() {
        FailureAnalysis analysis = start(Application.class, "raftify.proposal.timeout=0s");

        assertThat(analysis.getDescription()).contains("'raftify.proposal.timeout' is 0ms");
        assertThat(analysis.getAction()).contains("'raftify.proposal.timeout'").contains("greater than zero");
    }

    @Test
    void unknownSslBundle() {
        FailureAnalysis analysis = start(Application.class, "raftify.transport.ssl.bundle=members");

        assertThat(analysis.getDescription())
                .contains("'raftify.transport.ssl.bundle' names the SSL bundle 'members', which does not exist");
        assertThat(analysis.getAction()).contains("'spring.ssl.bundle.pem.members'");
    }

    @Test
    void twoCommandsOfOneName() {
        FailureAnalysis analysis = start(TwoOfOneName.class);

        assertThat(analysis.getDescription())
                .contains("The command name 'good.add' is also the one of")
                .contains("method: void add(String text)");
        assertThat(analysis.getAction()).contains("Give one of the two another name");
    }

    @Test
    void aCommandOnAFinalClass() {
        FailureAnalysis analysis = start(WithFinalClass.class);

        assertThat(analysis.getDescription())
                .contains("The class is final")
                .contains("class:  " + FinalClass.class.getName());
        assertThat(analysis.getAction()).contains("Remove 'final' from the class");
    }

    @Test
    void aCommandOnAFinalMethod() {
        FailureAnalysis analysis = start(WithFinalMethod.class);

        assertThat(analysis.getDescription()).contains("The method is final").contains("method: void add(String text)");
        assertThat(analysis.getAction()).contains("Remove 'final' from the method");
    }

    @Test
    void aCommandOnAPrivateMethod() {
        FailureAnalysis analysis = start(WithPrivateMethod.class);

        assertThat(analysis.getDescription())
                .contains("The method is private")
                .contains("method: void add(String text)");
        assertThat(analysis.getAction()).contains("Make it public");
    }

    @Test
    void aCommandOnAStaticMethod() {
        FailureAnalysis analysis = start(WithStaticMethod.class);

        assertThat(analysis.getDescription())
                .contains("The method is static")
                .contains("method: void add(String text)");
        assertThat(analysis.getAction()).contains("Make it an instance method");
    }

    @Test
    void aBeanWithoutState() {
        FailureAnalysis analysis = start(WithoutState.class);

        assertThat(analysis.getDescription())
                .contains("no field marked @ReplicatedState")
                .contains("class:  " + Stateless.class.getName());
        assertThat(analysis.getAction()).contains("Mark the fields that the commands change @ReplicatedState");
    }

    @Test
    void anArgumentThatCannotBeEncoded() {
        FailureAnalysis analysis = start(WithBadArgument.class);

        assertThat(analysis.getDescription())
                .contains("The argument 'in' cannot be encoded: InputStream is abstract")
                .contains("method: void read(InputStream in)");
        assertThat(analysis.getAction()).contains("Change the type of the argument");
    }

    @Test
    void aResultThatCannotBeEncoded() {
        FailureAnalysis analysis = start(WithBadResult.class);

        assertThat(analysis.getDescription())
                .contains("The result cannot be encoded: Object does not say what is in it")
                .contains("method: Object find()");
        assertThat(analysis.getAction()).contains("Change the type of the result");
    }

    @Test
    void aCommandCalledPastItsProxy() {
        FailureAnalysis analysis = start(WithSelfCall.class);

        assertThat(analysis.getDescription())
                .contains("addAll(List) calls the command add(String) on 'this', through a lambda in addAll"
                        + " (FailureAnalyzersTests.java:")
                .contains("method: void addAll(List texts)");
        assertThat(analysis.getAction())
                .contains("inject ObjectProvider<SelfCalling> and call getObject().add(...)")
                .contains("or make addAll(List) a @ReplicatedCommand");
    }

    @Test
    void aCommandThatIsNotDeterministicIfThatIsToFail() {
        FailureAnalysis analysis = start(WithAClock.class, "raftify.determinism.check=fail");

        assertThat(analysis.getDescription())
                .contains("- FailureAnalyzersTests.java:")
                .contains("add(String) reads the clock (Instant.now())");
        assertThat(analysis.getAction()).contains("@Deterministic(\"why\")");
    }

    @Test
    void everySettingOfTheMemberHasItsProperty() {
        List<String> components = Stream.of(RaftNodeSettings.class.getRecordComponents())
                .map(RecordComponent::getName)
                .toList();

        assertThat(InvalidSettingFailureAnalyzer.PROPERTIES).containsOnlyKeys(components);
        for (String component : components) {
            FailureAnalysis analysis = new InvalidSettingFailureAnalyzer(new MockEnvironment())
                    .analyze(new InvalidSettingException(component, "It is wrong."));
            assertThat(analysis.getDescription()).contains("'raftify.").contains("It is wrong.");
            assertThat(analysis.getAction()).contains("'raftify.");
        }
    }

    private FailureAnalysis start(Class<?> application, String... more) {
        List<String> properties = new ArrayList<>(List.of(
                "raftify.node-id=n1",
                "raftify.data-dir=" + directory,
                "raftify.cluster.peers.n1=127.0.0.1:" + FreePorts.one()));
        properties.addAll(List.of(more));
        return FailedStart.of(application, properties.toArray(String[]::new));
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {}

    @Import({Good.class, SameName.class})
    static class TwoOfOneName extends Application {}

    @Import(FinalClass.class)
    static class WithFinalClass extends Application {}

    @Import(FinalMethod.class)
    static class WithFinalMethod extends Application {}

    @Import(PrivateMethod.class)
    static class WithPrivateMethod extends Application {}

    @Import(StaticMethod.class)
    static class WithStaticMethod extends Application {}

    @Import(Stateless.class)
    static class WithoutState extends Application {}

    @Import(BadArgument.class)
    static class WithBadArgument extends Application {}

    @Import(SelfCalling.class)
    static class WithSelfCall extends Application {}

    @Import(ReadingTheClock.class)
    static class WithAClock extends Application {}

    @Import(BadResult.class)
    static class WithBadResult extends Application {}

    static class Good {
        @ReplicatedState
        final List<String> all = new ArrayList<>();

        @ReplicatedCommand("good.add")
        public void add(String text) {}
    }

    static class SameName extends Good {}

    static class SelfCalling extends Good {
        public void addAll(List<String> texts) {
            texts.forEach(each -> add(each));
        }
    }

    static class ReadingTheClock extends Good {
        @Override
        public void add(String text) {
            all.add(text + Instant.now());
        }
    }

    static final class FinalClass {
        @ReplicatedState
        int count;

        @ReplicatedCommand("final.add")
        public void add(String text) {}
    }

    static class FinalMethod {
        @ReplicatedState
        int count;

        @ReplicatedCommand("final.add")
        public final void add(String text) {}
    }

    static class PrivateMethod {
        @ReplicatedState
        int count;

        @ReplicatedCommand("private.add")
        private void add(String text) {}
    }

    static class StaticMethod {
        @ReplicatedState
        int count;

        @ReplicatedCommand("static.add")
        public static void add(String text) {}
    }

    static class Stateless {
        @ReplicatedCommand("stateless.add")
        public void add(String text) {}
    }

    static class BadArgument {
        @ReplicatedState
        int count;

        @ReplicatedCommand("bad.read")
        public void read(InputStream in) {}
    }

    static class BadResult {
        @ReplicatedState
        int count;

        @ReplicatedCommand("bad.find")
        public Object find() {
            return Optional.empty();
        }
    }
}
