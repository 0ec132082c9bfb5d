package io.raftify.replication.bytecode;

/**
 * Something that could make members differ.
 *
 * @param cause of which kind it is
 * @param place the source file and line, for example {@code Inventory.java:42}; the class's name where there is neither
 * @param method the method it is in, for example {@code reserve(String, int)}
 * @param detail the call or field, for example {@code Instant.now()}
 */
public record Finding(Cause cause, String place, String method, String detail) {

    /** The finding as a line for a person, with the remedy. */
    @Override
    public String toString() {
        return place + ", " + method + " " + cause.what() + " (" + detail + "): " + cause.why() + ". " + cause.remedy();
    }
}
