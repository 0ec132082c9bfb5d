package io.raftify.replication;

import java.time.Duration;

/**
 * The command that a member is applying.
 *
 * @param command its name
 * @param index of its entry in the log
 * @param duration since it began
 */
public record CommandInProgress(String command, long index, Duration duration) {}
