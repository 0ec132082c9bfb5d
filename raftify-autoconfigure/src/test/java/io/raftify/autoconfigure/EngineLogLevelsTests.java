package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

class EngineLogLevelsTests {

    private static final String ENGINE = "logging.level.com.alipay.sofa.jraft";
    private static final String REPLICATOR = ENGINE + ".core.Replicator";

    private static String level(String property, Map<String, Object> settings) {
        SpringApplication application = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .properties(settings)
                .build();
        try (ConfigurableApplicationContext context = application.run()) {
            Environment environment = context.getEnvironment();
            return environment.getProperty(property, "not set");
        }
    }

    @Test
    void the_engine_is_quiet_by_default() {
        assertThat(level(ENGINE, Map.of())).isEqualTo("error");
        assertThat(level(REPLICATOR, Map.of())).isEqualTo("off");
    }

    @Test
    void a_level_that_the_application_sets_takes_the_place_of_all_defaults() {
        assertThat(level(ENGINE, Map.of(ENGINE, "info"))).isEqualTo("info");
        assertThat(level(REPLICATOR, Map.of(ENGINE, "info"))).isEqualTo("not set");
    }

    static class Application {}
}
