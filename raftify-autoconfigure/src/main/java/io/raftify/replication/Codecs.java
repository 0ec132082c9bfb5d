package io.raftify.replication;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The codec that writes, and all that can be read. */
final class Codecs {

    private final CommandCodec primary;
    private final Map<String, CommandCodec> byId = new LinkedHashMap<>();

    /** @param primary writes; @param others read what they wrote before */
    Codecs(CommandCodec primary, List<CommandCodec> others) {
        this.primary = primary;
        byId.put(primary.id(), primary);
        for (CommandCodec other : others) {
            CommandCodec known = byId.putIfAbsent(other.id(), other);
            if (known != null && known != other) {
                throw new IllegalArgumentException("Two command codecs have the id '" + other.id() + "': "
                        + known.getClass().getName() + " and "
                        + other.getClass().getName());
            }
        }
    }

    CommandCodec primary() {
        return primary;
    }

    /** Of all that can be read. */
    Set<String> ids() {
        return byId.keySet();
    }

    @Nullable CommandCodec find(String id) {
        return byId.get(id);
    }
}
