package io.raftify.autoconfigure;

/** A {@code raftify} property is missing or wrong. */
final class InvalidRaftifyPropertyException extends RuntimeException {

    private final String problem;
    private final String remedy;

    /** @param problem names the property and its value; @param remedy says what to set */
    InvalidRaftifyPropertyException(String problem, String remedy, Throwable cause) {
        super(problem, cause);
        this.problem = problem;
        this.remedy = remedy;
    }

    InvalidRaftifyPropertyException(String problem, String remedy) {
        super(problem);
        this.problem = problem;
        this.remedy = remedy;
    }

    String problem() {
        return problem;
    }

    String remedy() {
        return remedy;
    }
}
