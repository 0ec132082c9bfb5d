package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.raftify.replication.SelfCallingBeans.*;
import io.raftify.testnode.SingleMemberNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A call past the proxy, which would stay local without a word, stops the application; one through it does not. */
@ExtendWith(OutputCaptureExtension.class)
class SelfInvocationTests {

    static Stream<Arguments> pastTheProxy() {
        String command = "the command reserve(int) on 'this'";
        return Stream.of(
                arguments(Plainly.class, "restock(int) calls " + command),
                arguments(OnAVariable.class, "restock(int) calls " + command),
                arguments(ThroughHelpers.class, "restock(int) calls " + command + ", through first(int), second(int)"),
                arguments(ThroughAHelperOfACommandToo.class, "restock(int) calls " + command + ", through both(int)"),
                arguments(InALambda.class, "restock(int) calls " + command + ", through a lambda in restock"),
                arguments(ByAMethodReference.class, "restock(int) calls " + command),
                arguments(InAnAnonymousClass.class, "restock(int) calls " + command + ", through run() of"),
                arguments(InAnInnerClass.class, "refill() calls " + command + ", through again() of"),
                arguments(InAClassThatIsGivenTheBean.class, "refill() calls " + command + ", through run() of"),
                arguments(InAStaticMethod.class, "restock(int) calls " + command + ", through into(Plain, int)"),
                arguments(OfTheSuperclass.class, "restock(int) calls " + command),
                arguments(InASuperclass.class, "restock(int) calls " + command),
                arguments(InADefaultMethod.class, "restock(int) calls " + command),
                arguments(ByAGenericInterface.class, "restock(int) calls the command reserve(Integer) on 'this'"),
                arguments(AfterConstruction.class, "fill() calls " + command),
                arguments(PrivatelyAfterConstruction.class, "fill() calls " + command),
                arguments(SelfCallingAlone.class, "restock(int) calls " + command),
                arguments(
                        InTheConstructor.class,
                        "the constructor of SelfCallingBeans.InTheConstructor calls " + command),
                arguments(OnAnotherThread.class, "a lambda in move calls " + command),
                arguments(InAQuery.class, "peek(), a LINEARIZABLE query, calls " + command),
                arguments(OfAQuery.class, "plain() calls the LINEARIZABLE query count() on 'this'"),
                arguments(OfAFresherQuery.class, "asKnownHere(), a LOCAL query, calls the LINEARIZABLE query count()"),
                arguments(Assigning.class, "reset() assigns the field 'left', which is @ReplicatedState"),
                arguments(AssigningInAHelper.class, "reset() assigns the field 'left'"),
                arguments(AssigningInAQuery.class, "peek() assigns the field 'left'"),
                arguments(AssigningPackagePrivately.class, "change(int) assigns the field 'left'"),
                arguments(
                        Forgetting.class,
                        "forget(String) changes what the field 'stock' holds, which is @ReplicatedState, by remove()"),
                arguments(ForgettingInAHelper.class, "by remove(), in drop(String)"),
                arguments(ForgettingInAQuery.class, "peek(String) changes what the field 'stock' holds"),
                arguments(ChangingAnArray.class, "free(int) changes what the field 'seats' holds"));
    }

