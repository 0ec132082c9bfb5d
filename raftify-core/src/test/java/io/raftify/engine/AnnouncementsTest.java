package io.raftify.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.raftify.engine.wire.MemberQuery;
import io.raftify.engine.wire.MemberReport;
import io.raftify.node.RaftNode;
import io.raftify.node.RaftNodeListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What members tell each other of their applications. */
@Timeout(120)
class AnnouncementsTest {

    @TempDir
    Path directory;

    private final List<String> changes = new ArrayList<>();
    private final Announcements n1 = new Announcements(changes::add);
    private final Announcements n2 = new Announcements(name -> {});

    @Test
    void one_question_and_its_answer_carry_both_announcements() {
        n1.announce("commands", bytes("a"));
        n2.announce("commands", bytes("b"));
        n2.announce("digest", bytes("7"));

        exchange();

        assertThat(text(n1.announced("n2", "commands"))).isEqualTo("b");
        assertThat(text(n1.announced("n2", "digest"))).isEqualTo("7");
        assertThat(text(n2.announced("n1", "commands"))).isEqualTo("a");
        assertThat(n1.announced("n2", "unheard of")).isNull();
        assertThat(n1.announced("n3", "commands")).isNull();
        assertThat(changes).containsExactly("n2");
    }

    @Test
    void what_the_other_has_is_not_sent_again_until_it_changes() {
        n1.announce("commands", bytes("a"));
        n2.announce("commands", bytes("b"));
        exchange();

        Exchange again = exchange();
        assertThat(again.query.hasAnnouncement()).isFalse();
        assertThat(again.report.hasAnnouncement()).isFalse();

        n1.announce("commands", bytes("c"));
        n2.announce("commands", new byte[0]);
        Exchange changed = exchange();
        assertThat(changed.query.hasAnnouncement()).isTrue();
        assertThat(changed.report.hasAnnouncement()).isTrue();
        assertThat(text(n2.announced("n1", "commands"))).isEqualTo("c");
        assertThat(n1.announced("n2", "commands")).as("taken back").isNull();
        assertThat(changes).containsExactly("n2", "n2");
    }

    @Test
    void a_peer_that_comes_back_and_has_forgotten_everything_is_told_again() {
        n1.announce("commands", bytes("a"));
        exchange();
        Announcements restarted = new Announcements(name -> {});

        exchange(n1, restarted);
        exchange(n1, restarted);

        assertThat(text(restarted.announced("n1", "commands"))).isEqualTo("a");
    }

    @Test
    void more_than_the_limit_is_refused_and_what_was_announced_before_stays() {
        n1.announce("commands", bytes("a"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> n1.announce("commands", new byte[RaftNode.MAX_ANNOUNCEMENT_BYTES]))
                .withMessageContaining("'commands'")
                .withMessageContaining("at most 65536");
        n1.announce("digest", new byte[RaftNode.MAX_ANNOUNCEMENT_BYTES / 2]);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> n1.announce("more", new byte[RaftNode.MAX_ANNOUNCEMENT_BYTES / 2]));

        exchange();
        assertThat(text(n2.announced("n1", "commands"))).isEqualTo("a");
        assertThat(n2.announced("n1", "digest")).hasSize(RaftNode.MAX_ANNOUNCEMENT_BYTES / 2);
        assertThat(n2.announced("n1", "more")).isNull();
    }

    @Test
    void every_member_hears_the_others_and_remembers_one_that_is_down() {
        try (TestCluster cluster = TestCluster.of(3, directory)) {
            cluster.beforeStart(member -> member.node.announce("build", bytes("1 of " + member.name)));
            cluster.startAll();
            Queue<String> told = new ConcurrentLinkedQueue<>();
            awaitHeard(cluster, "n1", "n3", "1 of n3");
            awaitHeard(cluster, "n3", "n1", "1 of n1");
            cluster.member("n1").node.addListener(new RaftNodeListener() {
                @Override
                public void announced(String nodeId) {
                    told.add(nodeId);
                }
            });

            cluster.member("n2").node.announce("build", bytes("changed"));
            awaitHeard(cluster, "n1", "n2", "changed");
            await().atMost(TestCluster.DEADLINE)
                    .untilAsserted(() -> assertThat(told).containsOnly("n2"));

            cluster.stop("n3");
            assertThat(text(cluster.member("n1").node.announced("n3", "build"))).isEqualTo("1 of n3");
            cluster.beforeStart(member -> member.node.announce("build", bytes("2")));
            cluster.start("n3");
            awaitHeard(cluster, "n1", "n3", "2");
        }
    }

    private static void awaitHeard(TestCluster cluster, String by, String of, String content) {
        await().alias(by + " heard '" + content + "' of " + of)
                .atMost(TestCluster.DEADLINE)
                .until(() -> content.equals(text(cluster.member(by).node.announced(of, "build"))));
    }

    private Exchange exchange() {
        return exchange(n1, n2);
    }

    private static Exchange exchange(Announcements asking, Announcements asked) {
        MemberQuery.Builder query = MemberQuery.newBuilder();
        asking.ask("n2", query);
        MemberReport.Builder report = MemberReport.newBuilder();
        asked.asked("n1", query.build(), report);
        asking.answered("n2", report.build());
        return new Exchange(query.build(), report.build());
    }

    private record Exchange(MemberQuery query, MemberReport report) {}

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, UTF_8);
    }
}
