package io.raftify.replication.state;

import io.raftify.replication.encoding.CborFormat;
import io.raftify.replication.encoding.ContainerKind;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Holds the state fields of one bean against what can be written, restored in place and put back. */
final class StateCheck {

    private final CborFormat format;

    StateCheck(CborFormat format) {
        this.format = format;
    }

    /** @throws UnfitStateException if one of them cannot be */
    List<StateField> check(List<Field> fields, Object target) {
        List<StateField> state = new ArrayList<>();
        for (Field field : fields) {
            state.add(check(field, target, state));
        }
        checkFormerNames(state);
        return state;
    }

    private StateField check(Field field, Object target, List<StateField> before) {
        String what = "The field '" + field.getName() + "', marked @ReplicatedState,";
        if (Modifier.isStatic(field.getModifiers())) {
            throw refused(what + " is static.", "Make it a field of the bean.");
        }
        StateField state = new StateField(target, field);
        if (before.stream().anyMatch(other -> other.name().equals(state.name()))) {
            throw refused(what + " has the name of another one the class inherits.", "Rename one of them.");
        }
        if (state.isMap() || state.isCollection()) {
            checkContainer(what, state);
        } else if (state.holder() != null) {
            checkHolder(what, state);
        } else {
            checkValue(what, state);
        }
        return state;
    }

    private void checkContainer(String what, StateField state) {
        if (state.isMap()) {
            encodable(what + " has keys that", format.problemWith(state.keyType()));
        }
        encodable(
                what + " has " + (state.isMap() ? "values" : "elements") + " that",
                format.problemWith(state.elementType()));
        Object first = state.get();
        if (first != null && ContainerKind.isLeftToChance(first.getClass())) {
            throw refused(
                    what + " holds a " + first.getClass().getName()
                            + ", which loses its elements, or tells them apart, by what differs between members.",
                    "Let it hold a HashMap or another one that goes by equals.");
        }
        if (first instanceof LinkedHashMap<?, ?> map && isInOrderOfAccess(map)) {
            throw refused(
                    what + " holds a " + LinkedHashMap.class.getName()
                            + " in the order of access, which queries change, each on its own member.",
                    "Let it hold one in the order of insertion, such as new LinkedHashMap<>(); where a command is to move"
                            + " a key to the end, let it take a key out and put it in again.");
        }
        if (state.first() != null) {
            return;
        }
        if (state.isFinal()) {
            throw refused(
                    what + " is final and holds "
                            + (first == null ? "nothing" : "a container that cannot be changed")
                            + ", so it could not be restored.",
                    "Let it hold a mutable one, such as new HashMap<>(), or make the field not final.");
        }
        try {
            state.newContainer();
        } catch (IllegalArgumentException notCreatable) {
            throw refused(
                    what + " holds no mutable container, and none of its declared type can be created.",
                    "Let it hold a mutable one from the start, such as new HashMap<>().");
        }
    }

    /** Does not show but in what it does. Tried on a copy, which has the order of what it is copied from. */
    @SuppressWarnings("unchecked")
    private static boolean isInOrderOfAccess(LinkedHashMap<?, ?> map) {
        Object first = new Object();
        try {
            Map<Object, Object> copy = (Map<Object, Object>) map.clone();
            copy.clear();
            copy.put(first, first);
            copy.put(new Object(), first);
            copy.get(first);
            return copy.size() == 2 && copy.keySet().iterator().next() != first;
        } catch (RuntimeException ofItsOwn) {
            // A class of the application's that does not take these keys; it may know what it does.
            return false;
        }
    }

    private void checkHolder(String what, StateField state) {
        encodable(what + " holds a value that", format.problemWith(state.valueType()));
        if (state.isFinal() && state.get() == null) {
            throw refused(
                    what + " is final and holds nothing, so it could not be restored.",
                    "Let it hold a new " + state.type().toClass().getSimpleName() + "().");
        }
    }

    private void checkValue(String what, StateField state) {
        if (state.isFinal()) {
            throw refused(
                    what + " is final and neither a collection nor a map nor an atomic holder, so it could not be"
                            + " restored.",
                    "Make the field not final.");
        }
        if (state.type().toClass().getName().startsWith("java.util.concurrent.atomic.")) {
            throw refused(
                    what + " is a " + state.type().toClass().getSimpleName() + ", which has no form in a snapshot.",
                    "Use AtomicLong, AtomicInteger, AtomicBoolean, AtomicReference or LongAdder, or a list.");
        }
        encodable(what, format.problemWith(state.type()));
    }

    private void encodable(String what, Optional<String> problem) {
        if (problem.isPresent()) {
            throw refused(what + " cannot be encoded: " + problem.get() + ".", "Change the type of the field.");
        }
    }

    private void checkFormerNames(List<StateField> state) {
        Set<String> present = new HashSet<>();
        state.forEach(field -> present.add(field.name()));
        Map<String, StateField> taken = new HashMap<>();
        for (StateField field : state) {
            for (String former : field.formerly()) {
                String what = "The field '" + field.name() + "' says that it was formerly called '" + former + "', ";
                if (former.isBlank()) {
                    throw refused(what + "which is no name.", "Name the field's former name, or leave 'formerly' out.");
                }
                if (present.contains(former)) {
                    throw refused(
                            what + "but the bean has "
                                    + (former.equals(field.name()) ? "it by that name" : "a field of that name")
                                    + " now, and what a snapshot has of it could belong to either.",
                            "Remove the name from 'formerly'.");
                }
                StateField other = taken.put(former, field);
                if (other != null) {
                    throw refused(
                            what + (other == field ? "twice." : "and so does the field '" + other.name() + "'."),
                            "Name it once.");
                }
            }
        }
    }

    private static UnfitStateException refused(String problem, String remedy) {
        return new UnfitStateException(problem, remedy);
    }
}
