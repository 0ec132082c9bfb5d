package io.raftify.engine;

import io.raftify.node.RaftNodeSettings;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a member does while it is parked: gives leadership away when it has it, says again from time to time what it waits
 * for, and sees to it that its log is not missing from an election that nobody can win without it.
 */
final class ParkedMember {

    private static final Logger log = LoggerFactory.getLogger(ParkedMember.class);

    /** Long enough for everybody who can be elected without this member's candidacy: three rounds of elections and more. */
    private static final int LEADERLESS_ELECTION_TIMEOUTS = 5;

    private static final Duration REMIND_EVERY = Duration.ofMinutes(1);
    private static final long LOOK_EVERY_MILLIS = 100;

    private final String self;
    private final Parking parking;
    private final BooleanSupplier leaderKnown;
    private final Abdication abdication;
    private final long patienceNanos;

    /** When no leader was known any more. Used by the clock's thread alone. */
    private long leaderlessSince = System.nanoTime();

    private long reminded = System.nanoTime();

    ParkedMember(RaftNodeSettings settings, Parking parking, BooleanSupplier leaderKnown, Abdication abdication) {
        this.self = settings.nodeId();
        this.parking = parking;
        this.leaderKnown = leaderKnown;
        this.abdication = abdication;
        this.patienceNanos = settings.electionTimeout()
                .multipliedBy(LEADERLESS_ELECTION_TIMEOUTS)
                .toNanos();
    }

    void start(ScheduledExecutorService clock) {
        clock.scheduleWithFixedDelay(this::look, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        long now = System.nanoTime();
        if (leaderKnown.getAsBoolean()) {
            leaderlessSince = now;
        }
        String reason = parking.reason();
        if (reason == null) {
            reminded = now;
            return;
        }
        parking.seekVotes(now - leaderlessSince > patienceNanos);
        if (now - reminded > REMIND_EVERY.toNanos()) {
            reminded = now;
            log.warn("Member {} is still parked: {}", self, reason);
        }
        abdication.attempt("parked");
    }
}
