package io.raftify.engine;

import io.raftify.node.RaftNodeSettings;
import io.raftify.storage.MemberStore;
import io.raftify.storage.lmdb.LmdbMemberStore;
import io.raftify.storage.memory.InMemoryMemberStore;
import java.nio.file.Path;
import java.util.Objects;

/** Opens the store that the settings ask for. */
final class MemberStores {

    private MemberStores() {}

    static MemberStore open(RaftNodeSettings settings) {
        return switch (settings.storageType()) {
            case MEMORY -> InMemoryMemberStore.create();
            case LMDB -> {
                Path dataDir = Objects.requireNonNull(settings.dataDir(), "checked by the settings");
                yield LmdbMemberStore.open(dataDir, settings.clusterName(), settings.nodeId(), settings.lmdbMapSize());
            }
        };
    }
}
