package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.google.protobuf.ByteString;
import io.raftify.engine.wire.MemberReport;
import io.raftify.storage.MemberStore;
import io.raftify.storage.lmdb.LmdbMemberStore;
import io.raftify.transport.MemberTransport;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a member may promise whose disk is known to its peers, unknown, or another than the one they know. */
class IntroductionsTest {

    @TempDir
    Path directory;

    private final AtomicLong storedIndex = new AtomicLong();
    private MemberStore store;
    private Introductions introductions;

    @BeforeEach
    void open() {
        store = LmdbMemberStore.open(directory.resolve("n1"), "test", "n1", 1 << 20);
        introductions = of("n1", store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Introductions of(String self, MemberStore itsStore) {
        return new Introductions(
                self, Set.of("n1", "n2", "n3"), itsStore.incarnations(), Runnable::run, () -> 2, storedIndex::get);
    }

    @Test
    void a_process_promises_a_peer_nothing_before_the_peer_knows_its_disk() {
        assertThat(introductions.refusalOfIncoming("n2", append(1))).contains("not been introduced to n2");
        assertThat(introductions.refusalOfIncoming("n2", vote(1))).isNotNull();
        assertThat(introductions.refusalOfOutgoing("n2", vote(1))).isNotNull();

        introductions.answered("n2", report(1, 0));

        assertThat(introductions.refusalOfIncoming("n2", append(1))).isNull();
        assertThat(introductions.refusalOfIncoming("n2", vote(1))).isNull();
        assertThat(introductions.refusalOfOutgoing("n2", vote(1))).isNull();
        assertThat(introductions.refusalOfIncoming("n3", append(1))).isNotNull();
    }

    @Test
    void a_member_that_lost_its_disk_takes_no_part_before_all_others_have_said_their_terms() {
        introductions.answered("n2", otherDiskKnown());
        introductions.answered("n2", report(5, 10));

        assertThat(introductions.refusalOfIncoming("n2", append(9))).contains("lost its disk");
        assertThat(introductions.refusalOfOutgoing("n2", vote(9))).contains("lost its disk");

        introductions.answered("n3", report(7, 3));

        assertThat(introductions.refusalOfIncoming("n2", append(6)))
                .as("of a leader whose term n3 has left behind")
                .isNotNull();
        assertThat(introductions.refusalOfIncoming("n2", append(7))).isNull();
    }

    @Test
    void it_gives_and_asks_for_no_vote_before_it_has_as_much_as_any_other_and_never_in_a_term_up_to_theirs() {
        introductions.answered("n2", otherDiskKnown());
        introductions.answered("n2", report(5, 10));
        introductions.answered("n3", report(7, 3));
        storedIndex.set(9);
        introductions.answered("n3", report(7, 3));

        assertThat(introductions.refusalOfIncoming("n2", vote(8))).contains("not caught up");
        assertThat(introductions.refusalOfOutgoing("n2", vote(8))).contains("not caught up");
        assertThat(introductions.refusalOfIncoming("n2", TimeoutNowRequest.getDefaultInstance()))
                .contains("not caught up");

        storedIndex.set(10);
        introductions.answered("n3", report(7, 3));

        assertThat(introductions.refusalOfIncoming("n2", vote(8))).isNull();
        assertThat(introductions.refusalOfOutgoing("n2", vote(8))).isNull();
        assertThat(introductions.refusalOfIncoming("n2", vote(7))).contains("may have voted in term 7");
        assertThat(introductions.refusalOfOutgoing("n2", vote(7))).contains("may have voted in term 7");
        assertThat(introductions.refusalOfIncoming("n2", TimeoutNowRequest.getDefaultInstance()))
                .isNull();
    }

    @Test
    void a_peer_is_known_by_its_disk_and_told_when_it_comes_with_another() {
        try (MemberStore first = LmdbMemberStore.open(directory.resolve("n2"), "test", "n2", 1 << 20);
                MemberStore second = LmdbMemberStore.open(directory.resolve("n2-again"), "test", "n2", 1 << 20)) {
            assertThat(ask(of("n2", first)).getOtherDiskKnown()).isFalse();
            assertThat(store.incarnations().met("n2"))
                    .isEqualTo(first.incarnations().own());

            Introductions again = of("n2", second);
            MemberReport told = ask(again);
            assertThat(told.getOtherDiskKnown()).isTrue();
            assertThat(ask(of("n2", first)).getOtherDiskKnown()).isFalse();

            again.answered("n1", told);
            assertThat(ask(again).getOtherDiskKnown())
                    .as("it knows by itself now")
                    .isFalse();
            assertThat(store.incarnations().met("n2"))
                    .isEqualTo(second.incarnations().own());
        }
    }

    private MemberReport ask(Introductions peer) {
        Answer answer = new Answer();
        ByteString query = peer.query().build().toByteString();
        introductions.asked("n2", query, answer, understood -> MemberReport.newBuilder());
        assertThat(answer.report).isNotNull();
        return answer.report;
    }

    private static AppendEntriesRequest append(long term) {
        return AppendEntriesRequest.newBuilder().setTerm(term).buildPartial();
    }

    private static RequestVoteRequest vote(long term) {
        return RequestVoteRequest.newBuilder().setTerm(term).setPreVote(false).buildPartial();
    }

    private static MemberReport report(long term, long lastIndex) {
        return MemberReport.newBuilder().setTerm(term).setLastIndex(lastIndex).build();
    }

    private static MemberReport otherDiskKnown() {
        return MemberReport.newBuilder().setOtherDiskKnown(true).build();
    }

    private static final class Answer implements MemberTransport.Responder {

        private @Nullable MemberReport report;

        @Override
        public void answer(ByteString payload) {
            try {
                report = MemberReport.parseFrom(payload);
            } catch (com.google.protobuf.InvalidProtocolBufferException unreadable) {
                throw new AssertionError(unreadable);
            }
        }

        @Override
        public void refuse(String reason) {
            throw new AssertionError(reason);
        }
    }
}
