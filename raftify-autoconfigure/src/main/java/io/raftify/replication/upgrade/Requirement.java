package io.raftify.replication.upgrade;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What a build of the application needs in order to apply an entry of the log.
 *
 * @param name of a command or of a codec
 * @param version of the command's signature; 0 for a codec
 */
record Requirement(String name, int version) implements Comparable<Requirement> {

    private static final Comparator<Requirement> ORDER =
            Comparator.comparing(Requirement::name).thenComparing(Requirement::version);

    static Requirement command(String name, int version) {
        return new Requirement(name, version);
    }

    static Requirement codec(String id) {
        return new Requirement(id, 0);
    }

    boolean isCodec() {
        return version == 0;
    }

    @Override
    public int compareTo(@Nullable Requirement other) {
        return other == null ? 1 : ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return isCodec() ? "codec '" + name + "'" : "command '" + name + "' version " + version;
    }
}
