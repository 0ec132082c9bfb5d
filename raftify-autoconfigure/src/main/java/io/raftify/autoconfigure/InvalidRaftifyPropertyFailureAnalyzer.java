package io.raftify.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells which {@code raftify} property is wrong and what to set it to. */
final class InvalidRaftifyPropertyFailureAnalyzer extends AbstractFailureAnalyzer<InvalidRaftifyPropertyException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidRaftifyPropertyException cause) {
        return new FailureAnalysis(cause.problem(), cause.remedy(), cause);
    }
}
