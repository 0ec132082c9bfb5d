package io.raftify.autoconfigure;

import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Sets default log levels for the consensus engine: what it has to say to an operator is said once by raftify's own
 * classes. Any {@code logging.level.com.alipay.sofa.jraft} of the application takes the place of all of them.
 */
final class EngineLogLevels implements EnvironmentPostProcessor {

    private static final String ENGINE = "logging.level.com.alipay.sofa.jraft";

    /**
     * ERROR for the engine as a whole. These three repeat, with every attempt and at ERROR, that a peer cannot be
     * reached; the transport says it once, with the reason.
     */
    private static final Map<String, Object> DEFAULTS = Map.of(
            ENGINE,
            "error",
            ENGINE + ".core.Replicator",
            "off",
            ENGINE + ".core.ReplicatorGroupImpl",
            "off",
            ENGINE + ".rpc.impl.AbstractClientService",
            "off");

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        ConfigurationPropertyName engine = ConfigurationPropertyName.of(ENGINE);
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source.getConfigurationProperty(engine) != null
                    || source.containsDescendantOf(engine) == ConfigurationPropertyState.PRESENT) {
                return;
            }
        }
        environment.getPropertySources().addLast(new MapPropertySource("raftifyEngineLogLevels", DEFAULTS));
    }
}
