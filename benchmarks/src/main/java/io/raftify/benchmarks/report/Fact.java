package io.raftify.benchmarks.report;

/**
 * A figure that is measured once, or by other means than load.
 *
 * @param figure with its unit
 */
public record Fact(String group, String what, String figure) {}
