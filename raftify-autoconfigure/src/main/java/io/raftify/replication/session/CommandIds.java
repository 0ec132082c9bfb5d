package io.raftify.replication.session;

import io.raftify.replication.wire.CommandId;
import org.jspecify.annotations.Nullable;

/** The ids of commands as users and operators see them: the session and the number in it, such as {@code 812-17}. */
public final class CommandIds {

    private CommandIds() {}

    public static String text(CommandId id) {
        return Long.toUnsignedString(id.getSession()) + "-" + Long.toUnsignedString(id.getSequence());
    }

    /** @return null if this is no command's id */
    public static @Nullable CommandId parse(String text) {
        int dash = text.indexOf('-');
        try {
            long session = Long.parseUnsignedLong(text.substring(0, Math.max(0, dash)));
            long sequence = Long.parseUnsignedLong(text.substring(dash + 1));
            return session > 0 && sequence > 0
                    ? CommandId.newBuilder()
                            .setSession(session)
                            .setSequence(sequence)
                            .build()
                    : null;
        } catch (NumberFormatException noId) {
            return null;
        }
    }
}
