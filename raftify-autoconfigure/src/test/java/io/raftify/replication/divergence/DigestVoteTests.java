package io.raftify.replication.divergence;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.raftify.replication.wire.Checkpoint;
import io.raftify.replication.wire.FieldDigest;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DigestVoteTests {

    private static Checkpoint checkpoint(String stock, String orders) {
        return Checkpoint.newBuilder()
                .setIndex(1_000)
                .addFields(field("shop.stock", stock))
                .addFields(field("shop.orders", orders))
                .build();
    }

    private static FieldDigest.Builder field(String name, String digest) {
        return FieldDigest.newBuilder().setField(name).setDigest(ByteString.copyFromUtf8(digest));
    }

    @Test
    void membersWithTheSameDigestsAgree() {
        DigestVote vote = DigestVote.of(
                Map.of("n1", checkpoint("a", "b"), "n2", checkpoint("a", "b"), "n3", checkpoint("a", "b")), 3);

        assertThat(vote.agreed()).isTrue();
        assertThat(vote.fields()).isEmpty();
    }

    @Test
    void theOneThatDiffersFromAMajorityIsOddAndTheFieldIsNamed() {
        DigestVote vote = DigestVote.of(
                Map.of("n1", checkpoint("a", "b"), "n2", checkpoint("a", "x"), "n3", checkpoint("a", "b")), 3);

        assertThat(vote.odd()).containsExactly("n2");
        assertThat(vote.fields()).containsExactly("shop.orders");
        assertThat(vote.undecided()).isFalse();
    }

    @Test
    void twoThatDifferWithoutTheThirdAreUndecided() {
        DigestVote vote = DigestVote.of(Map.of("n1", checkpoint("a", "b"), "n2", checkpoint("y", "b")), 3);

        assertThat(vote.undecided()).isTrue();
        assertThat(vote.odd()).isEmpty();
        assertThat(vote.fields()).containsExactly("shop.stock");
    }

    @Test
    void twoThatAgreeAreAMajorityOfThreeAndNotOfFour() {
        Map<String, Checkpoint> taken =
                Map.of("n1", checkpoint("a", "b"), "n2", checkpoint("a", "b"), "n3", checkpoint("z", "b"));

        assertThat(DigestVote.of(taken, 3).odd()).containsExactly("n3");
        assertThat(DigestVote.of(taken, 4).odd()).isEmpty();
        assertThat(DigestVote.of(taken, 4).undecided()).isTrue();
    }

    @Test
    void ofAllMembersOfWhichNoMajorityAgreesNobodyIsRight() {
        Map<String, Checkpoint> three =
                Map.of("n1", checkpoint("a", "b"), "n2", checkpoint("c", "b"), "n3", checkpoint("d", "b"));
        Map<String, Checkpoint> two = Map.of("n1", checkpoint("a", "b"), "n2", checkpoint("c", "b"));

        assertThat(DigestVote.of(three, 3).odd()).containsExactly("n1", "n2", "n3");
        assertThat(DigestVote.of(two, 2).odd()).containsExactly("n1", "n2");
        assertThat(DigestVote.of(three, 3).undecided()).isFalse();
        assertThat(DigestVote.of(three, 5).odd()).isEmpty();
    }

    @Test
    void aFieldThatOnlyMembersOfANewerVersionHaveIsNoDifference() {
        Checkpoint newer = checkpoint("a", "b").toBuilder()
                .addFields(field("shop.returns", "c"))
                .build();
        Checkpoint newerAndOdd = checkpoint("x", "b").toBuilder()
                .addFields(field("shop.returns", "c"))
                .build();

        assertThat(DigestVote.of(Map.of("n1", checkpoint("a", "b"), "n2", newer, "n3", checkpoint("a", "b")), 3)
                        .agreed())
                .isTrue();
        assertThat(DigestVote.of(Map.of("n1", checkpoint("a", "b"), "n2", newerAndOdd, "n3", checkpoint("a", "b")), 3)
                        .odd())
                .containsExactly("n2");
    }

    @Test
    void theOrderOfTheFieldsDoesNotMatter() {
        Checkpoint turned = Checkpoint.newBuilder()
                .setIndex(1_000)
                .addFields(field("shop.orders", "b"))
                .addFields(field("shop.stock", "a"))
                .build();

        assertThat(DigestVote.of(Map.of("n1", checkpoint("a", "b"), "n2", turned), 2)
                        .agreed())
                .isTrue();
    }
}
