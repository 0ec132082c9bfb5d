package io.raftify.storage;

import com.alipay.sofa.jraft.entity.LogEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which indexes a log holds: {@code first} to {@code last}, both included, without gaps. An empty log has {@code last}
 * one below {@code first}, so that {@code last + 1} is always the index the next entry must have. A new log begins at 1.
 */
public record LogBounds(long first, long last) {

    public LogBounds {
        if (first < 1 || last < first - 1) {
            throw new IllegalArgumentException("Not the bounds of a log: " + first + " to " + last);
        }
    }

    /** A log without entries whose first one will have the index {@code next}. */
    public static LogBounds emptyAt(long next) {
        return new LogBounds(next, next - 1);
    }

    public boolean isEmpty() {
        return last < first;
    }

    public boolean contains(long index) {
        return first <= index && index <= last;
    }

    public LogBounds extendedBy(int entries) {
        return new LogBounds(first, last + entries);
    }

    /** Without what comes before {@code firstKept}, which may lie beyond the last entry. */
    public LogBounds from(long firstKept) {
        return new LogBounds(firstKept, Math.max(last, firstKept - 1));
    }

    /** Without what comes after {@code lastKept}. */
    public LogBounds upTo(long lastKept) {
        return new LogBounds(first, Math.min(last, lastKept));
    }

    /**
     * Why these entries may not be appended: they must begin right after the last entry and have no gaps. An overlap is
     * refused like a gap: the engine truncates before it replaces, and overwriting would change an entry that may have
     * been acknowledged. Null if they may.
     */
    public @Nullable String refusalOf(List<LogEntry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            long index = entries.get(i).getId().getIndex();
            if (index != last + 1 + i) {
                return "an entry with index " + index + " was to be appended where " + (last + 1 + i) + " is next";
            }
        }
        return null;
    }
}
