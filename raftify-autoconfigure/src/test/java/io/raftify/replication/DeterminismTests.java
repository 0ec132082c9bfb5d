package io.raftify.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.raftify.replication.NonDeterministicBeans.*;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Code that would make members differ is found when the application starts; code that does the same well is not. */
@ExtendWith(OutputCaptureExtension.class)
class DeterminismTests {

    static Stream<Arguments> pairs() {
        return Stream.of(
                arguments(WallClock.class, "reads the clock (Instant.now())", LogClock.class),
                arguments(OldClock.class, "reads the clock (System.currentTimeMillis())", OldDates.class),
                arguments(DateOfAClock.class, "reads the clock (LocalDate.now(Clock))", DateOfAClockThatStands.class),
                arguments(OwnRandom.class, "draws random numbers (Random.nextInt(int))", ContextRandom.class),
                arguments(ThreadRandom.class, "draws random numbers (Math.random())", ContextRandom.class),
                arguments(Shuffled.class, "draws random numbers (Collections.shuffle(List))", ShuffledByContext.class),
                arguments(RandomId.class, "makes a random id (UUID.randomUUID())", ContextId.class),
                arguments(Pool.class, "uses other threads (ExecutorService.execute(Runnable))", OnTheSpot.class),
                arguments(AsyncPromise.class, "uses other threads (CompletableFuture.supplyAsync", OnTheSpot.class),
                arguments(Parallel.class, "uses other threads (List.parallelStream())", Sequential.class),
                arguments(Asleep.class, "uses other threads (Thread.sleep(long))", Sequential.class),
                arguments(FileReading.class, "does I/O (Files.readString(Path))", ContentGiven.class),
                arguments(Http.class, "does I/O (RestClient.get())", AnswerGiven.class),
                arguments(SystemProperty.class, "(System.getProperty(String))", ConstantValue.class),
                arguments(InjectedProperty.class, "(the property in the field 'limit')", ConstantValue.class),
                arguments(DefaultLocale.class, "(String.toUpperCase())", RootLocale.class),
                arguments(EnumHash.class, "uses the identity of an object", EnumName.class),
                arguments(IdentityHash.class, "uses the identity of an object", EnumName.class),
                arguments(HashMapOrder.class, "('stock', a HashMap, by Set.iterator();", TreeMapOrder.class),
                arguments(HashMapOrder.class, "('stock', a HashMap, by Set.iterator();", HashMapLookup.class),
                arguments(SaltedSet.class, "an immutable Set, by Stream.collect(Collector);", KeptList.class),
                arguments(SaltedSet.class, "an immutable Set, by Stream.collect(Collector);", SortedSalt.class),
                arguments(CollectedSet.class, "a HashSet, by new ArrayList(Collection);", CollectedInOrder.class),
                arguments(GroupedByHash.class, "a HashMap, by Map.forEach(BiConsumer);", GroupedInOrder.class),
                arguments(ComputedHashSet.class, "a HashSet, by String.join(", ComputedTreeSet.class),
                arguments(FastMath.class, "(Math.sin(double))", StrictArithmetic.class),
                arguments(ForgottenField.class, "changes a field that is not replicated (count)", MarkedField.class),
                arguments(ForgottenField.class, "not replicated (seen, by add())", MarkedField.class),
                arguments(ForgottenField.class, "not replicated (seen, by add())", FieldOfOwnForm.class),
                arguments(InAHelper.class, "second() reads the clock", InAHelperOfNoCommand.class),
                arguments(InALambda.class, "a lambda in touch reads the clock", LogClock.class),
                arguments(InAnAnonymousClass.class, "draws random numbers", ContextRandom.class),
                arguments(InASubclass.class, "value() reads the clock", InNeither.class),
                arguments(InASuperclass.class, "value() reads the clock", InNeither.class),
                arguments(InADefaultMethod.class, "stamp() reads the clock", InADefaultMethodThatIsReplaced.class),
                arguments(
                        InAValueClass.class,
                        "of(String) of NonDeterministicBeans.Item reads",
                        BesideInAValueClass.class),
                arguments(
                        BooksNotInThePast.class,
                        "the constructor of NonDeterministicBeans.NotInThePast reads the clock",
                        BooksAnyDay.class),
                arguments(
                        KeepsStamped.class,
                        "the constructor of NonDeterministicBeans.Stamped makes a random id",
                        KeepsPlain.class),
                arguments(
                        ReturnsInitialised.class,
                        "the static initialiser of NonDeterministicBeans.Initialised reads the clock",
                        ReturnsInitialisedAlike.class),
                arguments(ReviewedInVain.class, "touchAlso(List) reads the clock", Reviewed.class));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void whatWouldMakeMembersDifferIsFoundAndItsCounterpartIsNot(Class<?> bad, String finding, Class<?> good) {
        context(DeterminismCheck.FAIL, bad)
                .run(context -> assertThat(failure(context).problem())
                        .contains(finding)
                        .contains("NonDeterministicBeans.java:"));
        context(DeterminismCheck.FAIL, good).run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void aFindingNamesTheLineAndWhatToWriteInstead() throws Exception {
        List<String> source =
                Files.readAllLines(Path.of("src/test/java/io/raftify/replication/NonDeterministicBeans.java"));
        int line = source.indexOf("            last = Instant.now().toString();") + 1;

        context(DeterminismCheck.FAIL, WallClock.class)
                .run(context -> assertThat(failure(context))
                        .hasMessageContaining(
                                "NonDeterministicBeans.java:" + line + ", touch() reads the clock (Instant.now()):")
                        .hasMessageContaining("Take the time from CommandContext.time()")
                        .hasMessageContaining("'raftify.determinism.check' is 'fail'"));
    }

    @Test
    void eachFindingIsAWarningAndTheApplicationStarts(CapturedOutput output) {
        context(DeterminismCheck.WARN, ForgottenField.class)
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output.getAll().lines().filter(each -> each.contains("is not replicated (")))
                .hasSize(2)
                .allMatch(each -> each.contains("WARN") && each.contains("Replicated bean 'bean'"));
    }

    @Test
    void switchedOffNothingIsSaid(CapturedOutput output) {
        context(DeterminismCheck.OFF, ForgottenField.class)
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output.getAll()).doesNotContain("is not replicated (");
    }

    @Test
    void aReviewNeedsAReason() {
        context(DeterminismCheck.OFF, ReviewedWithoutReason.class)
                .run(context -> assertThat(failure(context))
                        .hasMessageContaining("touch() is marked @Deterministic without a reason"));
    }

    private static ReplicatedBeanException failure(AssertableApplicationContext context) {
        assertThat(context).hasFailed();
        assertThat(context.getStartupFailure()).isInstanceOf(ReplicatedBeanException.class);
        return (ReplicatedBeanException) context.getStartupFailure();
    }

    private static ApplicationContextRunner context(DeterminismCheck check, Class<?> bean) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(AopAutoConfiguration.class))
                .withUserConfiguration(ReplicationConfiguration.class)
                .withBean(
                        ReplicationSettings.class,
                        () -> new ReplicationSettings(
                                "n1", Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ZERO, check, null))
                .withBean("bean", bean);
    }
}
