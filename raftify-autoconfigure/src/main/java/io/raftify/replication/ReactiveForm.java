package io.raftify.replication;

import java.lang.reflect.Type;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;
import reactor.core.publisher.Mono;

/** A reactive type of one value or none. The only class that needs Reactor, and loaded only where it is. */
record ReactiveForm(String what, Type valueType, ReactiveAdapter adapter) implements ResultForm {

    @Override
    public boolean isPromise() {
        return true;
    }

    /** Subscribes, so that what the method put off is done now, on this thread; the method's own work begins there. */
    @Override
    public @Nullable Object settle(@Nullable Object returned) throws Throwable {
        if (returned == null) {
            throw ResultForm.nothing(what);
        }
        CompletableFuture<?> value = Mono.from(adapter.toPublisher(returned)).toFuture();
        if (!value.isDone()) {
            value.cancel(true);
            return ResultForm.valueOf(what, new CompletableFuture<>());
        }
        return ResultForm.valueOf(what, value);
    }

    /** A subscriber that goes away does not take the call back, so the member's future is not cancelled with it. */
    @Override
    public Object promise(Supplier<CompletableFuture<@Nullable Object>> call) {
        return adapter.fromPublisher(Mono.fromFuture(call, true));
    }
}
