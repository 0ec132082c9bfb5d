package io.raftify.replication.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.google.protobuf.ByteString;
import io.raftify.replication.session.Sessions.Standing;
import io.raftify.replication.wire.CommandId;
import io.raftify.replication.wire.CommandOutcome;
import io.raftify.replication.wire.EntryOutcome;
import io.raftify.replication.wire.Refusal;
import io.raftify.replication.wire.WireFormat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionsTests {

    private static final long DAY = Sessions.KEPT.toMillis();

    private final Sessions sessions = new Sessions();

    @BeforeEach
    void openSession7() {
        sessions.open(7, 0);
    }

    private static CommandId id(long session, long sequence) {
        return CommandId.newBuilder().setSession(session).setSequence(sequence).build();
    }

    private static byte[] outcome(int size) {
        return EntryOutcome.newBuilder()
                .setRefusal(Refusal.newBuilder().setText("x".repeat(size)))
                .build()
                .toByteArray();
    }

    @Test
    void aCommandIsNewUntilItsOutcomeIsKeptAndThenItIsOver() {
        assertThat(sessions.standing(id(7, 1), 0)).isEqualTo(Standing.NEW);
        byte[] outcome = outcome(3);
        sessions.keep(id(7, 1), outcome);

        assertThat(sessions.standing(id(7, 1), 0)).isEqualTo(Standing.OVER);
        assertThat(sessions.outcome(id(7, 1))).isEqualTo(outcome);
        assertThat(sessions.standing(id(7, 2), 0)).isEqualTo(Standing.NEW);
    }

    @Test
    void whatWasNeverOpenedIsForgotten() {
        assertThat(sessions.standing(id(8, 1), 0)).isEqualTo(Standing.FORGOTTEN);
    }

    @Test
    void anAnsweredOutcomeIsForgottenAndOneThatIsNotStays() {
        for (int sequence = 1; sequence <= 3; sequence++) {
            sessions.keep(id(7, sequence), outcome(3));
        }
        sessions.answered(id(7, 3), 3);

        assertThat(sessions.standing(id(7, 2), 0)).isEqualTo(Standing.FORGOTTEN);
        assertThat(sessions.standing(id(7, 3), 0)).isEqualTo(Standing.OVER);
        assertThat(sessions.bytes()).isLessThan(200);
    }

    @Test
    void aSessionIsKeptForADayAfterItsLastSignOfLifeAndNotLonger() {
        sessions.keep(id(7, 1), outcome(3));
        assertThat(sessions.standing(id(7, 1), DAY / 2)).isEqualTo(Standing.OVER);

        sessions.expire(DAY + DAY / 2);
        assertThat(sessions.standing(id(7, 1), DAY / 2)).isEqualTo(Standing.OVER);

        sessions.expire(DAY + DAY / 2 + 1);
        assertThat(sessions.standing(id(7, 1), DAY / 2)).isEqualTo(Standing.FORGOTTEN);
        assertThat(sessions.bytes()).isZero();
    }

    @Test
    void theSessionThatWasNotUsedForLongestMakesRoomForANewOne() {
        for (int i = 1; i < Sessions.MOST_SESSIONS; i++) {
            sessions.open(100 + i, 0);
        }
        assertThat(sessions.standing(id(7, 1), 0)).isEqualTo(Standing.NEW);

        sessions.open(1_000_000, 0);

        assertThat(sessions.size()).isEqualTo(Sessions.MOST_SESSIONS);
        assertThat(sessions.standing(id(7, 1), 0)).isEqualTo(Standing.NEW);
        assertThat(sessions.standing(id(101, 1), 0)).isEqualTo(Standing.FORGOTTEN);
    }

    /** The length of an outcome is not in the log: messages of exceptions differ between Java versions. */
    @Test
    void whatIsKnownOfACommandDoesNotDependOnHowLongOutcomesAre() {
        Sessions others = new Sessions();
        for (Sessions each : List.of(sessions, others)) {
            int size = each == others ? 1 << 20 : 10;
            each.open(7, 0);
            for (int session = 1; session <= 12; session++) {
                each.open(1_000 + session, 0);
                for (int sequence = 1; sequence <= 10; sequence++) {
                    each.keep(id(1_000 + session, sequence), outcome(size));
                }
            }
            assertThat(each.bytes()).isLessThanOrEqualTo(Sessions.MOST_BYTES);
        }

        assertThat(others.names()).isEqualTo(sessions.names());
        for (int session = 1; session <= 12; session++) {
            for (int sequence = 1; sequence <= 11; sequence++) {
                CommandId id = id(1_000 + session, sequence);
                assertThat(others.standing(id, 0)).isEqualTo(sessions.standing(id, 0));
            }
        }
    }

    @Test
    void outcomesTakeNoMoreThanTheirLimitAndTheNewestStay() {
        int size = 1 << 20;
        for (int sequence = 1; sequence <= 20; sequence++) {
            sessions.keep(id(7, sequence), outcome(size));
        }

        assertThat(sessions.bytes()).isLessThanOrEqualTo(Sessions.MOST_BYTES_OF_ONE);
        assertThat(sessions.outcome(id(7, 20))).hasSizeGreaterThan(size);
        assertThat(sessions.standing(id(7, 1), 0)).isEqualTo(Standing.OVER);
        assertThat(sessions.outcome(id(7, 1))).hasSizeLessThan(32);

        for (int other = 1; other <= 12; other++) {
            sessions.open(1_000 + other, 0);
            for (int sequence = 1; sequence <= 7; sequence++) {
                sessions.keep(id(1_000 + other, sequence), outcome(size));
            }
        }
        assertThat(sessions.bytes()).isLessThanOrEqualTo(Sessions.MOST_BYTES);
        assertThat(sessions.outcome(id(1_012, 7))).hasSizeGreaterThan(size);
        assertThat(sessions.standing(id(7, 20), 0)).isEqualTo(Standing.OVER);
        assertThat(sessions.outcome(id(7, 20))).hasSizeLessThan(32);
    }

    @Test
    void anOutcomeThatIsDroppedSaysWhereTheCommandWasAppliedAndARefusalWhyItWasNot() throws IOException {
        EntryOutcome value = EntryOutcome.newBuilder()
                .setIndex(Long.MAX_VALUE)
                .setCommand(CommandOutcome.newBuilder().setValue(ByteString.copyFrom(new byte[100])))
                .build();
        EntryOutcome refusal = EntryOutcome.newBuilder()
                .setIndex(Long.MAX_VALUE)
                .setRefusal(Refusal.newBuilder()
                        .setReason(Refusal.Reason.KEY_REUSED)
                        .setText("x".repeat(100)))
                .build();

        EntryOutcome ofValue = WireFormat.parseOutcome(DroppedOutcome.of(value.toByteArray()));
        EntryOutcome ofRefusal = WireFormat.parseOutcome(DroppedOutcome.of(refusal.toByteArray()));

        assertThat(ofValue.getRefusal().getReason()).isEqualTo(Refusal.Reason.NOT_KEPT);
        assertThat(ofValue.getIndex()).isEqualTo(Long.MAX_VALUE);
        assertThat(ofRefusal.getRefusal().getReason()).isEqualTo(Refusal.Reason.KEY_REUSED);
        assertThat(DroppedOutcome.weight(value.toByteArray())).isPositive();
        assertThat(DroppedOutcome.weight(ofValue.toByteArray())).isZero();
        assertThat(DroppedOutcome.weight(ofRefusal.toByteArray())).isZero();
    }

    /** In whichever session they are, however short their outcomes. */
    @Test
    void soManyCommandsAreKnownAndThenTheSessionThatWasNotUsedForLongestIsForgotten() {
        byte[] shortest = outcome(0);
        int sessionsOfThem = Sessions.MOST_OUTCOMES / Sessions.MOST_OUTCOMES_OF_ONE;
        for (int session = 1; session <= sessionsOfThem; session++) {
            sessions.open(1_000 + session, 0);
            for (int sequence = 1; sequence <= Sessions.MOST_OUTCOMES_OF_ONE; sequence++) {
                sessions.keep(id(1_000 + session, sequence), shortest);
            }
        }
        assertThat(sessions.standing(id(1_001, 1), 0)).isEqualTo(Standing.OVER);
        sessions.keep(id(1_001, Sessions.MOST_OUTCOMES_OF_ONE + 1), shortest);
        assertThat(sessions.standing(id(1_001, 1), 0)).isEqualTo(Standing.FORGOTTEN);
        assertThat(sessions.standing(id(1_001, 2), 0)).isEqualTo(Standing.OVER);

        sessions.open(2_000, 0);
        sessions.keep(id(2_000, 1), shortest);

        assertThat(sessions.standing(id(7, 1), 0)).isEqualTo(Standing.FORGOTTEN);
        assertThat(sessions.standing(id(1_002, 1), 0)).isEqualTo(Standing.FORGOTTEN);
        assertThat(sessions.standing(id(1_003, 1), 0)).isEqualTo(Standing.OVER);
        assertThat(sessions.standing(id(1_001, 2), 0)).isEqualTo(Standing.OVER);
    }

    @Test
    void aRestoredTableKnowsTheSameAndForgetsInTheSameOrder() throws IOException {
        sessions.open(8, 5);
        sessions.keep(id(8, 1), outcome(3));
        sessions.keep(id(7, 4), outcome(5));
        sessions.answered(id(7, 4), 3);
        Sessions restored = new Sessions();
        restored.open(99, 0);

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        sessions.write(new DataOutputStream(bytes));
        restored.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())))
                .run();

        assertThat(restored.names()).isEqualTo(sessions.names()).containsExactly(8L, 7L);
        assertThat(restored.bytes()).isEqualTo(sessions.bytes());
        assertThat(restored.standing(id(99, 1), 5)).isEqualTo(Standing.FORGOTTEN);
        assertThat(restored.standing(id(7, 2), 5)).isEqualTo(Standing.FORGOTTEN);
        assertThat(restored.standing(id(7, 3), 5)).isEqualTo(Standing.NEW);
        assertThat(restored.outcome(id(7, 4))).isEqualTo(sessions.outcome(id(7, 4)));
        assertThat(restored.outcome(id(8, 1))).isEqualTo(sessions.outcome(id(8, 1)));
    }

    @Test
    void aTableWithALengthThatIsNoneIsRefused() throws IOException {
        sessions.keep(id(7, 1), outcome(3));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        sessions.write(new DataOutputStream(bytes));
        byte[] damaged = bytes.toByteArray();
        int length = Integer.BYTES + 3 * Long.BYTES + Integer.BYTES + Long.BYTES;
        damaged[length] = (byte) 0x80;

        assertThatIOException()
                .isThrownBy(() -> sessions.read(new DataInputStream(new ByteArrayInputStream(damaged))))
                .withMessageContaining("bytes is none");
        sessions.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }
}
