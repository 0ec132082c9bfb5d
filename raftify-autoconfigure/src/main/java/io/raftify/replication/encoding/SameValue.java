package io.raftify.replication.encoding;

import java.util.LinkedHashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Whether a value that one type wrote has come whole into another type, by what that one writes of it. */
public final class SameValue {

    private SameValue() {}

    /**
     * Numbers count by their value. In an object, what the reader's type does not know is passed over, and what it did not
     * find may be null; but not both in the same one, which would be a field that was renamed.
     *
     * @param came what was written
     * @param read what the reader's type writes of what it read
     */
    public static boolean holds(JsonNode came, JsonNode read) {
        if (came.isObject() && read.isObject()) {
            return holdsFields(came, read);
        }
        if (came.isArray() && read.isArray()) {
            for (int i = 0; i < came.size() && came.size() == read.size(); i++) {
                if (!holds(came.get(i), read.get(i))) {
                    return false;
                }
            }
            return came.size() == read.size();
        }
        return came.equals(read)
                || isFinite(came) && isFinite(read) && came.decimalValue().compareTo(read.decimalValue()) == 0;
    }

    private static boolean holdsFields(JsonNode came, JsonNode read) {
        boolean missing = false;
        for (String name : read.propertyNames()) {
            JsonNode there = came.get(name);
            if (there == null) {
                missing = true;
                if (!read.get(name).isNull()) {
                    return false;
                }
            } else if (!holds(there, read.get(name))) {
                return false;
            }
        }
        Set<String> more = new LinkedHashSet<>(came.propertyNames());
        more.removeAll(read.propertyNames());
        return !missing || more.stream().allMatch(name -> came.get(name).isNull());
    }

    private static boolean isFinite(JsonNode number) {
        return number.isNumber() && (!(number.isFloat() || number.isDouble()) || Double.isFinite(number.doubleValue()));
    }
}
