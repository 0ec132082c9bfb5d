package io.raftify.replication;

/**
 * What becomes of the findings of the look through the bytecode of replicated beans, made when the application starts: of
 * commands that would do different things on different members, and of state that is touched outside commands. Commands
 * that are called past their proxy are refused whatever is chosen here.
 */
public enum DeterminismCheck {
    /** Nothing is looked for. */
    OFF,
    /** Each finding is a warning in the log. */
    WARN,
    /** The application does not start while there are findings. */
    FAIL
}
