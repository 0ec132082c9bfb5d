package io.raftify.engine;

import com.google.protobuf.ByteString;
import io.raftify.engine.wire.AnnouncedPart;
import io.raftify.engine.wire.Announcement;
import io.raftify.engine.wire.MemberQuery;
import io.raftify.engine.wire.MemberReport;
import io.raftify.node.RaftNode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this member's application announces, and what it last heard of the others'. Travels in both directions with the
 * question that members ask each other all the time, as long as the other side does not say that it has it already: so a
 * lost message is made good by the next one, also across restarts, and what does not change is sent once.
 *
 * <p>Thread-safe. What a peer announced is remembered while it is down, until this process ends.
 */
final class Announcements {

    private static final Logger log = LoggerFactory.getLogger(Announcements.class);
    private static final Announcement EMPTY = Announcement.getDefaultInstance();

    private final Consumer<String> changed;
    private final Map<String, Heard> heard = new ConcurrentHashMap<>();

    /** Which of this member's announcements each peer said to have. */
    private final Map<String, Long> confirmed = new ConcurrentHashMap<>();

    private final TreeMap<String, ByteString> ownParts = new TreeMap<>();
    private volatile Announcement own = EMPTY;

    /** @param changed told who announced something else than before; must not block */
    Announcements(Consumer<String> changed) {
        this.changed = changed;
    }

    /** @throws IllegalArgumentException if all parts together would be too large */
    synchronized void announce(String part, byte[] content) {
        ByteString before = ownParts.get(part);
        if (content.length == 0) {
            ownParts.remove(part);
        } else {
            ownParts.put(part, ByteString.copyFrom(content));
        }
        Announcement next = announcement(ownParts);
        if (next.getSerializedSize() > RaftNode.MAX_ANNOUNCEMENT_BYTES) {
            if (before == null) {
                ownParts.remove(part);
            } else {
                ownParts.put(part, before);
            }
            throw new IllegalArgumentException("With " + content.length + " bytes of '" + part
                    + "' the announcement has " + next.getSerializedSize() + " bytes, but at most "
                    + RaftNode.MAX_ANNOUNCEMENT_BYTES + " are allowed.");
        }
        own = next;
    }

    private static Announcement announcement(Map<String, ByteString> parts) {
        Announcement.Builder announcement = Announcement.newBuilder();
        parts.forEach((name, content) ->
                announcement.addParts(AnnouncedPart.newBuilder().setName(name).setContent(content)));
        return parts.isEmpty()
                ? EMPTY
                : announcement
                        .setRevision(revision(announcement.build().toByteString()))
                        .build();
    }

    private static long revision(ByteString parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(parts.asReadOnlyByteBuffer());
            long revision =
                    ByteString.copyFrom(digest.digest()).asReadOnlyByteBuffer().getLong();
            return revision == 0 ? 1 : revision;
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** What the peer last announced under that name; null if nothing, or if it was never heard of. */
    byte @Nullable [] announced(String peer, String part) {
        Heard known = heard.get(peer);
        ByteString content = known == null ? null : known.parts.get(part);
        return content == null ? null : content.toByteArray();
    }

    /** Adds what a question to a peer says of announcements. */
    void ask(String peer, MemberQuery.Builder query) {
        Announcement mine = own;
        query.setKnownAnnouncement(known(peer));
        if (confirmed.getOrDefault(peer, 0L) != mine.getRevision()) {
            query.setAnnouncement(mine);
        }
    }

    /** A peer has asked: takes in what it announces, and adds what the answer says of announcements. */
    void asked(String peer, MemberQuery query, MemberReport.Builder report) {
        if (query.hasAnnouncement()) {
            hear(peer, query.getAnnouncement());
        }
        report.setKnownAnnouncement(known(peer));
        Announcement mine = own;
        if (query.getKnownAnnouncement() != mine.getRevision()) {
            report.setAnnouncement(mine);
        }
    }

    /** A peer has answered. */
    void answered(String peer, MemberReport report) {
        confirmed.put(peer, report.getKnownAnnouncement());
        if (report.hasAnnouncement()) {
            hear(peer, report.getAnnouncement());
        }
    }

    private long known(String peer) {
        Heard known = heard.get(peer);
        return known == null ? 0 : known.revision;
    }

    private void hear(String peer, Announcement announcement) {
        if (announcement.getSerializedSize() > RaftNode.MAX_ANNOUNCEMENT_BYTES) {
            log.warn(
                    "Member {} announces {} bytes, more than the {} that are allowed; left out",
                    peer,
                    announcement.getSerializedSize(),
                    RaftNode.MAX_ANNOUNCEMENT_BYTES);
            return;
        }
        Map<String, ByteString> parts = new HashMap<>();
        announcement.getPartsList().forEach(part -> parts.put(part.getName(), part.getContent()));
        Heard before = heard.put(peer, new Heard(announcement.getRevision(), Map.copyOf(parts)));
        if (before == null || before.revision != announcement.getRevision()) {
            changed.accept(peer);
        }
    }

    private record Heard(long revision, Map<String, ByteString> parts) {}
}
