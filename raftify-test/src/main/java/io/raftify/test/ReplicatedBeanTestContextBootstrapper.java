package io.raftify.test;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.test.autoconfigure.TestSliceTestContextBootstrapper;
import org.springframework.test.context.TestContextAnnotationUtils;

/** Named beans are the whole configuration; without them the application is searched for. */
final class ReplicatedBeanTestContextBootstrapper extends TestSliceTestContextBootstrapper<ReplicatedBeanTest> {

    @Override
    protected Class<?> @Nullable [] getClasses(Class<?> testClass) {
        ReplicatedBeanTest annotation =
                TestContextAnnotationUtils.findMergedAnnotation(testClass, ReplicatedBeanTest.class);
        return annotation == null ? null : annotation.beans();
    }
}
