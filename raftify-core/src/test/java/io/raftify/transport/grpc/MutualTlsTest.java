package io.raftify.transport.grpc;

import static io.raftify.transport.TestMembers.ECHO;
import static io.raftify.transport.TestMembers.awaitAllConnected;
import static io.raftify.transport.TestMembers.awaitConnected;
import static io.raftify.transport.TestMembers.call;
import static io.raftify.transport.TestMembers.ended;
import static io.raftify.transport.TestMembers.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.raftify.node.NodeStartException;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.TransportSecurity;
import io.raftify.transport.MemberTransport.InboundHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MutualTlsTest extends MembersTest {

    @TempDir
    private static Path directory;

    private static TestAuthority authority;
    private static TransportSecurity certificateOfN1;
    private static TransportSecurity certificateOfN2;
    private static TransportSecurity certificateOfN3;

    private final List<String> deliveredToN1 = new CopyOnWriteArrayList<>();
    private final InboundHandler recording = (peer, kind, payload, responder) -> {
        deliveredToN1.add(peer);
        responder.answer(payload);
    };

    @BeforeAll
    static void makeCertificates() throws Exception {
        authority = new TestAuthority(directory, "our-authority");
        certificateOfN1 = authority.member("CN=n1");
        certificateOfN2 = authority.member("CN=Some machine", "san=dns:host.example,dns:n2");
        certificateOfN3 = authority.member("CN=n3", "san=dns:n3");
    }

    private RaftNodeSettings.Builder secured(String nodeId, TransportSecurity security) {
        return settings(nodeId, peers).security(security);
    }

    @Test
    void threeMembersWithCertificatesFormAllSixStreams() throws Exception {
        Map<String, GrpcMemberTransport> members = Map.of(
                "n1", member(secured("n1", certificateOfN1), ECHO),
                "n2", member(secured("n2", certificateOfN2), ECHO),
                "n3", member(secured("n3", certificateOfN3), ECHO));

        awaitAllConnected(members);

        for (String from : members.keySet()) {
            for (String to : members.keySet()) {
                if (!from.equals(to)) {
                    assertThat(ended(call(members.get(from), to, from + " to " + to))
                                    .text())
                            .isEqualTo(from + " to " + to);
                }
            }
        }
        assertThat(log.warnings()).isEmpty();
    }

    @Test
    void aCallerWithoutACertificateIsRefused() throws Exception {
        TestAuthority.Renewable security = new TestAuthority.Renewable(certificateOfN2);
        GrpcMemberTransport n2 = member(secured("n2", security), ECHO);
        security.renew(authority.nobody());
        member(secured("n1", certificateOfN1), recording);

        awaitWarning("n1 refused a connection from 127.0.0.1", "it presented no certificate");
        awaitError(n2, "n1", "certificate");
        assertThat(deliveredToN1).isEmpty();
    }

    @Test
    void aCallerWithACertificateOfAnotherAuthorityIsRefused() throws Exception {
        TestAuthority foreign = new TestAuthority(directory, "foreign-authority");
        TransportSecurity signedByTheOther = foreign.memberTrusting(authority, "CN=n2");
        member(secured("n1", certificateOfN1), recording);
        GrpcMemberTransport n2 = member(secured("n2", signedByTheOther), ECHO);

        awaitWarning("n1 refused a connection from 127.0.0.1", "for n2, is not trusted");
        awaitError(n2, "n1", "certificate", "its log says why");
        assertThat(deliveredToN1).isEmpty();
    }

    @Test
    void aDialledMemberWithACertificateOfAnotherAuthorityIsRefused() throws Exception {
        TestAuthority foreign = new TestAuthority(directory, "other-foreign-authority");
        member(secured("n2", foreign.memberTrusting(authority, "CN=n2")), ECHO);
        GrpcMemberTransport n1 = member(secured("n1", certificateOfN1), ECHO);

        awaitError(n1, "n2", "presented by " + peers.get("n2"), "for n2, is not trusted");
        awaitWarning("n1 cannot use n2 at " + peers.get("n2"), "is not trusted");
    }

    @Test
    void aCallerWithAnotherMembersCertificateIsRefused() throws Exception {
        TestAuthority.Renewable security = new TestAuthority.Renewable(certificateOfN2);
        GrpcMemberTransport n2 = member(secured("n2", security), ECHO);
        security.renew(certificateOfN3);
        GrpcMemberTransport n1 = member(secured("n1", certificateOfN1), recording);

        awaitWarning("n1 refused 127.0.0.1", "it says that it is n2", "its certificate is for n3, not for n2");
        awaitError(n2, "n1", "its certificate is for n3, not for n2");
        awaitWarning("n2 cannot use n1", "its certificate is for n3, not for n2");
        assertThat(deliveredToN1).isEmpty();
        // and the other way round, since n2's server presents the wrong certificate, too
        awaitError(n1, "n2", "the certificate presented by " + peers.get("n2") + " is for n3, not for n2");
        awaitWarning("n1 cannot use n2", "is for n3, not for n2");
    }

    @Test
    void aCertificateThatHasExpiredIsRefusedByBothSidesUntilItIsRenewed() throws Exception {
        TestAuthority.Renewable security = new TestAuthority.Renewable(authority.expired("CN=n2"));
        GrpcMemberTransport n2 = member(secured("n2", security), ECHO);
        GrpcMemberTransport n1 = member(secured("n1", certificateOfN1), recording);

        awaitError(n1, "n2", "expired");
        awaitError(n2, "n1", "certificate");
        assertThat(deliveredToN1).isEmpty();

        security.renew(authority.member("CN=n2"));

        awaitConnected(n1, "n2");
        awaitConnected(n2, "n1");
    }

    @Test
    void aRenewedCertificateIsUsedByBothSidesWithoutARestart() throws Exception {
        TestAuthority.Renewable security = new TestAuthority.Renewable(certificateOfN2);
        GrpcMemberTransport n2 = member(secured("n2", security), ECHO);
        security.renew(certificateOfN3);
        GrpcMemberTransport n1 = member(secured("n1", certificateOfN1), ECHO);
        awaitError(n1, "n2", "not for n2");
        awaitError(n2, "n1", "not for n2");

        security.renew(authority.member("CN=n2"));

        awaitConnected(n1, "n2");
        awaitConnected(n2, "n1");
    }

    @Test
    void aMemberDoesNotStartWithAnotherMembersCertificateOrWithoutOne() throws Exception {
        TransportSecurity nobody = authority.nobody();

        assertThatThrownBy(() -> member(secured("n2", certificateOfN3), ECHO))
                .isInstanceOfSatisfying(
                        NodeStartException.class,
                        e -> assertThat(e.reason()).isEqualTo(NodeStartException.Reason.SECURITY))
                .hasMessageContaining("the certificate is for n3, not for n2")
                .hasMessageContaining("subject alternative name");
        assertThatThrownBy(() -> member(secured("n2", nobody), ECHO))
                .isInstanceOfSatisfying(
                        NodeStartException.class,
                        e -> assertThat(e.reason()).isEqualTo(NodeStartException.Reason.SECURITY))
                .hasMessageContaining("there is no private key with a certificate")
                .hasMessageContaining("raftify.transport.ssl.bundle");
    }

    @Test
    void aMemberThatSpeaksPlainTextIsRefusedAndToldWhy() throws Exception {
        member(secured("n1", certificateOfN1), recording);
        GrpcMemberTransport n2 = member("n2", ECHO);

        awaitWarning("n1 refused a connection from 127.0.0.1", "not TLS", "raftify.transport.ssl.bundle");
        awaitError(n2, "n1", "closed the connection before it greeted", "raftify.transport.ssl.bundle");
        assertThat(deliveredToN1).isEmpty();
    }

    @Test
    void aMemberThatSpeaksTlsToPlainTextIsToldWhy() throws Exception {
        GrpcMemberTransport n1 = member(secured("n1", certificateOfN1), ECHO);
        member("n2", ECHO);

        awaitError(n1, "n2", "TLS", "raftify.transport.ssl.bundle");
    }

    @Test
    void refusalsAreSaidOnceAndNotWithEveryAttempt() throws Exception {
        TestAuthority.Renewable security = new TestAuthority.Renewable(certificateOfN2);
        GrpcMemberTransport n2 = member(secured("n2", security), ECHO);
        security.renew(certificateOfN3);
        member(secured("n1", certificateOfN1), ECHO);
        awaitError(n2, "n1", "not for n2");
        // each call asks for a new attempt
        await().pollInterval(Duration.ofMillis(50))
                .during(Duration.ofSeconds(2))
                .until(() -> {
                    call(n2, "n1", "hello");
                    return true;
                });

        assertThat(log.warnings().stream().filter(line -> line.startsWith("n1 refused")))
                .hasSize(1);
        assertThat(log.warnings().stream().filter(line -> line.startsWith("n2 cannot use n1")))
                .hasSize(1);
    }
}
