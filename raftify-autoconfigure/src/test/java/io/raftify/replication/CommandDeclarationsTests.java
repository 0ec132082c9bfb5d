package io.raftify.replication;

import static io.raftify.replication.ReplicatedBeanChecksTests.fails;
import static io.raftify.replication.ReplicationTestSupport.commands;
import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftify.annotation.CommandContext;
import io.raftify.annotation.IdempotencyKey;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.testnode.SingleMemberNode;
import java.io.InputStream;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.ParameterizedTypeReference;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What a command's annotation and signature may say, and what each of it comes to. */
class CommandDeclarationsTests {

    private static final String REMEDY = "Write a duration greater than zero";

    @Test
    void nameVersionAndTimeoutAreTakenFromTheAnnotation() {
        context(Declared.class).withPropertyValues("the.timeout=PT1M").run(context -> {
            ReplicatedBeans beans = context.getBean(ReplicatedBeans.class);

            assertThat(beans.commands())
                    .extracting(ReplicatedMethod::command, ReplicatedMethod::version, ReplicatedMethod::timeout)
                    .containsExactly(
                            Tuple.tuple("declared.blank", 1, null),
                            Tuple.tuple("declared.default", 1, null),
                            Tuple.tuple("declared.iso", 1, Duration.ofSeconds(90)),
                            Tuple.tuple("declared.placeholder", 1, Duration.ofMinutes(1)),
                            Tuple.tuple("declared.simple", 7, Duration.ofMillis(500)));
            context.getBean(Declared.class).simple();
            assertThat(commands(context.getBean(SingleMemberNode.class))
                            .get(0)
                            .getCommand()
                            .getVersion())
                    .isEqualTo(7);
        });
    }

    @Test
    void aTimeoutThatIsNoDuration() {
        fails(timeout("soon"), "The timeout of the command 'c' cannot be used: '${t}', which is 'soon' here,", REMEDY);
        fails(timeout("5 parsecs"), "is not a duration", REMEDY);
        fails(timeout("99999999999999999999d"), "is not a duration", REMEDY);
        fails(timeout("9999999999999d"), "cannot be used", REMEDY);
        fails(context(Timeout.class), "'${t}' ", REMEDY);
        timeout("2s").run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void aTimeoutThatIsNotGreaterThanZeroOrNeverEnds() {
        fails(timeout("0s"), "is not greater than zero", REMEDY);
        fails(timeout("-1s"), "is not greater than zero", REMEDY);
        fails(timeout("25h"), "is more than a day", REMEDY);
        timeout("24h").run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void aCommandsOwnTimeoutHoldsInPlaceOfTheApplications() {
        context(Timeout.class).withPropertyValues("t=200ms").run(context -> {
            Timeout bean = context.getBean(Timeout.class);
            SingleMemberNode node = context.getBean(SingleMemberNode.class);
            await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
                bean.more();
                return true;
            });

            node.answerWith(new CompletableFuture<>());

            // The application's is a minute; were that the one in force, this would not end in time.
            assertThat(CompletableFuture.runAsync(bean::more))
                    .failsWithin(Duration.ofSeconds(30))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(OutcomeUnknownException.class);
        });
    }

    private static ApplicationContextRunner timeout(String value) {
        return context(Timeout.class).withPropertyValues("t=" + value);
    }

    @Test
    void aVersionBelowOne() {
        fails(context(VersionZero.class), "The command 'c' has version 0", "Count from 1");
    }

    @Test
    void theContextAndTheKeyAreFoundWhereverTheyStandAndTheContextIsNotWritten() {
        context(Parameters.class).run(context -> {
            List<ReplicatedMethod> methods =
                    context.getBean(ReplicatedBeans.class).commands();

            assertThat(methods.get(0).contextParameter()).isEqualTo(1);
            assertThat(methods.get(0).keyArgument()).isEqualTo(1);
            assertThat(methods.get(0).argumentTypes()).containsExactly(int.class, String.class);
            assertThat(methods.get(1).contextParameter()).isEqualTo(-1);
            assertThat(methods.get(1).keyArgument())
                    .as("marked in the interface")
                    .isZero();
        });
    }

