package io.raftify.benchmarks;

import io.raftify.benchmarks.contender.Contender;
import io.raftify.benchmarks.occasion.FailOver;
import io.raftify.benchmarks.occasion.Idle;
import io.raftify.benchmarks.occasion.LogRestart;
import io.raftify.benchmarks.occasion.SnapshotInstall;
import io.raftify.benchmarks.process.ClassPaths;
import io.raftify.benchmarks.report.Fact;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** What happens once, one after another on an otherwise idle machine. */
final class Occasions {

    private Occasions() {}

    static List<Fact> measure(Options options, Path work, PrintStream progress) {
        ClassPaths classPaths = new ClassPaths(options.module());
        List<Contender> contenders = options.contenders();
        boolean quick = options.quick();
        List<Fact> facts = new ArrayList<>();
        add(facts, progress, "start and rest", () -> Idle.measure(contenders, classPaths, work));
        add(
                facts,
                progress,
                "fail-over",
                () -> FailOver.measure(quick ? List.of(Contender.NODE) : contenders, quick ? 1 : 5, classPaths, work));
        add(facts, progress, "restart", () -> LogRestart.measure(quick ? 100_000 : 1_000_000, classPaths.ours(), work));
        add(
                facts,
                progress,
                "snapshot install",
                () -> SnapshotInstall.measure(quick ? 64 : 512, classPaths.ours(), work));
        return facts;
    }

    private static void add(List<Fact> facts, PrintStream progress, String what, Callable<List<Fact>> measuring) {
        progress.println("measuring " + what);
        try {
            List<Fact> measured = measuring.call();
            measured.forEach(fact -> progress.println(fact.group() + ": " + fact.what() + ": " + fact.figure()));
            facts.addAll(measured);
        } catch (Exception failed) {
            // The rest of the hour is still worth having; the report says what is missing.
            failed.printStackTrace(progress);
            facts.add(new Fact("Not measured", what, String.valueOf(failed.getMessage())));
        }
    }
}
