package io.raftify.chaos.history;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The objects of the workload as sequential specifications. State and results are text, so that they can be compared,
 * kept in a memo and read by people. All are pure functions.
 */
public enum ObjectKind {
    REGISTER("-") {
        @Override
        public Step step(String state, Action action) {
            return switch (action.verb()) {
                case READ, LEASE_READ -> new Step(state, state);
                case WRITE, SLOW_WRITE -> new Step(action.second(), "ok");
                case CAS -> state.equals(action.first()) ? new Step(action.second(), "true") : new Step(state, "false");
                default -> throw unknown(action);
            };
        }
    },
    COUNTER("0") {
        @Override
        public Step step(String state, Action action) {
            return switch (action.verb()) {
                case READ, LEASE_READ -> new Step(state, state);
                case ADD -> {
                    String sum = Long.toString(Long.parseLong(state) + Long.parseLong(action.second()));
                    yield new Step(sum, sum);
                }
                default -> throw unknown(action);
            };
        }
    },
    LIST("") {
        @Override
        public Step step(String state, Action action) {
            return switch (action.verb()) {
                case READ, LEASE_READ -> new Step(state, state);
                case APPEND -> {
                    String longer = state.isEmpty() ? action.second() : state + "," + action.second();
                    // The result tells the length alone, as a list would; reads tell the order.
                    yield new Step(
                            longer,
                            Long.toString(longer.chars().filter(c -> c == ',').count() + 1));
                }
                default -> throw unknown(action);
            };
        }

        /** Lists only grow: each is the beginning of every later one. */
        @Override
        public boolean mayLieOnOneWay(String state, String other) {
            return begins(state, other) || begins(other, state);
        }

        private boolean begins(String list, String longer) {
            return list.isEmpty()
                    || longer.startsWith(list)
                            && (longer.length() == list.length() || longer.charAt(list.length()) == ',');
        }
    },
    MAP("") {
        @Override
        public Step step(String state, Action action) {
            if (action.verb().isRead()) {
                return new Step(state, state);
            }
            Map<String, String> fields = parse(state);
            String before = switch (action.verb()) {
                case PUT -> fields.put(action.first(), action.second());
                case REMOVE -> fields.remove(action.first());
                default -> throw unknown(action);
            };
            return new Step(format(fields), before == null ? "-" : before);
        }

        private Map<String, String> parse(String state) {
            Map<String, String> fields = new TreeMap<>();
            if (!state.isEmpty()) {
                for (String field : state.split(",")) {
                    int at = field.indexOf('=');
                    fields.put(field.substring(0, at), field.substring(at + 1));
                }
            }
            return fields;
        }

        private String format(Map<String, String> fields) {
            return fields.entrySet().stream()
                    .map(field -> field.getKey() + "=" + field.getValue())
                    .collect(Collectors.joining(","));
        }
    };

    /** What an action leaves and what its caller is told. */
    public record Step(String state, String result) {}

    private final String initial;

    ObjectKind(String initial) {
        this.initial = initial;
    }

    public String initial() {
        return initial;
    }

    /** @throws IllegalArgumentException if this kind of object knows no such action */
    public abstract Step step(String state, Action action);

    /** Whether an object that is in one of these states at some time can be in the other one at another time. */
    public boolean mayLieOnOneWay(String state, String other) {
        return true;
    }

    private static IllegalArgumentException unknown(Action action) {
        return new IllegalArgumentException(action + " is not known to a " + action.kind());
    }
}
