package io.raftify.chaos.process;

import io.raftify.chaos.history.Action;
import io.raftify.chaos.history.Fate;
import io.raftify.chaos.round.Subject;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** What goes over the socket between rig and member: one JSON object on each line, answers in any order. */
final class Wire {

    static final JsonMapper JSON = new JsonMapper();

    private Wire() {}

    enum Kind {
        CALL,
        RESET,
        LOOK,
        DIGESTS,
        APPLIED,
        GAUGES
    }

    /**
     * @param id of the command
     * @param deadlineMillis of a call or a reset
     */
    record Request(
            long number, Kind kind, long id, @Nullable Action action, long deadlineMillis) {}

    /**
     * @param led the terms this process has led so far
     * @param offence the member broke its word on how calls end
     */
    record Answer(
            long number,
            @Nullable Fate fate,
            @Nullable String result,
            @Nullable String reason,
            Subject.@Nullable Sight sight,
            @Nullable Set<Long> led,
            @Nullable Map<Long, Long> digests,
            Subject.@Nullable Applied applied,
            @Nullable Gauges gauges,
            @Nullable String offence) {

        static Answer empty(long number) {
            return new Answer(number, null, null, null, null, null, null, null, null, null);
        }
    }

    /** What must not grow. */
    record Gauges(int threads, long files, long heapAfterCollection) {}
}
