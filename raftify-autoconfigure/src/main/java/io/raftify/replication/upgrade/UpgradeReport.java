package io.raftify.replication.upgrade;

import java.time.Duration;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the application's log how this build differs from those of the other members: when it is known, when it changes,
 * and when the last member has what this build added. Used by one thread.
 */
final class UpgradeReport {

    private static final Logger log = LoggerFactory.getLogger(UpgradeReport.class);

    /** Then it is said without those that have not been heard of. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final BuildCatalogue own;
    private final long begin = System.nanoTime();
    private SortedSet<String> added = new TreeSet<>();
    private SortedSet<String> lacked = new TreeSet<>();

    UpgradeReport(BuildCatalogue own) {
        this.own = own;
    }

    void look(PeerBuilds.View view) {
        boolean all = view.unheard().isEmpty();
        if (!all && System.nanoTime() - begin < PATIENCE.toNanos()) {
            return;
        }
        SortedSet<String> adds = new TreeSet<>();
        SortedSet<String> lacks = new TreeSet<>();
        SortedSet<String> behind = new TreeSet<>();
        SortedSet<String> ahead = new TreeSet<>();
        for (Map.Entry<String, BuildCatalogue> peer : view.builds().entrySet()) {
            SortedSet<String> missingThere = own.missingIn(peer.getValue());
            if (!missingThere.isEmpty()) {
                adds.addAll(missingThere);
                behind.add(peer.getKey());
            }
            SortedSet<String> missingHere = peer.getValue().missingIn(own);
            if (!missingHere.isEmpty()) {
                lacks.addAll(missingHere);
                ahead.add(peer.getKey());
            }
        }
        sayWhatIsAdded(view, all, adds, behind);
        if (!lacked.containsAll(lacks)) {
            log.warn(
                    "The build of the application on this member lacks what {} has: {}. This member parks at the first entry"
                            + " that needs it; deploy the newer build here",
                    String.join(", ", ahead),
                    String.join(", ", lacks));
        }
        lacked = lacks;
    }

    private void sayWhatIsAdded(PeerBuilds.View view, boolean all, SortedSet<String> adds, SortedSet<String> behind) {
        if (!added.containsAll(adds)) {
            log.info(
                    "This build of the application adds: {}. {} not have it yet{}; new commands are refused until all have."
                            + " The former build can come back until the first of them is committed",
                    String.join(", ", adds),
                    String.join(", ", behind) + (behind.size() == 1 ? " does" : " do"),
                    all ? "" : ", and " + String.join(", ", view.unheard()) + " was not heard of");
            added = adds;
        } else if (adds.isEmpty() && all && !added.isEmpty()) {
            log.info(
                    "Every member has now what this build of the application added: {}. Its commands are accepted",
                    String.join(", ", added));
            added = adds;
        }
    }
}
