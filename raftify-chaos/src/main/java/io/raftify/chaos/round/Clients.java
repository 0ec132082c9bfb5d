package io.raftify.chaos.round;

import io.raftify.chaos.history.Action;
import io.raftify.chaos.history.Call;
import io.raftify.chaos.history.Fate;
import io.raftify.chaos.history.History;
import io.raftify.chaos.history.ObjectKind;
import io.raftify.chaos.history.Verb;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that call members at random, each with bursts of calls that do not wait for one another, so that reads are
 * pipelined behind writes on the same leader.
 */
final class Clients {

    private static final int OBJECTS_OF_A_KIND = 4;
    private static final int LONGEST_BURST = 4;
    /** Of the writes of registers. While one runs, everything waits: one or two in a round. */
    private static final int SLOW_WRITE_EVERY = 300;

    private static final Duration HANGS = Duration.ofSeconds(20);

    private final Subject subject;
    private final Duration deadline;
    private final History history = new History();
    private final Queue<String> offences = new ConcurrentLinkedQueue<>();
    private final AtomicLong ids = new AtomicLong();
    private final long begin = System.nanoTime();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopping;

    private final String suffix;

    /** @param round makes ids and objects its own: a command of an earlier round that comes late touches nothing here */
    Clients(Subject subject, Duration deadline, long round) {
        this.subject = subject;
        this.deadline = deadline;
        this.suffix = "@" + round;
        this.ids.set(Math.floorMod(round, 1L << 30) * 1_000_000);
    }

    void start(int count, int callsPerSecond, SplittableRandom random) {
        for (int i = 0; i < count; i++) {
            int client = i;
            SplittableRandom own = random.split();
            Thread thread = new Thread(() -> run(client, (double) callsPerSecond / count, own), "chaos-client-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    History stop() {
        stopping = true;
        for (Thread thread : threads) {
            try {
                thread.join(HANGS.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            if (thread.isAlive()) {
                offences.add("a call hangs: " + thread.getName() + " did not end");
            }
        }
        return history;
    }

    List<String> offences() {
        return List.copyOf(offences);
    }

    private void run(int client, double callsPerSecond, SplittableRandom random) {
        List<String> members = subject.members();
        String member = members.get(random.nextInt(members.size()));
        while (!stopping) {
            // Mostly the same member, as a caller inside an application would.
            if (random.nextInt(4) == 0) {
                member = members.get(random.nextInt(members.size()));
            }
            int burst = 1 + random.nextInt(LONGEST_BURST);
            List<CompletableFuture<?>> ends = new ArrayList<>();
            long next = System.nanoTime() + (long) (burst * 1e9 / callsPerSecond);
            for (int i = 0; i < burst; i++) {
                ends.add(call(client, member, action(ids.incrementAndGet(), random)));
            }
            for (CompletableFuture<?> end : ends) {
                await(end, member);
            }
            if (!subject.running(member)) {
                // Would only be refused again, and again.
                member = members.get(random.nextInt(members.size()));
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    private void await(CompletableFuture<?> end, String member) {
        try {
            end.get(HANGS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException hanging) {
            offences.add("a call at " + member + " did not end within " + HANGS);
        } catch (ExecutionException unpromised) {
            Throwable offence = Objects.requireNonNull(unpromised.getCause());
            offences.add(offence + ", caused by " + offence.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String key(ObjectKind kind, int number) {
        return kind.name().toLowerCase(Locale.ROOT) + number + suffix;
    }

    private record Numbered(long id, Action action) {}

    private Numbered action(long id, SplittableRandom random) {
        ObjectKind kind = ObjectKind.values()[random.nextInt(ObjectKind.values().length)];
        String key = key(kind, random.nextInt(OBJECTS_OF_A_KIND));
        if (random.nextInt(100) < 45) {
            return new Numbered(id, random.nextInt(3) == 0 ? Action.leaseRead(kind, key) : Action.read(kind, key));
        }
        String value = Long.toString(id);
        return new Numbered(
                id,
                switch (kind) {
                    // A value that was written not long ago has a chance to be the one that is there.
                    case REGISTER ->
                        random.nextInt(3) == 0
                                ? new Action(
                                        kind, key, Verb.CAS, Long.toString(Math.max(1, id - random.nextInt(60))), value)
                                : new Action(
                                        kind,
                                        key,
                                        random.nextInt(SLOW_WRITE_EVERY) == 0 ? Verb.SLOW_WRITE : Verb.WRITE,
                                        Action.NONE,
                                        value);
                    case COUNTER ->
                        new Action(kind, key, Verb.ADD, Action.NONE, Integer.toString(1 + random.nextInt(100)));
                    case LIST -> new Action(kind, key, Verb.APPEND, Action.NONE, value);
                    case MAP -> {
                        String field = "f" + random.nextInt(4);
                        yield random.nextInt(4) == 0
                                ? new Action(kind, key, Verb.REMOVE, field, Action.NONE)
                                : new Action(kind, key, Verb.PUT, field, value);
                    }
                });
    }

    private CompletableFuture<?> call(int client, String member, Numbered numbered) {
        long invoked = System.nanoTime();
        return subject.call(member, numbered.id(), numbered.action(), deadline)
                .whenComplete((reply, offence) -> history.add(new Call(
                        numbered.id(),
                        client,
                        member,
                        numbered.action(),
                        invoked - begin,
                        System.nanoTime() - begin,
                        offence == null ? reply.fate() : Fate.UNKNOWN,
                        offence == null ? reply.result() : null,
                        offence == null ? reply.reason() : offence.toString())));
    }

    /** A linearizable read of every object at every member, after the faults; each is part of the history. */
    void readEverything() {
        List<CompletableFuture<?>> ends = new ArrayList<>();
        for (String member : subject.members()) {
            for (ObjectKind kind : ObjectKind.values()) {
                for (int i = 0; i < OBJECTS_OF_A_KIND; i++) {
                    String key = key(kind, i);
                    ends.add(call(-1, member, new Numbered(ids.incrementAndGet(), Action.read(kind, key))));
                }
            }
        }
        ends.forEach(end -> await(end, "any"));
    }

    /** Whether a call of this fate belongs to a command that every member must have applied. */
    static boolean mustBeApplied(Call call) {
        return call.fate() == Fate.RETURNED && !call.action().verb().isRead();
    }
}
