package io.raftify.test;

import io.raftify.transport.inprocess.InProcessNetwork;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContextAnnotationUtils;

/** Puts the member of {@link AutoConfigureTestMember} into a context. */
final class TestMemberContextCustomizerFactory implements ContextCustomizerFactory {

    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> configAttributes) {
        return TestContextAnnotationUtils.hasAnnotation(testClass, AutoConfigureTestMember.class)
                ? new TestMemberContextCustomizer()
                : null;
    }

    /** All are equal, so that test classes of one configuration share a context. */
    private record TestMemberContextCustomizer() implements ContextCustomizer {

        private static final String NODE_ID = "n1";

        @Override
        public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration mergedConfig) {
            if (!(context instanceof GenericApplicationContext generic)) {
                throw new IllegalStateException(
                        "@AutoConfigureTestMember needs a GenericApplicationContext, not " + context.getClass());
            }
            new MemberInitializer(
                            NODE_ID,
                            Map.of(NODE_ID, MemberInitializer.address(1)),
                            null,
                            new InProcessNetwork(),
                            member -> {})
                    .initialize(generic);
        }
    }
}
