package io.raftify.transport.grpc;

import org.jspecify.annotations.Nullable;

/** Text that came over the network, before it goes into a log or an error: short, and on one line. */
final class ForeignText {

    private static final int LONGEST = 400;

    private ForeignText() {}

    static String printable(@Nullable String text) {
        if (text == null) {
            return "";
        }
        StringBuilder safe = new StringBuilder(Math.min(text.length(), LONGEST + 1));
        for (int i = 0; i < text.length() && i < LONGEST; i++) {
            char c = text.charAt(i);
            safe.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '?' : c);
        }
        return text.length() > LONGEST ? safe.append('…').toString() : safe.toString();
    }
}
