package io.raftify.test;

import io.raftify.node.StorageType;
import io.raftify.test.RaftClusterTest.FreshFor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestInstancePostProcessor;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.FileSystemUtils;
import org.springframework.util.ReflectionUtils;

/** Starts a cluster for a {@link RaftClusterTest}, hands it out, and ends it. */
final class RaftClusterExtension
        implements BeforeAllCallback, BeforeEachCallback, TestInstancePostProcessor, ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(RaftClusterExtension.class);
    private static final int MOST_NODES = 9;

    @Override
    public void beforeAll(ExtensionContext context) {
        if (freshFor(context) == FreshFor.CLASS) {
            inject(context.getRequiredTestClass(), null, cluster(context));
        }
    }

    @Override
    public void postProcessTestInstance(Object testInstance, ExtensionContext context) {
        if (freshFor(context) == FreshFor.CLASS) {
            inject(testInstance.getClass(), testInstance, cluster(context));
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        RaftCluster cluster = cluster(context);
        if (freshFor(context) == FreshFor.EACH_METHOD) {
            for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
                inject(instance.getClass(), instance, cluster);
            }
        }
        cluster.restore();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        if (parameter.getParameter().getType() != RaftCluster.class) {
            return false;
        }
        if (freshFor(context) == FreshFor.EACH_METHOD && context.getTestMethod().isEmpty()) {
            throw new ExtensionConfigurationException("There is no RaftCluster for "
                    + parameter.getDeclaringExecutable()
                    + ": with freshFor = EACH_METHOD it begins with each method. Ask for it in the method.");
        }
        return true;
    }

    @Override
    public RaftCluster resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return cluster(context);
    }

    private static void inject(Class<?> type, @Nullable Object instance, RaftCluster cluster) {
        Predicate<Field> wanted = field ->
                field.getType() == RaftCluster.class && Modifier.isStatic(field.getModifiers()) == (instance == null);
        ReflectionUtils.doWithFields(
                type,
                field -> {
                    ReflectionUtils.makeAccessible(field);
                    field.set(instance, cluster);
                },
                wanted::test);
    }

    private static FreshFor freshFor(ExtensionContext context) {
        return declared(context).annotation.freshFor();
    }

    /** The annotation, and the class that it is for: nested classes share what belongs to the one around them. */
    private static Declared declared(ExtensionContext context) {
        Class<?> testClass = context.getRequiredTestClass();
        while (testClass != null) {
            RaftClusterTest annotation = AnnotatedElementUtils.findMergedAnnotation(testClass, RaftClusterTest.class);
            if (annotation != null) {
                return new Declared(testClass, annotation);
            }
            testClass = testClass.getEnclosingClass();
        }
        throw new ExtensionConfigurationException(
                context.getRequiredTestClass().getName() + " is not annotated with @RaftClusterTest.");
    }

    private record Declared(Class<?> testClass, RaftClusterTest annotation) {}

    private static RaftCluster cluster(ExtensionContext context) {
        Declared declared = declared(context);
        ExtensionContext scope = context;
        if (declared.annotation.freshFor() == FreshFor.CLASS) {
            while (scope.getTestMethod().isPresent() || scope.getRequiredTestClass() != declared.testClass) {
                scope = scope.getParent().orElseThrow();
            }
        }
        return scope.getStore(NAMESPACE)
                .computeIfAbsent(declared.testClass, key -> StartedCluster.of(declared), StartedCluster.class)
                .cluster;
    }

    /**
     * Refuses what makes no cluster.
     *
     * @return the timeout
     */
    static Duration check(RaftClusterTest annotation, Class<?> testClass) {
        String where = "@RaftClusterTest on " + testClass.getName() + ": ";
        if (annotation.nodes() < 1 || annotation.nodes() > MOST_NODES) {
            throw new ExtensionConfigurationException(
                    where + "nodes must be between 1 and " + MOST_NODES + ", but is " + annotation.nodes() + ".");
        }
        if (annotation.webEnvironment() != WebEnvironment.NONE
                && annotation.webEnvironment() != WebEnvironment.RANDOM_PORT) {
            throw new ExtensionConfigurationException(where + "webEnvironment must be NONE or RANDOM_PORT, but is "
                    + annotation.webEnvironment() + "; several applications cannot share one port.");
        }
        try {
            return DurationStyle.detectAndParse(annotation.timeout());
        } catch (IllegalArgumentException noDuration) {
            throw new ExtensionConfigurationException(
                    where + "timeout must be a duration such as 30s, but is '" + annotation.timeout() + "'.",
                    noDuration);
        }
    }

    /** Ends with the scope in whose store it is kept. */
    private record StartedCluster(
            RaftCluster cluster, @Nullable Path directory) implements AutoCloseable {

        static StartedCluster of(Declared declared) {
            RaftClusterTest annotation = declared.annotation;
            Duration timeout = check(annotation, declared.testClass);
            NodeApplication application = new NodeApplication(
                    ClusterBootstrapper.configurationOf(declared.testClass, annotation), annotation.webEnvironment());
            Path directory = annotation.storage() == StorageType.MEMORY ? null : temporaryDirectory();
            StartedCluster started =
                    new StartedCluster(new RaftCluster(application, annotation.nodes(), directory, timeout), directory);
            try {
                started.cluster.startAll();
                return started;
            } catch (RuntimeException | Error notStarted) {
                started.removeDirectory();
                throw notStarted;
            }
        }

        private static Path temporaryDirectory() {
            try {
                return Files.createTempDirectory("raftify-cluster-");
            } catch (IOException notMade) {
                throw new UncheckedIOException("There is no room for the cluster's data", notMade);
            }
        }

        private void removeDirectory() {
            if (directory != null) {
                try {
                    FileSystemUtils.deleteRecursively(directory);
                } catch (IOException left) {
                    throw new UncheckedIOException(
                            "The cluster's data in " + directory + " could not be removed", left);
                }
            }
        }

        @Override
        public void close() {
            try {
                cluster.close();
            } finally {
                removeDirectory();
            }
        }
    }
}
