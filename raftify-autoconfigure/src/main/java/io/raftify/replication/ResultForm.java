package io.raftify.replication;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/** In which form a method hands over its result: the value itself, or a promise of it. */
sealed interface ResultForm permits ResultForm.Plain, ResultForm.Promised, ReactiveForm {

    /**
     * What is promised, and what is written: {@code void.class} if there is no value. With the bean class's type variables
     * resolved.
     */
    Type valueType();

    /** Whether a caller gets its result in hand at once, and the value in it later. */
    boolean isPromise();

    /**
     * Takes the value out of what the method returned, and throws the exception a promise failed with. Never waits: a
     * command's method must be done when it returns, since what comes later does not come from the log.
     *
     * @throws IllegalStateException if the value is not there yet
     */
    @Nullable Object settle(@Nullable Object returned) throws Throwable;

    /**
     * What a caller gets in hand. A future makes the call now, a cold reactive type at every subscription.
     *
     * @param call must not throw
     */
    Object promise(Supplier<CompletableFuture<@Nullable Object>> call);

    /** The form of a method's result. */
    static ResultForm of(Method method, Class<?> beanClass) {
        Type declared = ReplicatedMethod.resolve(method.getGenericReturnType(), beanClass);
        ResolvableType type = ResolvableType.forType(declared);
        Class<?> raw = type.toClass();
        String what = beanClass.getSimpleName() + "." + ReplicatedBeanException.describe(method);
        if (problemWith(type).isPresent()) {
            // Refused when the bean is checked; until then nothing is known of what is in it.
            return new Plain(declared);
        }
        if (raw == CompletableFuture.class || raw == CompletionStage.class) {
            return new Promised(what, withoutVoid(type.getGeneric(0)));
        }
        ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(raw);
        if (adapter != null) {
            return new ReactiveForm(what, adapter.isNoValue() ? void.class : withoutVoid(type.getGeneric(0)), adapter);
        }
        return new Plain(declared);
    }

    private static Type withoutVoid(ResolvableType value) {
        return value.getType() == Void.class ? void.class : value.getType();
    }

    /** Whether a method that returns this hands over a promise. */
    static boolean isPromise(Class<?> returned) {
        return CompletionStage.class.isAssignableFrom(returned)
                || ReactiveAdapterRegistry.getSharedInstance().getAdapter(returned) != null;
    }

    /** What keeps a result from reaching its caller in this form, as a clause that names it; empty if nothing. */
    static Optional<String> problemWith(ResolvableType type) {
        Class<?> raw = type.toClass();
        if (raw == CompletableFuture.class || raw == CompletionStage.class) {
            return Optional.empty();
        }
        if (BaseStream.class.isAssignableFrom(raw)) {
            return Optional.of(type + " is read after the method has returned, beside commands that change what it"
                    + " reads; return a collection");
        }
        if (Future.class.isAssignableFrom(raw) || CompletionStage.class.isAssignableFrom(raw)) {
            return Optional.of(type + " is a promise of a kind that cannot be handed out; return a CompletableFuture");
        }
        ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(raw);
        if (adapter == null) {
            return isPublisher(raw)
                    ? Optional.of(
                            type + " is a reactive type that Spring's ReactiveAdapterRegistry does not know, or not"
                                    + " without io.projectreactor:reactor-core on the class path; return a Mono or a"
                                    + " CompletableFuture")
                    : Optional.empty();
        }
        if (adapter.isMultiValue()) {
            return Optional.of(
                    type + " is a stream of values, while a call has one outcome; return one value, such as a"
                            + " Mono of a list");
        }
        if (adapter.getReactiveType() != raw) {
            return Optional.of(type + " is a promise of a kind that cannot be handed out; return a "
                    + adapter.getReactiveType().getSimpleName());
        }
        if (!ClassUtils.isPresent("reactor.core.publisher.Mono", ResultForm.class.getClassLoader())) {
            return Optional.of(
                    type + " is a reactive type, for which io.projectreactor:reactor-core must be on the class"
                            + " path; add it, or return a CompletableFuture");
        }
        return Optional.empty();
    }

    private static boolean isPublisher(Class<?> raw) {
        return Flow.Publisher.class.isAssignableFrom(raw)
                || Declarations.levels(raw).stream()
                        .anyMatch(each -> each.getName().equals("org.reactivestreams.Publisher"));
    }

    /** The value of a promise that must have been kept. */
    static @Nullable Object valueOf(String what, CompletableFuture<?> promise) throws Throwable {
        if (!promise.isDone()) {
            throw new IllegalStateException(
                    what + " returned a promise that was not kept yet. A command or query is done"
                            + " when it returns: what it waits for does not come from the log, and would come to each member at"
                            + " another time. Do in the method only what needs no waiting, and return what is there, for example"
                            + " CompletableFuture.completedFuture(value) or Mono.just(value); wait for others before the call"
                            + " or after it.");
        }
        try {
            return promise.join();
        } catch (CompletionException failed) {
            throw failed.getCause() != null ? failed.getCause() : failed;
        } catch (CancellationException cancelled) {
            throw cancelled;
        }
    }

    static IllegalStateException nothing(String what) {
        return new IllegalStateException(what + " returned null instead of a promise. Return a promise of null, for"
                + " example CompletableFuture.completedFuture(null) or Mono.empty().");
    }

    /** The value itself; its caller waits for it. */
    record Plain(Type valueType) implements ResultForm {

        @Override
        public boolean isPromise() {
            return false;
        }

        @Override
        public @Nullable Object settle(@Nullable Object returned) {
            return returned;
        }

        @Override
        public Object promise(Supplier<CompletableFuture<@Nullable Object>> call) {
            throw new IllegalStateException("not a promise");
        }
    }

    /** A future, which serves as a {@link CompletionStage} too. */
    record Promised(String what, Type valueType) implements ResultForm {

        @Override
        public boolean isPromise() {
            return true;
        }

        @Override
        public @Nullable Object settle(@Nullable Object returned) throws Throwable {
            if (returned == null) {
                throw nothing(what);
            }
            return valueOf(what, ((CompletionStage<?>) returned).toCompletableFuture());
        }

        @Override
        public Object promise(Supplier<CompletableFuture<@Nullable Object>> call) {
            return call.get();
        }
    }
}
