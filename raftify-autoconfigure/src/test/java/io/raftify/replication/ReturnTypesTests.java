package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.commands;
import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.node.OverloadedException;
import io.raftify.node.ProposalRejectedException;
import io.raftify.node.ReadUnavailableException;
import io.raftify.testnode.SingleMemberNode;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Single;
import java.io.FileNotFoundException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** Commands and queries whose callers get a promise in hand instead of waiting. */
class ReturnTypesTests {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final ApplicationContextRunner runner = context(Account.class, Bank.class);

    @BeforeEach
    void letEverythingRun() {
        Account.hold = new CountDownLatch(0);
    }

    @Test
    void theCallerOfAFutureDoesNotWaitForTheCommand() {
        runner.run(context -> {
            Account account = context.getBean(Account.class);
            Account.hold = new CountDownLatch(1);

            CompletableFuture<Integer> held = account.depositWhenLetGo(3);
            CompletionStage<Integer> behind = account.depositStage(4);

            assertThat(held).isNotDone();
            Account.hold.countDown();
            assertThat(held).succeedsWithin(SOON).isEqualTo(3);
            assertThat(behind).succeedsWithin(SOON).isEqualTo(7);
            assertThat(account.balance()).isEqualTo(7);
            assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(2);
        });
    }

    @Test
    void aMonoIsACallAtEverySubscriptionAndNoneBefore() {
        runner.run(context -> {
            Account account = context.getBean(Account.class);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);

            Mono<Integer> deposit = account.depositMono(5);

            assertThat(commands(node)).isEmpty();
            assertThat(deposit.block(SOON)).isEqualTo(5);
            assertThat(deposit.block(SOON)).isEqualTo(10);
            assertThat(commands(node)).hasSize(2);
        });
    }

    @Test
    void otherReactiveTypesThatSpringKnowsWorkToo() {
        runner.run(context -> {
            Account account = context.getBean(Account.class);

            assertThat(account.depositSingle(2).blockingGet()).isEqualTo(2);
            assertThat(account.clearCompletable().blockingAwait(SOON.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(account.balance()).isZero();
            assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(2);
        });
    }

    @Test
    void aPromiseOfNothingIsKept() {
        runner.run(context -> {
            Account account = context.getBean(Account.class);
            account.deposit(5).get(30, TimeUnit.SECONDS);

            assertThat(account.clear()).succeedsWithin(SOON).isNull();
            assertThat(account.balance()).isZero();
            account.deposit(5).get(30, TimeUnit.SECONDS);
            assertThat(account.clearMono().blockOptional(SOON)).isEmpty();
            assertThat(account.balance()).isZero();
            assertThat(account.nothing()).succeedsWithin(SOON).isNull();
            assertThat(account.nothingMono().blockOptional(SOON)).isEmpty();
        });
    }

    @Test
    void aSubscriberThatGoesAwayDoesNotTakeItsCallBack() {
        runner.run(context -> {
            Account account = context.getBean(Account.class);
            Account.hold = new CountDownLatch(1);
            CompletableFuture<Integer> first = account.depositWhenLetGo(1);

            Disposable second = account.depositMono(2).subscribe();
            second.dispose();
            CompletableFuture<Integer> third = account.deposit(4);
            third.cancel(true);
            Account.hold.countDown();

            assertThat(first).succeedsWithin(SOON);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(account.balance()).isEqualTo(7));
        });
    }

    @Test
    void anExceptionComesBackInThePromiseWhetherItWasThrownOrPromised() {
        runner.run(context -> {
            Account account = context.getBean(Account.class);

            for (String how : List.of("thrown", "promised")) {
                CompletableFuture<Integer> withdrawn = account.withdraw(9, how);
                assertThat(withdrawn)
                        .as(how)
                        .failsWithin(SOON)
                        .withThrowableOfType(ExecutionException.class)
                        .withCauseInstanceOf(OverdrawnException.class)
                        .havingCause()
                        .withMessage("9 is too much, " + how);
                assertThat(seenBy(withdrawn)).isExactlyInstanceOf(OverdrawnException.class);
                assertThatExceptionOfType(OverdrawnException.class)
                        .as(how)
                        .isThrownBy(() -> account.withdrawMono(9, how).block(SOON))
                        .withMessage("9 is too much, " + how);
            }
            assertThat(account.withdraw(0, "promised")).succeedsWithin(SOON).isEqualTo(0);
        });
    }

    @Test
    void aCheckedExceptionNeedsNoDeclarationWhereNobodyCatchesIt() {
        runner.run(context -> assertThat(seenBy(context.getBean(Account.class).checked()))
                .isExactlyInstanceOf(FileNotFoundException.class)
                .hasMessage("no statement"));
    }

    @Test
    void anArgumentThatCannotBeEncodedFailsThePromise() {
        runner.run(context -> {
            Account account = context.getBean(Account.class);

            assertThat(seenBy(account.note(new Note() {}))).isInstanceOf(IllegalArgumentException.class);
            assertThat(account.note(new Note())).succeedsWithin(SOON);
            assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(1);
        });
    }

    @Test
    void aRejectionAndAnUnknownOutcomeComeBackInThePromise() {
        ReplicationSettings impatient = new ReplicationSettings("n1", Duration.ofMillis(500), SOON);
        runner.withAllowBeanDefinitionOverriding(true)
                .withBean("settings", ReplicationSettings.class, () -> impatient)
                .run(context -> {
                    Account account = context.getBean(Account.class);
                    account.deposit(1).get(30, TimeUnit.SECONDS);
                    SingleMemberNode node = context.getBean(SingleMemberNode.class);

                    node.answerWith(CompletableFuture.failedFuture(new OverloadedException("too much")));
                    assertThat(seenBy(account.deposit(1))).isInstanceOf(OverloadedException.class);
                    assertThatExceptionOfType(OverloadedException.class)
                            .isThrownBy(() -> account.depositMono(1).block(SOON));
                    node.answerWith(null);

                    node.loseAnswers(Integer.MAX_VALUE);
                    Throwable unknown = seenBy(account.deposit(2));
                    node.loseAnswers(0);
                    assertThat(unknown).isInstanceOf(OutcomeUnknownException.class);
                    assertThat(((OutcomeUnknownException) unknown).commandId()).isNotNull();
                    assertThat(((OutcomeUnknownException) unknown).resolve()).isEqualTo(3);

                    account.deposit(1).get(30, TimeUnit.SECONDS);
                    node.loseAnswers(Integer.MAX_VALUE);
                    assertThatExceptionOfType(OutcomeUnknownException.class)
                            .isThrownBy(() -> account.depositMono(3).block(SOON))
                            .satisfies(later -> {
                                node.loseAnswers(0);
                                assertThat(later.resolve()).isEqualTo(7);
                            });
                });
    }

    @Test
    void aMemberThatNeverAnswersLeavesNoPromiseOpen() {
        ReplicationSettings impatient = new ReplicationSettings("n1", Duration.ofMillis(500), SOON);
        runner.withAllowBeanDefinitionOverriding(true)
                .withBean("settings", ReplicationSettings.class, () -> impatient)
                .run(context -> {
                    Account account = context.getBean(Account.class);
                    account.deposit(1).get(30, TimeUnit.SECONDS);

                    context.getBean(SingleMemberNode.class).answerWith(new CompletableFuture<>());

                    OutcomeUnknownException unknown = (OutcomeUnknownException) seenBy(account.deposit(1));
                    context.getBean(SingleMemberNode.class).answerWith(null);
                    assertThat(unknown.commandId()).isEqualTo("1-2");
                    assertThatExceptionOfType(ProposalRejectedException.class).isThrownBy(unknown::resolve);
                });
    }

    @Test
    void aPromiseThatIsNotKeptWhenTheMethodReturnsIsToldAndTheMemberGoesOn() {
        runner.run(context -> {
            Account account = context.getBean(Account.class);

            List<CompletableFuture<?>> never = List.of(
                    account.never(),
                    account.neverMono().toFuture(),
                    account.laterMono().toFuture(),
                    account.none(),
                    account.noneMono().toFuture());

            assertThat(never).allSatisfy(each -> assertThat(seenBy(each)).isInstanceOf(IllegalStateException.class));
            assertThat(seenBy(never.get(0)))
                    .hasMessageContaining("Account.never() returned a promise that was not kept yet")
                    .hasMessageContaining("CompletableFuture.completedFuture(value)");
            assertThat(seenBy(never.get(2))).hasMessageContaining("Account.laterMono()");
            assertThat(seenBy(never.get(3))).hasMessageContaining("returned null instead of a promise");
            assertThat(account.deposit(1)).succeedsWithin(SOON);
        });
    }

    @Test
    void aCommandThatWaitsForAnUnkeptPromiseOfAnotherCommandDoesNotBlockTheMember() {
        runner.run(context -> {
            Bank bank = context.getBean(Bank.class);

            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(bank::waitForNever)
                    .withMessageContaining("Account.never()");
            assertThat(bank.depositTwice(3)).succeedsWithin(SOON).isEqualTo(6);
        });
    }

    @Test
    void commandsAndQueriesCalledByACommandRunInlineWhateverTheyReturn() {
        runner.run(context -> {
            Bank bank = context.getBean(Bank.class);

            assertThat(bank.depositTwice(3)).succeedsWithin(SOON).isEqualTo(6);
            assertThat(bank.depositTwiceMono(3).block(SOON)).isEqualTo(12);

            assertThat(context.getBean(Account.class).balance()).isEqualTo(12);
            assertThat(commands(context.getBean(SingleMemberNode.class))).hasSize(2);
        });
    }

    @Test
    void aMonoFromWithinACommandThatIsSubscribedToLaterGoesThroughTheLog() {
        runner.run(context -> {
            Bank bank = context.getBean(Bank.class);
            bank.leak();
            Mono<Integer> leaked = Bank.leaked.get();

            assertThat(leaked.block(SOON)).isEqualTo(100);

            assertThat(commands(context.getBean(SingleMemberNode.class)))
                    .extracting(entry -> entry.getCommand().getCommand())
                    .containsExactly("bank.leak", "account.deposit-mono");
        });
    }

    @Test
    void aCommandThatAQuerySubscribesToIsRefused() {
        runner.run(context -> {
            Bank bank = context.getBean(Bank.class);

            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(bank::sneakyQuery)
                    .withMessageContaining("was called inside a query");
            assertThat(commands(context.getBean(SingleMemberNode.class))).isEmpty();
        });
    }

    @Test
    void aQueryMayPromiseAndRunsOnAThreadThatIsNeitherItsCallersNorTheMembers() {
        runner.run(context -> {
            Account account = context.getBean(Account.class);
            account.deposit(5).get(30, TimeUnit.SECONDS);

            assertThat(account.balanceFuture()).succeedsWithin(SOON).isEqualTo(5);
            Mono<Integer> balance = account.balanceMono();
            account.deposit(5).get(30, TimeUnit.SECONDS);
            assertThat(balance.block(SOON)).isEqualTo(10);
            account.deposit(5).get(30, TimeUnit.SECONDS);
            assertThat(balance.block(SOON)).isEqualTo(15);
            assertThat(account.localThread()).succeedsWithin(SOON).asString().startsWith("raftify-promises-");
            assertThat(seenBy(account.neverQuery())).hasMessageContaining("Account.neverQuery()");
        });
    }

    @Test
    void aQueryThatCannotBeAnsweredFailsItsPromise() {
        runner.run(context -> {
            Account account = context.getBean(Account.class);
            context.getBean(SingleMemberNode.class)
                    .failReads(CompletableFuture.failedFuture(new ReadUnavailableException("no quorum")));

            assertThat(seenBy(account.balanceFuture()))
                    .isInstanceOf(ReadUnavailableException.class)
                    .hasMessage("no quorum");
            assertThat(account.localThread()).succeedsWithin(SOON);
        });
    }

    @Test
    void aMemberThatNeverAnswersAReadLeavesNoPromiseOpen() {
        ReplicationSettings impatient = new ReplicationSettings("n1", SOON, Duration.ofMillis(50));
        runner.withAllowBeanDefinitionOverriding(true)
                .withBean("settings", ReplicationSettings.class, () -> impatient)
                .run(context -> {
                    context.getBean(SingleMemberNode.class).failReads(new CompletableFuture<>());

                    assertThat(seenBy(context.getBean(Account.class).balanceFuture()))
                            .isInstanceOf(ReadUnavailableException.class)
                            .hasMessageContaining("gave no answer within 50ms");
                });
    }

    @Test
    void whatDependsOnAPromiseMayCallCommandsAndWaitForThem() {
        runner.run(context -> {
            Account account = context.getBean(Account.class);
            List<String> threads = new ArrayList<>();

            List<CompletableFuture<Integer>> all = IntStream.range(0, 40)
                    .mapToObj(each -> account.deposit(1).thenApply(balance -> {
                        synchronized (threads) {
                            threads.add(Thread.currentThread().getName());
                        }
                        // One waits as a caller without a promise does, the other for a promise that needs a thread.
                        return account.depositNow(1) + account.deposit(1).join();
                    }))
                    .toList();

            assertThat(all).allSatisfy(each -> assertThat(each).succeedsWithin(SOON));
            assertThat(account.balance()).isEqualTo(120);
            // Of a promise that was kept before anything depended on it, it is the thread of whoever added that.
            String own = Thread.currentThread().getName();
            assertThat(threads).allMatch(name -> name.startsWith("raftify-promises-") || name.equals(own));
        });
    }

    @Test
    void moreContinuationsThanThePoolUsuallyHasMayWaitForPromisesAtOnce() {
        context(Account.class).run(context -> {
            Account account = context.getBean(Account.class);
            account.depositNow(1);
            CountDownLatch firstHold = new CountDownLatch(1);
            Account.hold = firstHold;
            CompletableFuture<Integer> before = account.depositWhenLetGo(1);
            ReplicatedStateMachine machine = context.getBean(ReplicatedStateMachine.class);
            await().atMost(SOON).until(() -> machine.inProgress() != null);
            Account.hold = new CountDownLatch(1);
            AtomicInteger waiting = new AtomicInteger();
            List<CompletableFuture<Integer>> all = IntStream.range(0, 400)
                    .mapToObj(i -> account.deposit(1).thenApply(balance -> {
                        CompletableFuture<Integer> next = account.deposit(1);
                        waiting.incrementAndGet();
                        return next.join();
                    }))
                    .toList();
            // What the continuations call comes after this one, and is answered when many of them wait.
            CompletableFuture<Integer> between = account.depositWhenLetGo(1);
            firstHold.countDown();
            await().atMost(SOON).until(() -> waiting.get() >= 256);
            Account.hold.countDown();

            assertThat(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)))
                    .succeedsWithin(SOON);
            assertThat(before).isCompleted();
            assertThat(between).isCompleted();
            assertThat(account.balance()).isEqualTo(803);
        });
    }

    @Test
    void aCallIsOpenUntilWhatDependsOnItHasRun() {
        PromisedCalls calls = new PromisedCalls(1);
        try {
            CompletableFuture<@Nullable Object> answer = new CompletableFuture<>();
            ReplicatedMethod method = FuzzedArgumentsTests.command(Account.class, "deposit");
            CountDownLatch mayEnd = new CountDownLatch(1);
            CountDownLatch runs = new CountDownLatch(1);
            CompletableFuture<Void> continuation = calls.command(method, threads -> answer)
                    .thenAccept(value -> {
                        runs.countDown();
                        Awaiting.of(mayEnd);
                    });
            answer.complete("done");
            Awaiting.of(runs);

            assertThat(seenBy(calls.command(method, threads -> answer))).isInstanceOf(OverloadedException.class);
            mayEnd.countDown();
            assertThat(continuation).succeedsWithin(SOON);
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(calls.command(method, threads -> answer)).succeedsWithin(SOON));
        } finally {
            calls.destroy();
        }
    }

    private static final class Awaiting {

        static void of(CountDownLatch latch) {
            try {
                assertThat(latch.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void theNumberOfOpenPromisesIsLimited() {
        PromisedCalls calls = new PromisedCalls(1);
        try {
            CompletableFuture<@Nullable Object> answer = new CompletableFuture<>();
            ReplicatedMethod method = FuzzedArgumentsTests.command(Account.class, "deposit");

            CompletableFuture<?> first = calls.command(method, threads -> answer);
            assertThat(seenBy(calls.command(method, threads -> answer))).isInstanceOf(OverloadedException.class);
            assertThat(seenBy(calls.query("q", threads -> answer))).isInstanceOf(ReadUnavailableException.class);

            answer.complete("done");
            assertThat(first).succeedsWithin(SOON).isEqualTo("done");
            // Whoever waits for one goes on a moment before its place is free.
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(calls.command(method, threads -> answer)).succeedsWithin(SOON));
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(seenBy(calls.command(method, threads -> {
                                throw new IllegalArgumentException("not begun");
                            })))
                            .hasMessage("not begun"));
            await().atMost(SOON)
                    .untilAsserted(() ->
                            assertThat(calls.command(method, threads -> answer)).succeedsWithin(SOON));
        } finally {
            calls.destroy();
        }
    }

    @Test
    void anAnswerThatComesAfterTheApplicationHasEndedIsStillTold() {
        PromisedCalls calls = new PromisedCalls();
        CompletableFuture<@Nullable Object> answer = new CompletableFuture<>();
        CompletableFuture<?> promise =
                calls.command(FuzzedArgumentsTests.command(Account.class, "deposit"), threads -> answer);

        calls.destroy();
        answer.completeExceptionally(new OutcomeUnknownException("closed"));

        assertThat(seenBy(promise)).isInstanceOf(OutcomeUnknownException.class);
    }

    /** The exception itself, as the first stage that depends on the promise gets it. */
    private static Throwable seenBy(CompletableFuture<?> promise) {
        AtomicReference<Throwable> seen = new AtomicReference<>();
        CompletableFuture<Void> told = new CompletableFuture<>();
        promise.whenComplete((value, failure) -> {
            seen.set(failure);
            told.complete(null);
        });
        assertThat(told).succeedsWithin(SOON);
        assertThat(seen.get()).isNotNull();
        return seen.get();
    }

    static class Account {

        static volatile CountDownLatch hold = new CountDownLatch(0);

        @ReplicatedState
        private int balance;

        @ReplicatedCommand("account.deposit-now")
        public int depositNow(int amount) {
            return balance += amount;
        }

        @ReplicatedCommand("account.deposit")
        public CompletableFuture<Integer> deposit(int amount) {
            balance += amount;
            return CompletableFuture.completedFuture(balance);
        }

        /** Holds the member itself up, which no real command may. */
        @ReplicatedCommand("account.deposit-when-let-go")
        public CompletableFuture<Integer> depositWhenLetGo(int amount) throws InterruptedException {
            hold.await();
            return deposit(amount);
        }

        @ReplicatedCommand("account.deposit-stage")
        public CompletionStage<Integer> depositStage(int amount) {
            return deposit(amount);
        }

        @ReplicatedCommand("account.deposit-mono")
        public Mono<Integer> depositMono(int amount) {
            return Mono.fromSupplier(() -> balance += amount);
        }

        @ReplicatedCommand("account.deposit-single")
        public Single<Integer> depositSingle(int amount) {
            return Single.fromSupplier(() -> balance += amount);
        }

        @ReplicatedCommand("account.clear")
        public CompletableFuture<Void> clear() {
            return CompletableFuture.completedFuture(null).thenAccept(nothing -> balance = 0);
        }

        @ReplicatedCommand("account.clear-mono")
        public Mono<Void> clearMono() {
            return Mono.fromRunnable(() -> balance = 0);
        }

        @ReplicatedCommand("account.clear-completable")
        public Completable clearCompletable() {
            return Completable.fromAction(() -> balance = 0);
        }

        @ReplicatedCommand("account.nothing")
        public CompletableFuture<@Nullable String> nothing() {
            return CompletableFuture.completedFuture(null);
        }

        @ReplicatedCommand("account.nothing-mono")
        public Mono<String> nothingMono() {
            return Mono.empty();
        }

        @ReplicatedCommand("account.withdraw")
        public CompletableFuture<Integer> withdraw(int amount, String how) {
            if (amount <= balance) {
                return CompletableFuture.completedFuture(balance -= amount);
            }
            OverdrawnException overdrawn = new OverdrawnException(amount + " is too much, " + how);
            if (how.equals("thrown")) {
                throw overdrawn;
            }
            return CompletableFuture.failedFuture(overdrawn);
        }

        @ReplicatedCommand("account.withdraw-mono")
        public Mono<Integer> withdrawMono(int amount, String how) {
            if (how.equals("thrown")) {
                throw new OverdrawnException(amount + " is too much, " + how);
            }
            return Mono.error(() -> new OverdrawnException(amount + " is too much, " + how));
        }

        @ReplicatedCommand("account.checked")
        public CompletableFuture<String> checked() {
            return CompletableFuture.failedFuture(new FileNotFoundException("no statement"));
        }

        @ReplicatedCommand("account.note")
        public CompletableFuture<Void> note(Note note) {
            return CompletableFuture.completedFuture(null);
        }

        @ReplicatedCommand("account.never")
        public CompletableFuture<Integer> never() {
            return new CompletableFuture<>();
        }

        @ReplicatedCommand("account.never-mono")
        public Mono<Integer> neverMono() {
            return Mono.never();
        }

        @ReplicatedCommand("account.later-mono")
        public Mono<Long> laterMono() {
            return Mono.delay(Duration.ofHours(1));
        }

        @ReplicatedCommand("account.none")
        @SuppressWarnings("NullAway")
        public CompletableFuture<Integer> none() {
            return null;
        }

        @ReplicatedCommand("account.none-mono")
        @SuppressWarnings("NullAway")
        public Mono<Integer> noneMono() {
            return null;
        }

        @ReplicatedQuery
        public int balance() {
            return balance;
        }

        @ReplicatedQuery
        public CompletableFuture<Integer> balanceFuture() {
            return CompletableFuture.completedFuture(balance);
        }

        @ReplicatedQuery
        public Mono<Integer> balanceMono() {
            return Mono.fromSupplier(() -> balance);
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public CompletableFuture<String> localThread() {
            return CompletableFuture.completedFuture(Thread.currentThread().getName());
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public CompletableFuture<String> neverQuery() {
            return new CompletableFuture<>();
        }
    }

    static class Bank {

        static final AtomicReference<Mono<Integer>> leaked = new AtomicReference<>();

        @ReplicatedState
        private int calls;

        @Autowired
        private ObjectProvider<Account> account;

        @ReplicatedCommand("bank.deposit-twice")
        public CompletableFuture<Integer> depositTwice(int amount) {
            calls++;
            return account.getObject()
                    .deposit(amount)
                    .thenCompose(balance -> account.getObject().deposit(amount));
        }

        @ReplicatedCommand("bank.deposit-twice-mono")
        public Mono<Integer> depositTwiceMono(int amount) {
            calls++;
            return account.getObject()
                    .depositMono(amount)
                    .then(account.getObject().depositMono(amount))
                    .then(account.getObject().balanceMono());
        }

        @ReplicatedCommand("bank.wait-for-never")
        public int waitForNever() throws Throwable {
            try {
                return account.getObject().never().join();
            } catch (java.util.concurrent.CompletionException failed) {
                throw failed.getCause();
            }
        }

        @ReplicatedCommand("bank.leak")
        public void leak() {
            leaked.set(account.getObject().depositMono(100));
        }

        @ReplicatedQuery
        public int sneakyQuery() {
            Integer balance = account.getObject().depositMono(1).block(SOON);
            return balance != null ? balance : 0;
        }
    }

    static class Note {
        String text = "";
    }

    static class OverdrawnException extends RuntimeException {
        OverdrawnException(String message) {
            super(message);
        }
    }
}
