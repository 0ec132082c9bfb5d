package io.raftify.storage;

/**
 * Why a store does not take part any more.
 *
 * @param message what was found and what may be done, in one sentence or two, for an operator
 * @param cause what the operation met
 */
public record StorageFailure(String message, Throwable cause) {}