    @ParameterizedTest
    @MethodSource("pastTheProxy")
    void aCallThatWouldStayLocalIsRefused(Class<?> bean, String problem) {
        context(bean).run(context -> {
            assertThat(context).hasFailed();
            assertThat(context.getStartupFailure())
                    .isInstanceOf(ReplicatedBeanException.class)
                    .hasMessageContaining(problem)
                    .message()
                    .containsPattern("SelfCalling(Beans|Alone)\\.java:\\d+");
        });
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                ThroughASelfReference.class,
                ThroughAProvider.class,
                ThroughAConstructorsArgument.class,
                ThroughAProviderInALambda.class,
                InACommand.class,
                InAHelperOfACommand.class,
                InALambdaOfACommand.class,
                InAProtectedHelperOfACommand.class,
                OfTheOverriddenCommand.class,
                OfAQueryInACommand.class,
                OfAsFreshAQuery.class,
                OnAnotherObject.class,
                AssigningAtFirst.class,
                AssigningInACommand.class,
                FilledAtFirst.class,
                ForgettingInACommand.class,
                ForgettingInACopy.class
            })
    void aCallThatDoesNotStayLocalIsTaken(Class<?> bean) {
        context(bean).run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void theRefusalNamesTheLineAndBothWaysOut() throws Exception {
        List<String> source = Files.readAllLines(Path.of("src/test/java/io/raftify/replication/SelfCallingBeans.java"));
        int line = source.indexOf("            reserve(-quantity); // by which the refusal's line is known") + 1;

        context(Plainly.class).run(context -> {
            ReplicatedBeanException failure = (ReplicatedBeanException) context.getStartupFailure();
            assertThat(failure.problem()).contains("(SelfCallingBeans.java:" + line + "), past the proxy");
            assertThat(failure.remedy())
                    .contains("inject ObjectProvider<Plainly> and call getObject().reserve(...)")
                    .contains("make restock(int) a @ReplicatedCommand");
            assertThat(failure.method()).isEqualTo(Plainly.class.getMethod("restock", int.class));
        });
    }

    @Test
    void severalMistakesAreNamedAtOnce() {
        context(Twice.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("The same kind of mistake is at SelfCallingBeans.java:"));
    }

    @Test
    void aCallThroughTheSelfReferenceGoesThroughTheLog() {
        context(ThroughASelfReference.class).run(context -> {
            ThroughASelfReference bean = context.getBean(ThroughASelfReference.class);
            bean.restock(3);

            assertThat(context.getBean(SingleMemberNode.class).entries())
                    .anyMatch(each -> new String(each, StandardCharsets.ISO_8859_1).contains("reserve"));
            assertThat(bean.count()).isEqualTo(13);
        });
    }

    @Test
    void changesInsideContainersAndReadsOutsideCommandsAreWarnedOf(CapturedOutput output) {
        context(Careless.class).run(context -> assertThat(context).hasNotFailed());

        assertThat(output.getAll())
                .contains("forgetInside(String) changes the replicated state outside a command (names, by clear())")
                .contains("size() reads the replicated state outside a command or query (stock)")
                .contains("generated() hands out 'this' (to IntStream.generate(IntSupplier))")
                .doesNotContain("add(String) ");
    }

    @Test
    void ofASoundBeanNothingIsSaid(CapturedOutput output) {
        context(Careful.class).run(context -> assertThat(context).hasNotFailed());

        assertThat(output.getAll()).doesNotContain("Replicated bean '");
    }

    @Test
    void aBeanWhoseClassFileCannotBeReadIsTakenAndSaidToBeUnchecked(CapturedOutput output) {
        started(new OtherClassFiles(null));
        assertThat(output.getAll())
                .contains(SelfCallingAlone.class.getName() + " is not checked for calls past its proxy")
                .contains("since it has no class file");

        started(new OtherClassFiles((short) 999));
        assertThat(output.getAll()).contains("since its class file cannot be read (Unsupported class file");
    }

    private static void started(OtherClassFiles loader) {
        context(loader.load(SelfCallingAlone.class))
                .withClassLoader(loader)
                .run(context -> assertThat(context).hasNotFailed());
    }

    /** Loads a class, and has another class file of it to show, or none. */
    private static final class OtherClassFiles extends ClassLoader {

        private final @Nullable Short version;
        private @Nullable String name;

        OtherClassFiles(@Nullable Short version) {
            super(SelfInvocationTests.class.getClassLoader());
            this.version = version;
        }

        Class<?> load(Class<?> type) {
            byte[] bytes = bytes(type.getName().replace('.', '/') + ".class");
            name = type.getName().replace('.', '/') + ".class";
            return defineClass(type.getName(), bytes, 0, bytes.length);
        }

        private byte[] bytes(String file) {
            try (InputStream in = getParent().getResourceAsStream(file)) {
                return in.readAllBytes();
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }

        @Override
        public @Nullable InputStream getResourceAsStream(String file) {
            if (!file.equals(name)) {
                return super.getResourceAsStream(file);
            }
            if (version == null) {
                return null;
            }
            byte[] bytes = bytes(file);
            ByteBuffer.wrap(bytes).putShort(6, version);
            return new ByteArrayInputStream(bytes);
        }
    }
}
