package io.raftify.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.raftify.engine.wire.MemberQuery;
import io.raftify.engine.wire.MemberReport;
import io.raftify.node.PeerStatus;
import io.raftify.node.RaftNodeSettings;
import io.raftify.node.Role;
import io.raftify.transport.MemberTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the other members how they are, once a second, so that each member can show all of them. The same question
 * introduces this member to them; what follows from that is decided in {@link Introductions}.
 */
final class PeerWatch {

    private static final Logger log = LoggerFactory.getLogger(PeerWatch.class);
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration OLD = PERIOD.multipliedBy(3);
    private static final Duration EAGER_PERIOD = Duration.ofMillis(100);

    private final RaftNodeSettings settings;
    private final MemberTransport transport;
    private final Introductions introductions;
    private final Announcements announcements;
    private final Consumer<MemberReport> firstHearer;
    private final Map<String, Heard> reports = new ConcurrentHashMap<>();

    /** @param firstHearer told of every report before anything follows from it; must not block */
    PeerWatch(
            RaftNodeSettings settings,
            MemberTransport transport,
            Introductions introductions,
            Announcements announcements,
            Consumer<MemberReport> firstHearer) {
        this.settings = settings;
        this.transport = transport;
        this.introductions = introductions;
        this.announcements = announcements;
        this.firstHearer = firstHearer;
    }

    void start(ScheduledExecutorService clock) {
        transport.onConnected(this::ask);
        clock.scheduleWithFixedDelay(() -> askAll(false), 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
        long eager = EAGER_PERIOD.toMillis();
        clock.scheduleWithFixedDelay(() -> askAll(true), eager, eager, TimeUnit.MILLISECONDS);
    }

    private void askAll(boolean onlyEager) {
        for (String peer : settings.peers().keySet()) {
            if (!peer.equals(settings.nodeId())
                    && transport.connected(peer)
                    && (!onlyEager || introductions.eager(peer))) {
                ask(peer);
            }
        }
    }

    private void ask(String peer) {
        MemberQuery.Builder query = introductions.query();
        announcements.ask(peer, query);
        ByteString payload = query.build().toByteString();
        transport.call(peer, MessageKind.REPORT.number(), payload, PERIOD, (answer, failure) -> {
            if (answer != null) {
                heard(peer, answer);
            }
        });
    }

    private void heard(String peer, ByteString answer) {
        try {
            MemberReport report = MemberReport.parseFrom(answer);
            // First, so that whoever sees that the peer was heard of also sees what it announced.
            announcements.answered(peer, report);
            // Also before it is introduced: from then on its entries are taken, and one of them may have been given up.
            firstHearer.accept(report);
            reports.put(peer, new Heard(report, System.nanoTime()));
            introductions.answered(peer, report);
        } catch (InvalidProtocolBufferException unreadable) {
            log.debug("Member {} described itself in a way that could not be read", peer, unreadable);
        }
    }

    /** @param commitIndex the highest this member knows of itself */
    List<PeerStatus> peers(long commitIndex) {
        long highest = commitIndex;
        for (Heard heard : reports.values()) {
            highest = Math.max(highest, heard.report.getCommitIndex());
        }
        List<PeerStatus> peers = new ArrayList<>();
        for (String peer : settings.peers().keySet()) {
            if (!peer.equals(settings.nodeId())) {
                peers.add(describe(peer, highest, reports.get(peer)));
            }
        }
        return peers;
    }

    /** Who could lead in place of this member: connected, not parked, with room; the one with the longest log first. */
    List<String> successors() {
        Comparator<String> longestLogFirst = Comparator.comparingLong(peer -> {
            Heard heard = reports.get(peer);
            return heard == null ? 0 : -heard.report.getLastIndex();
        });
        return settings.peers().keySet().stream()
                .filter(peer -> !peer.equals(settings.nodeId())
                        && transport.connected(peer)
                        && !parked(peer)
                        && !diskFull(peer))
                .sorted(longestLogFirst)
                .toList();
    }

    /** The other members that said lately that their disks are short of room. */
    List<String> shortOfRoom() {
        return settings.peers().keySet().stream().filter(this::diskFull).toList();
    }

    private boolean diskFull(String peer) {
        Heard heard = reports.get(peer);
        return heard != null && heard.report.getDiskFull() && System.nanoTime() - heard.at < OLD.toNanos();
    }

    private boolean parked(String peer) {
        Heard heard = reports.get(peer);
        return heard != null && !heard.report.getParked().isEmpty();
    }

    private PeerStatus describe(String peer, long highestCommit, @Nullable Heard heard) {
        MemberTransport.PeerConnection connection = transport.connection(peer);
        if (heard == null) {
            return new PeerStatus(
                    peer,
                    connection.address(),
                    connection.connected(),
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    connection.lastError());
        }
        MemberReport report = heard.report;
        return new PeerStatus(
                peer,
                connection.address(),
                connection.connected(),
                role(report.getRole()),
                report.getTerm(),
                report.getLastIndex(),
                report.getCommitIndex(),
                report.getAppliedIndex(),
                Math.max(0, highestCommit - report.getAppliedIndex()),
                report.getParked().isEmpty() ? null : report.getParked(),
                Duration.ofNanos(System.nanoTime() - heard.at),
                connection.lastError());
    }

    private static @Nullable Role role(MemberReport.ReportedRole role) {
        return switch (role) {
            case FOLLOWER -> Role.FOLLOWER;
            case CANDIDATE -> Role.CANDIDATE;
            case LEADER -> Role.LEADER;
            case TRANSFERRING -> Role.TRANSFERRING;
            case LEARNER -> Role.LEARNER;
            case FAILED -> Role.FAILED;
            case ROLE_UNSPECIFIED, UNRECOGNIZED -> null;
        };
    }

    static MemberReport.ReportedRole wire(Role role) {
        return switch (role) {
            case FOLLOWER -> MemberReport.ReportedRole.FOLLOWER;
            case CANDIDATE -> MemberReport.ReportedRole.CANDIDATE;
            case LEADER -> MemberReport.ReportedRole.LEADER;
            case TRANSFERRING -> MemberReport.ReportedRole.TRANSFERRING;
            case LEARNER -> MemberReport.ReportedRole.LEARNER;
            case FAILED -> MemberReport.ReportedRole.FAILED;
            case STOPPED -> MemberReport.ReportedRole.ROLE_UNSPECIFIED;
        };
    }

    private record Heard(MemberReport report, long at) {}
}
