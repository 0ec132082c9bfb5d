package io.raftify.replication.state;

import io.raftify.replication.state.ImageFormat.Entry;
import io.raftify.replication.state.ImageFormat.SectionType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of each section of an image, and of everything that has none in it.
 *
 * <p>A field takes the section of its own name, else that of the first of its former names that is there, else one that a
 * later build renamed and that was formerly called like it: on the way back nothing is lost either. A field, a
 * streamed state or a whole bean that is not in the image gets the value it had when the application started: it came
 * with a newer version. A section without a field is passed over with a line in the log: the field went with an older
 * version. So is a whole bean: none of its commands was ever applied, or the admissions in the image would have
 * been refused here. A part of the library that is only in the image is refused, since the entries that follow need it.
 */
final class ImagePlan {

    private static final Logger log = LoggerFactory.getLogger(ImagePlan.class);

    /** Where a section's content goes; one of the three is there. */
    record Destination(
            @Nullable BeanState bean,
            @Nullable StateField field,
            @Nullable LibraryState library) {}

    private final List<Entry> entries;
    private final List<@Nullable Destination> destinations = new ArrayList<>();
    private final List<StateField> initialFields = new ArrayList<>();
    private final List<BeanState> initialStreams = new ArrayList<>();
    private final List<Runnable> absentLibrary = new ArrayList<>();

    /** @throws IOException if the image does not fit what is here */
    ImagePlan(List<Entry> entries, Collection<BeanState> beans, List<LibraryState> own) throws IOException {
        this.entries = entries;
        Map<Entry, Integer> fields = new LinkedHashMap<>();
        Map<String, Integer> streams = new HashMap<>();
        Map<String, Integer> library = new HashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            destinations.add(null);
            Integer earlier = switch (entry.type()) {
                case FIELD -> fields.put(nameOnly(entry), i);
                case STREAM -> streams.put(entry.owner(), i);
                case LIBRARY -> library.put(entry.owner(), i);
            };
            if (earlier != null) {
                throw new IOException("The state is malformed: it has " + entry + " twice");
            }
        }
        for (BeanState bean : beans) {
            bean.fields().forEach(field -> planField(bean, field, fields));
            planStream(bean, streams);
        }
        planLibrary(own, library);
        logLeftOut();
    }

    private static Entry nameOnly(Entry field) {
        return nameOnly(field.owner(), field.field());
    }

    private static Entry nameOnly(String bean, String field) {
        return Entry.field(bean, field, "", List.of());
    }

    private void planField(BeanState bean, StateField field, Map<Entry, Integer> written) {
        List<String> names = new ArrayList<>(List.of(field.name()));
        names.addAll(field.formerly());
        names.addAll(laterNames(bean, field));
        for (String name : names) {
            Integer at = written.get(nameOnly(bean.name(), name));
            if (at != null) {
                if (!name.equals(field.name())) {
                    log.info(
                            "The field '{}' of bean '{}' gets what the snapshot has of '{}', as it was formerly called"
                                    + " or is called by a later build",
                            field.name(),
                            bean.name(),
                            name);
                }
                String schema = entries.get(at).schema();
                if (!schema.equals(field.schema())) {
                    log.info(
                            "The field '{}' of bean '{}' was written as {} and is read as {}; what is only in the one is"
                                    + " left out, what is only in the other has no value",
                            field.name(),
                            bean.name(),
                            schema,
                            field.schema());
                }
                destinations.set(at, new Destination(bean, field, null));
                return;
            }
        }
        log.info(
                "The snapshot holds no '{}' of bean '{}'; it gets the value it had when the application started",
                field.name(),
                bean.name());
        initialFields.add(field);
    }

    /** What is in the image under names that are no field's here, and was formerly called like this field. */
    private List<String> laterNames(BeanState bean, StateField field) {
        return entries.stream()
                .filter(entry ->
                        entry.type() == SectionType.FIELD && entry.owner().equals(bean.name()))
                .filter(entry -> entry.formerly().contains(field.name()))
                .map(Entry::field)
                .filter(name ->
                        bean.fields().stream().noneMatch(own -> own.name().equals(name)))
                .toList();
    }

    private void planStream(BeanState bean, Map<String, Integer> written) {
        if (bean.streamed() == null) {
            return;
        }
        Integer at = written.get(bean.name());
        if (at != null) {
            destinations.set(at, new Destination(bean, null, null));
        } else {
            log.info(
                    "The snapshot holds nothing that bean '{}' wrote itself; it gets the state it had when the"
                            + " application started",
                    bean.name());
            initialStreams.add(bean);
        }
    }

    private void planLibrary(List<LibraryState> own, Map<String, Integer> written) throws IOException {
        Set<String> unknown = new LinkedHashSet<>(written.keySet());
        for (LibraryState part : own) {
            Integer at = written.get(part.name());
            Runnable absent = part.absent();
            if (at == null && absent != null) {
                absentLibrary.add(absent);
                continue;
            }
            if (at == null) {
                throw new IOException("The state is malformed: it has no '" + part.name() + "' of the library");
            }
            destinations.set(at, new Destination(null, null, part));
            unknown.remove(part.name());
        }
        if (!unknown.isEmpty()) {
            throw new IOException("The snapshot holds " + unknown
                    + " of the library, which this version does not know; deploy here a version of raftify that does");
        }
    }

    private void logLeftOut() {
        for (int i = 0; i < entries.size(); i++) {
            if (destinations.get(i) == null) {
                Entry entry = entries.get(i);
                if (entry.type() == SectionType.FIELD) {
                    log.warn(
                            "The snapshot holds state of bean '{}' for which it has no field any more: '{}', a {}; left"
                                    + " out",
                            entry.owner(),
                            entry.field(),
                            entry.schema());
                } else {
                    log.warn(
                            "The snapshot holds state that bean '{}' wrote itself and does not read any more; left out",
                            entry.owner());
                }
            }
        }
    }

    int size() {
        return entries.size();
    }

    Entry entry(int section) {
        return entries.get(section);
    }

    /** Null if the section is passed over. */
    @Nullable Destination destination(int section) {
        return destinations.get(section);
    }

    List<StateField> initialFields() {
        return initialFields;
    }

    List<BeanState> initialStreams() {
        return initialStreams;
    }

    /** What takes the place of the library's own parts that the image does not have. */
    List<Runnable> absentLibrary() {
        return absentLibrary;
    }
}