    @Test
    void anArgumentBehindTheContextThatCannotBeEncodedIsNamedByItsOwnName() {
        fails(
                context(BadArgumentBehindContext.class),
                "The argument 'in' cannot be encoded: InputStream is abstract",
                "Change the type of the argument");
    }

    @Test
    void twoContexts() {
        fails(context(TwoContexts.class), "The arguments 'one' and 'two' are both a CommandContext", "Keep one");
    }

    @Test
    void twoKeys() {
        fails(context(TwoKeys.class), "The arguments [one, two] are marked @IdempotencyKey", "a record");
        fails(context(TwoKeysInTwoPlaces.class), "The arguments [one, two] are marked @IdempotencyKey", "a record");
    }

    @Test
    void aContextAsKey() {
        fails(context(ContextAsKey.class), "'now' is marked @IdempotencyKey, but a CommandContext", "Mark an argument");
    }

    @Test
    void aKeyThatCannotBeEncoded() {
        fails(context(BadKey.class), "The argument 'key' cannot be encoded", "Change the type of the argument");
    }

    @Test
    void aContextOrAKeyOnAQuery() {
        fails(context(QueryWithContext.class), "'now' is a CommandContext, but a query is no entry", "Remove");
        fails(context(QueryWithKey.class), "'key' is marked @IdempotencyKey, but a query", "Remove @IdempotencyKey");
    }

    @Test
    void aStreamOfValues() {
        String problem = "is a stream of values, while a call has one outcome";
        fails(context(FluxCommand.class), problem, "Change the type of the result");
        fails(context(FluxQuery.class), problem, "Change the type of the result");
        fails(context(PublisherCommand.class), problem, "Change the type of the result");
        fails(context(FlowCommand.class), problem, "Change the type of the result");
        fails(context(StreamQuery.class), "is read after the method has returned", "Change the type of the result");
    }

    @Test
    void aPromiseThatCannotBeHandedOut() {
        String problem = "is a promise of a kind that cannot be handed out";
        fails(context(FutureCommand.class), problem, "Change the type of the result");
        fails(context(OwnFutureCommand.class), problem, "Change the type of the result");
        fails(context(OwnMonoCommand.class), problem, "Change the type of the result");
    }

    @Test
    void aPromiseThatDoesNotSayOfWhat() {
        fails(context(RawPromise.class), "is a type variable that nothing resolves", "Change the type of the result");
        fails(context(WildcardPromise.class), "is a wildcard", "Change the type of the result");
        fails(context(PromisedPromise.class), "is a promise, not a value", "Change the type of the result");
    }

    @Test
    void aPromiseIsWrittenAsWhatItPromises() {
        context(Promises.class)
                .run(context -> assertThat(
                                context.getBean(ReplicatedBeans.class).commands())
                        .extracting(
                                ReplicatedMethod::command,
                                method -> method.resultType().getTypeName())
                        .containsExactly(
                                tuple("promises.future", int[].class),
                                tuple("promises.generic", String.class),
                                tuple("promises.list", new ParameterizedTypeReference<List<String>>() {}.getType()),
                                tuple("promises.mono", String.class),
                                tuple("promises.nothing", void.class)));
    }

    private static Tuple tuple(String command, Type type) {
        return Tuple.tuple(command, type.getTypeName());
    }

    static class Declared {
        @ReplicatedState
        int count;

        @ReplicatedCommand("declared.default")
        public void byDefault() {}

        @ReplicatedCommand(value = "declared.simple", version = 7, timeout = "500ms")
        public void simple() {}

        @ReplicatedCommand(value = "declared.iso", timeout = "PT1M30S")
        public void iso() {}

        @ReplicatedCommand(value = "declared.placeholder", timeout = "${the.timeout}")
        public void placeholder() {}

        @ReplicatedCommand(value = "declared.blank", timeout = "${no.such.timeout:}")
        public void blank() {}
    }

    static class Timeout {
        @ReplicatedState
        int count;

        @ReplicatedCommand(value = "c", timeout = "${t}")
        public void more() {}
    }

