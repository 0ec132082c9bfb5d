package io.raftify.test;

import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.SpringBootTestContextBootstrapper;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.cache.DefaultCacheAwareContextLoaderDelegate;
import org.springframework.test.context.support.DefaultBootstrapContext;

/** Finds out what the contexts of a test class are made of, by the rules of {@code @SpringBootTest}. Loads none. */
final class ClusterBootstrapper extends SpringBootTestContextBootstrapper {

    private final RaftClusterTest annotation;

    private ClusterBootstrapper(RaftClusterTest annotation) {
        this.annotation = annotation;
    }

    static MergedContextConfiguration configurationOf(Class<?> testClass, RaftClusterTest annotation) {
        ClusterBootstrapper bootstrapper = new ClusterBootstrapper(annotation);
        bootstrapper.setBootstrapContext(
                new DefaultBootstrapContext(testClass, new DefaultCacheAwareContextLoaderDelegate()));
        return bootstrapper.buildMergedContextConfiguration();
    }

    @Override
    protected WebEnvironment getWebEnvironment(Class<?> testClass) {
        return annotation.webEnvironment();
    }

    @Override
    protected Class<?>[] getClasses(Class<?> testClass) {
        return annotation.classes();
    }

    @Override
    protected String[] getProperties(Class<?> testClass) {
        return annotation.properties();
    }
}
