package io.raftify.replication.state;

/** The state of a bean, as its class declares it or as the application starts with it, cannot be replicated. */
public final class UnfitStateException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    UnfitStateException(String problem, String remedy) {
        super(problem);
        this.remedy = remedy;
    }

    /** What is wrong, as a sentence that names the field. */
    public String problem() {
        return String.valueOf(getMessage());
    }

    /** What to do about it, as a sentence. */
    public String remedy() {
        return remedy;
    }
}
