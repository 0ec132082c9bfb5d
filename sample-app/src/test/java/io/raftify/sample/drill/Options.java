package io.raftify.sample.drill;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a drill can be told.
 *
 * @param seconds how long each phase of load lasts
 * @param clients how many buyers ask at once
 * @param rounds how often a drill that repeats does so
 * @param portsBase REST ports from here on, member ports 1000 above; 0 lets the system choose free ones
 * @param electionTimeout the members' {@code raftify.election.timeout}
 * @param work where the members' data and logs are kept; emptied at the start
 * @param jvmOptions of the members; the drills by hand have none, so that what runs is plain {@code java -jar}
 * @param strict whether standing still for too long counts as a failure
 */
record Options(
        int seconds,
        int clients,
        int rounds,
        int portsBase,
        Duration electionTimeout,
        Path jar,
        Path work,
        List<String> jvmOptions,
        boolean strict) {

    /** Reads {@code --name value} pairs. */
    static Options parse(String drill, String[] args) {
        Map<String, String> given = new HashMap<>();
        boolean strict = false;
        for (int i = 1; i < args.length; i++) {
            if (args[i].equals("--strict")) {
                strict = true;
            } else if (args[i].startsWith("--") && i + 1 < args.length) {
                given.put(args[i].substring(2), args[++i]);
            } else {
                throw new IllegalArgumentException("Not understood: " + args[i]);
            }
        }
        boolean load = drill.endsWith("load");
        Options options = new Options(
                number(given, "seconds", load ? 30 : drill.equals("power-cut") ? 2 : 4),
                number(given, "clients", load ? 64 : 8),
                number(given, "rounds", 20),
                number(given, "ports-base", 0),
                Duration.ofMillis(number(given, "election-timeout-ms", 1_000)),
                Path.of(text(given, "jar", System.getProperty("sample.jar", "target/sample-app.jar")))
                        .toAbsolutePath(),
                Path.of(text(given, "work", System.getProperty("sample.work", "target/drills")))
                        .toAbsolutePath()
                        .resolve(drill),
                List.of(text(given, "jvm-options", "-Xmx512m").split(" ")),
                strict);
        if (!given.isEmpty()) {
            throw new IllegalArgumentException("Not understood: --" + String.join(", --", given.keySet()));
        }
        return options;
    }

    private static int number(Map<String, String> given, String name, int otherwise) {
        String value = text(given, name, Integer.toString(otherwise));
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--" + name + " must be a whole number, but is " + value, e);
        }
    }

    private static String text(Map<String, String> given, String name, String otherwise) {
        String value = given.remove(name);
        return value == null ? otherwise : value;
    }

    /** A follower waits up to twice the election timeout before it stands for election. */
    Duration largestElectionTimeout() {
        return electionTimeout.multipliedBy(2);
    }
}