    static class VersionZero {
        @ReplicatedState
        int count;

        @ReplicatedCommand(value = "c", version = 0)
        public void more() {}
    }

    interface MarksItsKey {
        void inherited(@IdempotencyKey String key, int amount);
    }

    static class Parameters implements MarksItsKey {
        @ReplicatedState
        int count;

        @ReplicatedCommand("a")
        public void between(int amount, @Nullable CommandContext now, @IdempotencyKey String key) {}

        @Override
        @ReplicatedCommand("b")
        public void inherited(String key, int amount) {}
    }

    static class BadArgumentBehindContext {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public void more(CommandContext now, int amount, InputStream in) {}
    }

    static class TwoContexts {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public void more(CommandContext one, CommandContext two) {}
    }

    static class TwoKeys {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public void more(@IdempotencyKey String one, @IdempotencyKey String two) {}
    }

    interface MarksTheFirst {
        void more(@IdempotencyKey String one, String two);
    }

    static class TwoKeysInTwoPlaces implements MarksTheFirst {
        @ReplicatedState
        int count;

        @Override
        @ReplicatedCommand("c")
        public void more(String one, @IdempotencyKey String two) {}
    }

    static class ContextAsKey {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public void more(@IdempotencyKey CommandContext now) {}
    }

    static class BadKey {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public void more(@IdempotencyKey Object key) {}
    }

    static class QueryWithContext extends VersionOne {
        @ReplicatedQuery
        public int count(CommandContext now) {
            return count;
        }
    }

    static class QueryWithKey extends VersionOne {
        @ReplicatedQuery
        public int count(@IdempotencyKey String key) {
            return count;
        }
    }

    static class VersionOne {
        @ReplicatedState
        int count;

        @ReplicatedCommand("one")
        public void more() {}
    }

    static class FluxCommand {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public Flux<String> more() {
            return Flux.empty();
        }
    }

    static class FluxQuery extends VersionOne {
        @ReplicatedQuery
        public Flux<String> all() {
            return Flux.empty();
        }
    }

    static class StreamQuery extends VersionOne {
        @ReplicatedQuery
        public Stream<String> all() {
            return Stream.empty();
        }
    }

    static class PublisherCommand {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public Publisher<String> more() {
            return Flux.empty();
        }
    }

    static class FlowCommand {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public Flow.Publisher<String> more() {
            return subscriber -> {};
        }
    }

    static class FutureCommand {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public Future<String> more() {
            return CompletableFuture.completedFuture("");
        }
    }

    static class OwnFuture extends CompletableFuture<String> {}

    static class OwnFutureCommand {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public OwnFuture more() {
            return new OwnFuture();
        }
    }

    abstract static class OwnMono extends Mono<String> {}

    static class OwnMonoCommand {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public @Nullable OwnMono more() {
            return null;
        }
    }

    @SuppressWarnings("rawtypes")
    static class RawPromise {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public CompletableFuture more() {
            return new CompletableFuture<>();
        }
    }

    static class WildcardPromise {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public CompletableFuture<?> more() {
            return new CompletableFuture<>();
        }
    }

    static class PromisedPromise {
        @ReplicatedState
        int count;

        @ReplicatedCommand("c")
        public CompletableFuture<Mono<String>> more() {
            return new CompletableFuture<>();
        }
    }

    abstract static class GenericPromises<T> {
        @ReplicatedState
        int count;

        @ReplicatedCommand("promises.generic")
        public CompletionStage<T> generic() {
            return new CompletableFuture<>();
        }

        @ReplicatedCommand("promises.list")
        public Mono<List<T>> list() {
            return Mono.empty();
        }
    }

    static class Promises extends GenericPromises<String> {

        @ReplicatedCommand("promises.future")
        public CompletableFuture<int[]> future() {
            return new CompletableFuture<>();
        }

        @ReplicatedCommand("promises.mono")
        public Mono<String> mono() {
            return Mono.empty();
        }

        @ReplicatedCommand("promises.nothing")
        public CompletableFuture<Void> nothing() {
            return new CompletableFuture<>();
        }
    }
}
