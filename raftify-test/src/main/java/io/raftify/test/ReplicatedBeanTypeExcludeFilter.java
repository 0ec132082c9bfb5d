package io.raftify.test;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import java.io.IOException;
import java.util.Set;
import org.springframework.boot.test.context.filter.annotation.StandardAnnotationCustomizableTypeExcludeFilter;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/** Of the application's components, leaves those that have a command or a query, also an inherited one. */
final class ReplicatedBeanTypeExcludeFilter
        extends StandardAnnotationCustomizableTypeExcludeFilter<ReplicatedBeanTest> {

    private final ClassLoader classLoader;

    ReplicatedBeanTypeExcludeFilter(Class<?> testClass) {
        super(testClass);
        this.classLoader = testClass.getClassLoader();
    }

    @Override
    protected boolean defaultInclude(MetadataReader reader, MetadataReaderFactory factory) throws IOException {
        return super.defaultInclude(reader, factory) || isReplicated(reader);
    }

    private boolean isReplicated(MetadataReader reader) {
        String name = reader.getClassMetadata().getClassName();
        try {
            Class<?> type = ClassUtils.forName(name, classLoader);
            for (var method : ReflectionUtils.getUniqueDeclaredMethods(type)) {
                if (AnnotatedElementUtils.hasAnnotation(method, ReplicatedCommand.class)
                        || AnnotatedElementUtils.hasAnnotation(method, ReplicatedQuery.class)) {
                    return true;
                }
            }
            return false;
        } catch (ClassNotFoundException | NoClassDefFoundError notLoadable) {
            // Nobody could make a bean of it either.
            return false;
        }
    }

    @Override
    protected Set<Class<?>> getComponentIncludes() {
        return Set.of();
    }
}
