package io.raftify.chaos.process;

import io.raftify.chaos.history.Action;
import io.raftify.chaos.history.Fate;
import io.raftify.chaos.process.Wire.Answer;
import io.raftify.chaos.process.Wire.Gauges;
import io.raftify.chaos.process.Wire.Kind;
import io.raftify.chaos.process.Wire.Request;
import io.raftify.chaos.round.Await;
import io.raftify.chaos.round.Leaders;
import io.raftify.chaos.round.Reply;
import io.raftify.chaos.round.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Members in processes of their own, as the workload and the judge see them; what runs them is the hosts' matter. */
public final class ProcessCluster implements Subject, AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration LOOK = Duration.ofSeconds(3);
    /** For what the judge needs: all members run then, but the machine may be busy. */
    private static final Duration ANSWER = Duration.ofSeconds(60);

    private static final String TORN_META = "a meta page is another transaction's than it says";
    private static final Duration BEYOND_DEADLINE = Duration.ofSeconds(5);

    private final Hosts hosts;
    private final Map<String, MemberProcess> processes = new TreeMap<>();
    private final Leaders leaders;
    private final Duration patience;
    private boolean diskLost;
    /** Who may have such a page by a fault of this round. */
    private final Set<String> tornMeta = new TreeSet<>();

    /** Whose files were damaged in this round. */
    private final Set<String> damaged = new TreeSet<>();

    /** @param leaders is told who leads which term */
    public ProcessCluster(Hosts hosts, Leaders leaders) {
        this(hosts, leaders, PATIENCE);
    }

    /** @param patience with members that have to come back */
    ProcessCluster(Hosts hosts, Leaders leaders, Duration patience) {
        this.hosts = hosts;
        this.patience = patience;
        this.leaders = leaders;
        hosts.members().forEach(name -> processes.put(name, hosts.process(name)));
        processes.values().forEach(MemberProcess::start);
    }

    MemberProcess process(String member) {
        return Objects.requireNonNull(processes.get(member), member);
    }

    @Override
    public List<String> members() {
        return List.copyOf(processes.keySet());
    }

    @Override
    public CompletableFuture<Reply> call(String member, long id, Action action, Duration deadline) {
        LongFunction<Request> request = number -> new Request(number, Kind.CALL, id, action, deadline.toMillis());
        return process(member)
                .ask(request)
                .orTimeout(deadline.plus(BEYOND_DEADLINE).toMillis(), TimeUnit.MILLISECONDS)
                .handle((answer, failure) -> {
                    if (failure instanceof MemberLink.NotThereException) {
                        return Reply.notApplied(failure.toString());
                    }
                    if (failure != null) {
                        // Nobody knows what became of it: killed, paused, or gone in between.
                        return action.verb().isRead()
                                ? Reply.notApplied(failure.toString())
                                : Reply.unknown(failure.toString());
                    }
                    if (answer.offence() != null) {
                        throw new UnpromisedException(member, action, new IllegalStateException(answer.offence()));
                    }
                    return new Reply(Objects.requireNonNull(answer.fate()), answer.result(), answer.reason());
                });
    }

    /**
     * Whether a disk may be lost now, and from then on it is. One of them in a round: a second one before everybody has
     * caught up would be the loss of a majority's disks, after which nobody can promise anything.
     */
    boolean mayLoseDisk() {
        boolean may = !diskLost;
        diskLost = true;
        return may;
    }

    /** Counts as the loss of a disk, since that is what it may come to. */
    String damage(String member, RandomGenerator random) {
        damaged.add(member);
        return process(member).damage(random);
    }

    /**
     * A write that failed may have torn one of the pages in which LMDB keeps the number of its last transaction. Nothing tells that
     * from a flipped bit that hides what was acknowledged, so the member refuses it.
     */
    void mayTearMeta(String member) {
        tornMeta.add(member);
    }

    @Override
    public void reset(long id) {
        diskLost = false;
        damaged.clear();
        tornMeta.clear();
        Await.until("a leader that begins the round", PATIENCE, () -> {
            for (String member : members()) {
                process(member).start();
                Answer answer = ask(member, number -> new Request(number, Kind.RESET, id, null, 2_000));
                if (answer != null && answer.fate() == Fate.RETURNED) {
                    return null;
                }
            }
            return "no member could; see their logs: " + logs();
        });
    }

    String logs() {
        return processes.values().stream()
                .map(each -> each.log().toString())
                .toList()
                .toString();
    }

    private @Nullable Answer ask(String member, LongFunction<Request> request) {
        return ask(member, request, LOOK);
    }

    private @Nullable Answer ask(String member, LongFunction<Request> request, Duration wait) {
        try {
            return process(member).ask(request).get(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException notNow) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Answer mustAnswer(String member, Kind kind) {
        Answer answer = ask(member, number -> new Request(number, kind, 0, null, 0), ANSWER);
        if (answer == null) {
            throw new IllegalStateException(
                    member + " does not answer, but should: " + process(member).log());
        }
        return answer;
    }

    @Override
    public @Nullable Sight look(String member) {
        Answer answer = ask(member, number -> new Request(number, Kind.LOOK, 0, null, 0));
        if (answer == null) {
            return null;
        }
        Objects.requireNonNull(answer.led()).forEach(term -> leaders.led(member, term));
        return answer.sight();
    }

    /** So many, drawn. */
    List<String> some(int count, RandomGenerator random) {
        List<String> drawn = new ArrayList<>(members());
        Collections.shuffle(drawn, new Random(random.nextLong()));
        return drawn.subList(0, count);
    }

    /** One, drawn. */
    String any(RandomGenerator random) {
        return members().get(random.nextInt(members().size()));
    }

    /** The leader of the newest term, if a member knows that it leads; else any member. */
    String leaderOrAny() {
        String found = members().get(0);
        long newest = -1;
        for (String member : members()) {
            Sight sight = process(member).alive() ? look(member) : null;
            if (sight != null && sight.leading() && sight.term() > newest) {
                newest = sight.term();
                found = member;
            }
        }
        return found;
    }

    @Override
    public Map<Long, Long> digests(String member) {
        return Objects.requireNonNull(mustAnswer(member, Kind.DIGESTS).digests());
    }

    @Override
    public Applied applied(String member) {
        return Objects.requireNonNull(mustAnswer(member, Kind.APPLIED).applied());
    }

    /** Threads, open files, and heap after a collection. */
    public Gauges gauges(String member) {
        return Objects.requireNonNull(mustAnswer(member, Kind.GAUGES).gauges());
    }

    @Override
    public void recover() {
        hosts.heal();
        processes.values().forEach(MemberProcess::resume);
        Await.until("all members run and have applied the same", patience, () -> {
            List<String> missing = new ArrayList<>();
            Set<Long> applied = new TreeSet<>();
            int leading = 0;
            for (MemberProcess process : processes.values()) {
                replaceDamaged(process);
                process.start();
                Sight sight = look(process.name());
                if (sight == null) {
                    missing.add(process.name() + " does not answer");
                } else if (sight.failure() != null) {
                    // By a fault that has ended: a restart is what its message asks for.
                    process.kill();
                    missing.add(process.name() + " stopped taking part: " + sight.failure());
                } else if (!sight.caughtUp()) {
                    missing.add(process.name() + " has not caught up");
                } else {
                    applied.add(sight.appliedIndex());
                    leading += sight.leading() ? 1 : 0;
                }
            }
            return missing.isEmpty() && applied.size() == 1 && leading == 1
                    ? null
                    : missing + ", applied " + applied + ", leading " + leading + "; logs " + logs();
        });
    }

    /** What the operator of a member does whose data turned out to be damaged: he gives it an empty disk. */
    private void replaceDamaged(MemberProcess process) {
        if (process.alive()) {
            return;
        }
        boolean torn = tornMeta.contains(process.name()) && process.saysLast(TORN_META) && mayLoseDisk();
        if (damaged.remove(process.name()) || torn) {
            process.loseDisk();
        }
    }

    @Override
    public boolean running(String member) {
        return process(member).reachable();
    }

    @Override
    public void close() {
        processes.values().forEach(MemberProcess::resume);
        processes.values().forEach(MemberProcess::signalKill);
        processes.values().forEach(MemberProcess::awaitEnd);
        hosts.close();
    }
}
