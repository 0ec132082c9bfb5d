package io.raftify.replication.encoding;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.core.ResolvableType;

/** What is refused; what is allowed is proven by {@link CborCommandCodecTests}, which sends it through. */
class EncodableTypesTests {

    private final CborFormat format = new CborFormat();

    static Stream<Method> refused() {
        return Stream.of(Refused.class.getDeclaredMethods());
    }

    @ParameterizedTest
    @MethodSource("refused")
    void refusesWhatCannotBeReadBack(Method method) {
        assertThat(format.problemWith(ResolvableType.forMethodReturnType(method)))
                .hasValueSatisfying(problem -> assertThat(problem)
                        .contains(method.getAnnotation(Says.class).value()));
    }

    @Test
    void allowsARecordWithTypeParametersThatAreNamed() throws Exception {
        assertThat(format.problemWith(ResolvableType.forMethodReturnType(Allowed.class.getDeclaredMethod("pair"))))
                .isEmpty();
    }

    @Test
    void allowsAClassThatContainsItself() throws Exception {
        assertThat(format.problemWith(ResolvableType.forMethodReturnType(Allowed.class.getDeclaredMethod("tree"))))
                .isEmpty();
    }

    interface Allowed {
        Pair<String, List<Integer>> pair();

        Tree tree();
    }

    @java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)
    @interface Says {
        String value();
    }

    interface Refused {

        @Says("Object does not say what is in it")
        Object object();

        @Says("List is used without type parameters")
        List raw();

        @Says("has a wildcard")
        List<?> wildcard();

        @Says("has a wildcard")
        List<? extends Number> boundedWildcard();

        @Says("is a type variable")
        <T> List<T> variable();

        @Says("Object does not say what is in it")
        Map<String, Object> objects();

        @Says("Number is abstract")
        Number number();

        @Says("Comparable<java.lang.String> is an interface")
        Comparable<String> comparable();

        @Says("InputStream is abstract")
        InputStream stream();

        @Says("Thread has no form")
        Thread thread();

        @Says("Path is an interface")
        Path path();

        @Says("is a promise")
        Future<String> future();

        @Says("is a promise")
        CompletableFuture<String> completableFuture();

        @Says("is a promise")
        Flow.Publisher<String> publisher();

        @Says("is a promise")
        Stream<String> javaStream();

        @Says("is an interface")
        Callable<String> callable();

        @Says("is an interface")
        Function<String, String> function();

        @Says("is an interface")
        Shape sealed();

        @Says("is an inner class")
        Inner inner();

        @Says("is an exception")
        IllegalStateException exception();

        @Says("cannot be the key")
        Map<Pair<String, String>, String> recordKey();

        @Says("has a wildcard")
        Map<?, String> wildcardKey();

        @Says("is a container that cannot be created again")
        OwnList ownList();

        @Says("its field Deep.inside: its field Deeper.file: Path is an interface")
        Deep deep();

        @Says("would lose [list]")
        FinalField finalField();

        @Says("cannot be created again")
        NoConstructor noConstructor();

        @Says("two fields named 'name'")
        Shadowing shadowing();

        @Says("Object does not say")
        Object[] array();

        @Says("Object does not say")
        Set<Pair<String, Object>> inside();
    }

    record Pair<A, B>(A first, B second) {}

    static class Tree {
        List<Tree> children = new ArrayList<>();
    }

    sealed interface Shape permits Circle {}

    record Circle(int radius) implements Shape {}

    class Inner {}

    static class OwnList extends ArrayList<String> {}

    record Deep(Deeper inside) {}

    record Deeper(Path file) {}

    static class FinalField {
        final List<String> list = new ArrayList<>();
    }

    static class NoConstructor {
        NoConstructor(int other) {}
    }

    static class Base {
        String name;
    }

    static class Shadowing extends Base {
        String name;
    }
}
