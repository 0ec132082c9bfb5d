package io.raftify.replication;

import static io.raftify.replication.ReplicationTestSupport.context;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Reactor is optional: an application without it has everything else. */
class WithoutReactorTests {

    @Test
    void futuresWorkAndAReactiveTypeIsRefusedWithTheArtifactThatIsMissing() throws Exception {
        URL[] classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("reactor-core"))
                .map(WithoutReactorTests::url)
                .toArray(URL[]::new);
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader withoutReactor = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
            Thread.currentThread().setContextClassLoader(withoutReactor);
            assertThatThrownBy(() -> withoutReactor.loadClass("reactor.core.publisher.Mono"))
                    .isInstanceOf(ClassNotFoundException.class);

            Supplier<?> application = (Supplier<?>) withoutReactor
                    .loadClass(Application.class.getName())
                    .getDeclaredConstructor()
                    .newInstance();

            assertThat(application.get())
                    .asString()
                    .startsWith("7; ")
                    .contains("for which io.projectreactor:reactor-core must be on the class path");
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException impossible) {
            throw new IllegalArgumentException(entry, impossible);
        }
    }

    /** Runs in classes of its own, so that nothing of the test's can be handed over but the text. */
    public static class Application implements Supplier<String> {

        @Override
        public String get() {
            StringBuilder text = new StringBuilder();
            context(Futures.class)
                    .run(context ->
                            text.append(context.getBean(Futures.class).add(7).get(30, TimeUnit.SECONDS)));
            context(Singles.class).run(context -> text.append("; ").append(context.getStartupFailure()));
            return text.toString();
        }
    }

    static class Futures {
        @ReplicatedState
        private int value;

        @ReplicatedCommand("add")
        public CompletableFuture<Integer> add(int amount) {
            value += amount;
            return CompletableFuture.completedFuture(value);
        }
    }

    static class Singles {
        @ReplicatedState
        private int value;

        @ReplicatedCommand("add")
        public io.reactivex.rxjava3.core.Single<Integer> add(int amount) {
            value += amount;
            return io.reactivex.rxjava3.core.Single.just(value);
        }
    }
}
