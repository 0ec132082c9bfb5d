package io.raftify.chaos.history;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/** The calls of one round. Any thread may add; reading is for after the round. */
public final class History {

    private static final JsonMapper JSON = new JsonMapper();

    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

    public void add(Call call) {
        calls.add(call);
    }

    /** In the order of their beginnings. */
    public List<Call> calls() {
        return calls.stream().sorted(Comparator.comparingLong(Call::invoked)).toList();
    }

    public Map<String, List<Call>> byKey() {
        return calls().stream()
                .collect(Collectors.groupingBy(call -> call.action().key(), TreeMap::new, Collectors.toList()));
    }

    public long count(Fate fate) {
        return calls.stream().filter(call -> call.fate() == fate).count();
    }

    /** One JSON object for each call, one call on each line, for checkers of others. */
    public void write(Path file) throws IOException {
        try (Writer out = Files.newBufferedWriter(file)) {
            for (Call call : calls()) {
                out.write(JSON.writeValueAsString(call));
                out.write('\n');
            }
        }
    }

    /** Reads what {@link #write} wrote. */
    public static History read(Path file) throws IOException {
        History history = new History();
        try (Stream<String> lines = Files.lines(file)) {
            lines.map(line -> JSON.readValue(line, Call.class)).forEach(history::add);
        }
        return history;
    }
}
