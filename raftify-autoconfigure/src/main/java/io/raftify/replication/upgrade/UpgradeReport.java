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
    private SortedSet<String> changed = new TreeSet<>();

    UpgradeReport(BuildCatalogue own) {
        this.own = own;
    }

    void look(PeerBuilds.View view, Map<String, PeerBuilds.OtherArguments> otherArguments) {
        sayWhatChanged(view, otherArguments);
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

    /** In the same version: nobody meant that, and so it cannot wait for those that were not heard of. */
    private void sayWhatChanged(PeerBuilds.View view, Map<String, PeerBuilds.OtherArguments> otherArguments) {
        SortedSet<String> changes = new TreeSet<>();
        own.commands().forEach((command, here) -> {
            PeerBuilds.OtherArguments other = otherArguments.get(command);
            if (other != null) {
                changes.add(other.words(command, here.newest()));
            }
            SortedSet<String> members = new TreeSet<>();
            SortedSet<String> there = new TreeSet<>();
            view.builds().forEach((peer, build) -> {
                BuildCatalogue.Versions theirs = own.sameVersion(command, build);
                if (theirs != null && here.result().differs(theirs.result())) {
                    members.add(peer);
                    there.add(theirs.result().toString());
                }
            });
            if (!members.isEmpty()) {
                changes.add("The command '" + command + "' has another result on " + String.join(", ", members)
                        + " than here, though both builds call it version " + here.newest() + ": here " + here.result()
                        + ", there " + String.join(" and ", there)
                        + ". Whoever is given what the other build returned may"
                        + " be told only that it was applied. Count the version up where the result was changed.");
            }
        });
        changes.stream().filter(each -> !changed.contains(each)).forEach(log::warn);
        changed = changes;
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
