package io.raftify.replication.state;

import io.raftify.node.StateSnapshot;
import io.raftify.node.StoredSnapshot;
import io.raftify.replication.state.ImageFormat.ContentStream;
import io.raftify.replication.state.ImageFormat.Entry;
import io.raftify.replication.state.ImageFormat.Section;
import io.raftify.replication.state.ImagePlan.Destination;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of all replicated beans, and of the library beside them, as one {@linkplain ImageFormat image}: captured as it
 * is at one index, and restored whole or not at all.
 */
public final class StateImage {

    private final ApplicationState state;
    private final List<LibraryState> own;

    /** @param own the parts that are the library's, with names of their own */
    public StateImage(ApplicationState state, List<LibraryState> own) {
        this.state = state;
        this.own = List.copyOf(own);
    }

    /**
     * Fixes the state now; what is returned writes it at any later time, straight to where it goes. While this runs,
     * commands wait: for a container of immutable elements a few nanoseconds an element, since they are kept by reference;
     * for one of others as long as it takes to encode them, into memory.
     *
     * @throws UnwritableStateException if a field holds what cannot be read back as it is
     */
    public StateSnapshot capture() {
        List<Section> sections = new ArrayList<>();
        for (BeanState bean : stateful()) {
            StreamedPart streamed = bean.streamed();
            if (streamed != null) {
                StateSnapshot snapshot = streamed.snapshot();
                sections.add(new Section(Entry.stream(bean.name()), snapshot::writeTo));
            }
        }
        for (BeanState bean : stateful()) {
            for (StateField field : bean.fields()) {
                Entry entry = Entry.field(bean.name(), field.name(), field.schema(), field.formerly());
                sections.add(new Section(entry, capture(field)));
            }
        }
        for (LibraryState part : own.stream().filter(LibraryState::isWritten).toList()) {
            sections.add(new Section(Entry.library(part.name()), written(part)::writeTo));
        }
        return out -> ImageFormat.write(sections, out);
    }

    private ImageFormat.Content capture(StateField field) {
        FieldFormat format = state.fieldFormat();
        if (field.isImmutable()) {
            FrozenField frozen = FrozenField.of(field);
            return out -> format.write(field, frozen, out);
        }
        return format.write(field)::writeTo;
    }

    private static Chunks written(LibraryState part) {
        Chunks chunks = new Chunks();
        try {
            part.write(new DataOutputStream(chunks));
        } catch (IOException impossible) {
            throw new UncheckedIOException("memory does not fail to be written", impossible);
        }
        return chunks;
    }

    private Collection<BeanState> stateful() {
        return state.beans().stream()
                .filter(bean -> !bean.fields().isEmpty() || bean.streamed() != null)
                .toList();
    }

    /** What was read whole and fits, but is not in its place yet. */
    @FunctionalInterface
    public interface Replacement {

        /**
         * Puts the state of all beans back. To be called while neither commands nor queries run.
         *
         * @throws IOException if that failed halfway, as do other exceptions: the state is then neither the one nor the other
         */
        void putInPlace() throws IOException;
    }

    /**
     * Reads an image twice without touching a bean: first it is held against its digest, then everything in it is read. What
     * is returned reads it a third time.
     *
     * @throws IOException if the image is damaged, of an unknown version, or does not fit the beans
     */
    public Replacement read(StoredSnapshot snapshot) throws IOException {
        try (InputStream in = snapshot.open()) {
            ImageFormat.checkDigest(in);
        }
        ImagePlan plan;
        List<Runnable> library;
        try (DataInputStream in = new DataInputStream(snapshot.open())) {
            plan = new ImagePlan(ImageFormat.readEntries(in), stateful(), own);
            library = new ArrayList<>(plan.absentLibrary());
            verify(plan, in, library);
        }
        return () -> replace(plan, snapshot, library);
    }

    private void verify(ImagePlan plan, DataInputStream in, List<Runnable> library) throws IOException {
        for (int i = 0; i < plan.size(); i++) {
            ContentStream content = new ContentStream(in);
            Destination destination = plan.destination(i);
            if (destination != null && destination.field() != null) {
                verify(plan.entry(i), destination.field(), content);
            } else if (destination != null && destination.library() != null) {
                library.add(destination.library().read(new DataInputStream(content)));
            }
            content.finish();
        }
        ImageFormat.readEnd(in);
    }

    private void verify(Entry entry, StateField field, InputStream content) throws IOException {
        try {
            state.fieldFormat().verify(field, content);
        } catch (IOException unreadable) {
            String what = "The snapshot's value of field '" + entry.field() + "' of bean '" + entry.owner() + "'";
            throw new IOException(
                    entry.schema().equals(field.schema())
                            ? what + " cannot be read: " + unreadable.getMessage()
                            : what + " was written as " + entry.schema() + " and cannot be read as " + field.schema()
                                    + ". Let the field have its former type, and add one of another name for the new"
                                    + " type. " + unreadable.getMessage(),
                    unreadable);
        }
    }

    private void replace(ImagePlan plan, StoredSnapshot snapshot, List<Runnable> library) throws IOException {
        try (DataInputStream in = new DataInputStream(snapshot.open())) {
            ImageFormat.readEntries(in);
            for (int i = 0; i < plan.size(); i++) {
                ContentStream content = new ContentStream(in);
                put(plan.destination(i), content);
                content.finish();
            }
            for (StateField field : plan.initialFields()) {
                state.fieldFormat().restore(field, field.initial().open());
            }
            for (BeanState bean : plan.initialStreams()) {
                restore(bean, bean.initialStream().open());
            }
            library.forEach(Runnable::run);
        }
    }

    private void put(@Nullable Destination destination, ContentStream content) throws IOException {
        if (destination != null && destination.field() != null) {
            state.fieldFormat().restore(destination.field(), content);
        } else if (destination != null && destination.bean() != null) {
            restore(destination.bean(), content);
        }
    }

    private static void restore(BeanState bean, InputStream content) throws IOException {
        StreamedPart streamed = bean.streamed();
        if (streamed == null) {
            return;
        }
        try {
            streamed.restore(content);
        } catch (IOException | RuntimeException notRestored) {
            throw new IOException(
                    "Bean '" + bean.name() + "' (" + bean.type().getName()
                            + ") could not restore the state that it wrote" + " itself: " + notRestored,
                    notRestored);
        }
    }
}
