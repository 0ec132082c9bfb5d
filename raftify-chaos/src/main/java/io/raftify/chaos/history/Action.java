package io.raftify.chaos.history;

/**
 * One thing to do to one object. No part contains a blank.
 *
 * @param key the object
 * @param first expected value of a compare-and-set, field of a map; "-" if there is none
 * @param second the new value; "-" if there is none
 */
public record Action(ObjectKind kind, String key, Verb verb, String first, String second) {

    public static final String NONE = "-";

    public static Action read(ObjectKind kind, String key) {
        return new Action(kind, key, Verb.READ, NONE, NONE);
    }

    public static Action leaseRead(ObjectKind kind, String key) {
        return new Action(kind, key, Verb.LEASE_READ, NONE, NONE);
    }

    @Override
    public String toString() {
        return kind + " " + key + " " + verb + " " + first + " " + second;
    }

    /** @throws IllegalArgumentException if this is no action's {@link #toString()} */
    public static Action parse(String text) {
        String[] parts = text.split(" ");
        if (parts.length != 5) {
            throw new IllegalArgumentException("no action: " + text);
        }
        return new Action(ObjectKind.valueOf(parts[0]), parts[1], Verb.valueOf(parts[2]), parts[3], parts[4]);
    }
}
