package io.raftify.sample.drill;

/** Runs one drill by name and ends with 0 only if everything that must hold did. */
public final class Drill {

    private static final String USAGE = """
            Drills with three real members of the sample:
              failover    sells under load, kills the leader with kill -9, restarts it, and counts
              power-cut   kills all three with kill -9 at the same moment under load, restarts them, and counts; repeated
              load        many callers through REST, at a follower and then at the leader
              bean-load   many callers on the bean itself, three members in one JVM

            Options, each followed by its value:
              --seconds              length of a phase of load        (failover 4, power-cut 2, load 30)
              --clients              how many ask at once             (8; load 64)
              --rounds               how often, for power-cut         (20)
              --ports-base           REST from here, members +1000    (free ports)
              --election-timeout-ms  of the members                   (1000)
              --work                 where data and logs go           (target/drills; emptied at the start)
              --jar                  the packaged sample              (target/sample-app.jar)
              --jvm-options          of the members, in one word      (-Xmx512m)
            and without a value:
              --strict               failover: standing still longer than twice the largest election timeout is a failure
            """;

    private Drill() {}

    public static void main(String[] args) {
        if (args.length == 0 || args[args.length - 1].equals("--help")) {
            System.out.print(USAGE);
            System.exit(args.length == 0 ? 2 : 0);
        }
        Report report = new Report(System.out);
        boolean good;
        try {
            Options options = Options.parse(args[0], args);
            good = switch (args[0]) {
                case "failover" -> FailoverDrill.run(options, report);
                case "power-cut" -> PowerCutDrill.run(options, report);
                case "load" -> LoadDrill.throughRest(options, report);
                case "bean-load" -> LoadDrill.onTheBean(options, report);
                default -> throw new IllegalArgumentException("There is no drill called " + args[0]);
            };
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + "\n\n" + USAGE);
            System.exit(2);
            return;
        } catch (RuntimeException e) {
            report.line("FAILED: " + e.getMessage());
            e.printStackTrace();
            System.exit(1);
            return;
        }
        report.line("");
        report.line(good ? "PASSED" : "FAILED");
        System.exit(good ? 0 : 1);
    }
}
