package io.raftify.benchmarks.process;

import java.util.List;

/** Where the three members are. */
public enum Layout {
    PROCESSES("three processes", List.of(List.of(0), List.of(1), List.of(2)), List.of("-Xms256m", "-Xmx1280m")),
    ONE_PROCESS("one process", List.of(List.of(0, 1, 2)), List.of("-Xms512m", "-Xmx2g"));

    private final String text;
    private final List<List<Integer>> members;
    private final List<String> jvmOptions;

    Layout(String text, List<List<Integer>> members, List<String> jvmOptions) {
        this.text = text;
        this.members = members;
        this.jvmOptions = jvmOptions;
    }

    public String text() {
        return text;
    }

    List<List<Integer>> members() {
        return members;
    }

    List<String> jvmOptions() {
        return jvmOptions;
    }
}
