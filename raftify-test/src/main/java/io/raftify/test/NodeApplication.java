package io.raftify.test;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.event.ApplicationFailedEvent;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.support.TestPropertySourceUtils;
import org.springframework.util.StringUtils;

/** Starts the application under test once for each node, so that several of them get on in one JVM. */
final class NodeApplication {

    /** Where there is such a bean, Boot does not register the one that would take logging down with its context. */
    private static final String LOGGING_LIFECYCLE = "springBootLoggingLifecycle";

    private final MergedContextConfiguration configuration;
    private final boolean web;

    NodeApplication(MergedContextConfiguration configuration, WebEnvironment webEnvironment) {
        this.configuration = configuration;
        this.web = webEnvironment == WebEnvironment.RANDOM_PORT;
    }

    /** @param prepared runs when what is shared by all applications of this JVM, such as logging, has been set up */
    ConfigurableApplicationContext start(MemberInitializer member, Runnable prepared) {
        SpringApplication application = new SpringApplication(configuration.getClasses());
        application.setMainApplicationClass(configuration.getTestClass());
        if (!web) {
            application.setWebApplicationType(WebApplicationType.NONE);
        }
        application.setBannerMode(Banner.Mode.OFF);
        application.setRegisterShutdownHook(false);
        List<ApplicationListener<?>> listeners = new ArrayList<>();
        for (ApplicationListener<?> listener : application.getListeners()) {
            listeners.add(
                    listener instanceof LoggingApplicationListener logging ? new LoggingThatStays(logging) : listener);
        }
        listeners.add(new TestProperties());
        application.setListeners(listeners);
        application.addInitializers((ApplicationContextInitializer<ConfigurableApplicationContext>) context -> {
            prepared.run();
            context.getBeanFactory().registerSingleton(LOGGING_LIFECYCLE, LOGGING_LIFECYCLE);
            for (ContextCustomizer customizer : configuration.getContextCustomizers()) {
                customizer.customizeContext(context, configuration);
            }
        });
        application.addInitializers(member);
        return application.run();
    }

    /** Before the application's own files are read, since profiles decide which. */
    private final class TestProperties implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

        @Override
        public int getOrder() {
            return Ordered.HIGHEST_PRECEDENCE;
        }

        @Override
        public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
            ConfigurableEnvironment environment = event.getEnvironment();
            TestPropertySourceUtils.addPropertySourcesToEnvironment(
                    environment, new DefaultResourceLoader(), configuration.getPropertySourceDescriptors());
            if (configuration.getActiveProfiles().length > 0) {
                TestPropertySourceUtils.addInlinedPropertiesToEnvironment(
                        environment,
                        "spring.profiles.active="
                                + StringUtils.arrayToCommaDelimitedString(configuration.getActiveProfiles()));
            }
            // Of several applications in one JVM only one can have a port, or a name in the JVM's own registry.
            TestPropertySourceUtils.addInlinedPropertiesToEnvironment(
                    environment,
                    "server.port=0",
                    "spring.grpc.server.port=0",
                    "spring.jmx.unique-names=true",
                    "spring.application.admin.enabled=false");
            TestPropertySourceUtils.addInlinedPropertiesToEnvironment(
                    environment, configuration.getPropertySourceProperties());
        }
    }

    /**
     * Boot sets logging up with the first application, and takes it down with each one that closes, under the feet of the
     * others.
     */
    private record LoggingThatStays(LoggingApplicationListener logging) implements GenericApplicationListener {

        @Override
        public boolean supportsEventType(ResolvableType eventType) {
            return logging.supportsEventType(eventType)
                    && !eventType.isAssignableFrom(ContextClosedEvent.class)
                    && !eventType.isAssignableFrom(ApplicationFailedEvent.class);
        }

        @Override
        public boolean supportsSourceType(@Nullable Class<?> sourceType) {
            return logging.supportsSourceType(sourceType);
        }

        @Override
        public void onApplicationEvent(ApplicationEvent event) {
            logging.onApplicationEvent(event);
        }

        @Override
        public int getOrder() {
            return logging.getOrder();
        }
    }
}
