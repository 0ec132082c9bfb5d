package io.raftify.replication;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the state came to at one index: a hash for each of its parts. Equal states have equal digests, on every member, in
 * every Java version, and whatever order their hash containers iterate in.
 *
 * @param parts in the order of beans and fields
 */
record StateDigest(List<Part> parts) {

    /**
     * One field, what a bean wrote itself, or a part of the library.
     *
     * @param bean the bean's name; empty for the library
     * @param field the field; empty for what the bean wrote itself; the part for the library
     * @param hash 128 bits in hexadecimal
     */
    record Part(String bean, String field, String hash) {

        /** As a person calls it. */
        String name() {
            if (bean.isEmpty()) {
                return "the library's " + field;
            }
            return field.isEmpty() ? "the streamed state of bean '" + bean + "'" : "field '" + field + "' of bean '" + bean + "'";
        }
    }

    StateDigest {
        parts = List.copyOf(parts);
    }

    /** One hash for all parts: 128 bits in hexadecimal. */
    String combined() {
        HashedOutput all = new HashedOutput();
        for (Part part : parts) {
            for (String text : List.of(part.bean, part.field, part.hash)) {
                all.write((text + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        return all.hash();
    }

    /** The names of the parts that differ between this digest and the other, or that only one of them has. */
    List<String> differences(StateDigest other) {
        Map<String, String> here = byName();
        Map<String, String> there = other.byName();
        Set<String> names = new LinkedHashSet<>(here.keySet());
        names.addAll(there.keySet());
        List<String> different = new ArrayList<>();
        for (String name : names) {
            String hash = here.get(name);
            if (hash == null || !hash.equals(there.get(name))) {
                different.add(name);
            }
        }
        return different;
    }

    private Map<String, String> byName() {
        Map<String, String> byName = new LinkedHashMap<>();
        parts.forEach(part -> byName.put(part.name(), part.hash()));
        return byName;
    }
}
