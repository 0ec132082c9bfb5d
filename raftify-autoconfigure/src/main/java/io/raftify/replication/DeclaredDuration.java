package io.raftify.replication;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.format.datetime.standard.DurationFormatterUtils;
import org.springframework.util.StringValueResolver;

/** Reads a duration that stands in an annotation. */
final class DeclaredDuration {

    /** Whoever waits longer does not wait for a cluster. It also keeps sums of nanoseconds from overflowing. */
    private static final Duration LONGEST = Duration.ofDays(1);

    static final String REMEDY =
            "Write a duration greater than zero and of at most a day, such as \"500ms\", \"5s\" or" + " \"PT1M\".";

    private DeclaredDuration() {}

    /**
     * Reads what is declared, once its placeholders are resolved.
     *
     * @return null if nothing is declared
     * @throws IllegalArgumentException with a clause that says what is wrong
     */
    static @Nullable Duration parse(String declared, StringValueResolver placeholders) {
        String text = resolve(declared, placeholders);
        if (text.isEmpty()) {
            return null;
        }
        String seen =
                text.equals(declared) ? "'" + declared + "'" : "'" + declared + "', which is '" + text + "' here,";
        Duration duration;
        try {
            duration = DurationFormatterUtils.detectAndParse(text);
        } catch (IllegalArgumentException unreadable) {
            throw new IllegalArgumentException(seen + " is not a duration", unreadable);
        }
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(seen + " is not greater than zero");
        }
        if (duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(seen + " is more than a day");
        }
        return duration;
    }

    private static String resolve(String declared, StringValueResolver placeholders) {
        try {
            String resolved = placeholders.resolveStringValue(declared);
            return resolved != null ? resolved.strip() : "";
        } catch (IllegalArgumentException unknown) {
            throw new IllegalArgumentException("'" + declared + "' has a placeholder without a value", unknown);
        }
    }
}
