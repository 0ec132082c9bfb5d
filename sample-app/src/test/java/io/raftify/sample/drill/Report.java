package io.raftify.sample.drill;

import java.io.PrintStream;
import java.util.Collection;

/** What a drill tells the person who started it; keeps in mind whether anything was wrong. */
final class Report {

    private static final int SHOWN = 5;

    private final PrintStream out;
    private final long start = System.nanoTime();
    private boolean good = true;

    Report(PrintStream out) {
        this.out = out;
    }

    void line(String text) {
        out.println(text);
    }

    /** Something that happens now, with the seconds since the start. */
    void event(String text) {
        out.printf("%6.1f s  %s%n", (System.nanoTime() - start) / 1e9, text);
    }

    void figure(String name, long value) {
        out.printf("  %-36s %,12d%n", name, value);
    }

    void figure(String name, String value) {
        out.printf("  %-36s %12s%n", name, value);
    }

    /** A list that must be empty; the first few of what is in it are shown. */
    void zero(String name, Collection<String> found) {
        out.printf("  %-36s %,12d%s%n", name, found.size(), found.isEmpty() ? "" : "   WRONG: must be 0");
        found.stream().limit(SHOWN).forEach(one -> out.println("      " + one));
        good &= found.isEmpty();
    }

    void zero(String name, long value) {
        out.printf("  %-36s %,12d%s%n", name, value, value == 0 ? "" : "   WRONG: must be 0");
        good &= value == 0;
    }

    void verdict(String name, boolean holds) {
        out.printf("  %-36s %12s%s%n", name, holds ? "yes" : "no", holds ? "" : "   WRONG");
        good &= holds;
    }

    boolean good() {
        return good;
    }
}
