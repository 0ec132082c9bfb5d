package io.raftify.replication.upgrade;

import java.util.Set;

/** What tests outside this room ask of what the other members run. */
public final class PeerBuildsSight {

    private PeerBuildsSight() {}

    /** The commands that take other arguments elsewhere. */
    public static Set<String> otherArguments(PeerBuilds builds) {
        return builds.otherArguments().keySet();
    }
}
