package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalysisReporter;

/** Starts an application that must fail, and keeps what it tells its user. Registered in {@code spring.factories}. */
public final class FailedStart implements FailureAnalysisReporter {

    private static final AtomicReference<FailureAnalysis> LAST = new AtomicReference<>();

    @Override
    public void report(FailureAnalysis analysis) {
        LAST.set(analysis);
    }

    static FailureAnalysis of(Class<?> application, String... properties) {
        LAST.set(null);
        List<String> all = new ArrayList<>(List.of(properties));
        assertThatException()
                .isThrownBy(() -> new SpringApplicationBuilder(application)
                        .web(WebApplicationType.NONE)
                        .registerShutdownHook(false)
                        .properties(all.toArray(String[]::new))
                        .run()
                        .close());
        assertThat(LAST.get()).as("an analysis, not a stack trace").isNotNull();
        return LAST.get();
    }
}
