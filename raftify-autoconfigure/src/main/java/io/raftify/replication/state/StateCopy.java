package io.raftify.replication.state;

import io.raftify.replication.encoding.ContainerKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the fields of all beans held before the command in progress, so that a command that throws leaves nothing behind.
 * Of all beans, since a command may call another bean's command, inline. Fields that say {@code rollback = false}, and
 * what a bean {@linkplain StreamedPart writes itself}, are not copied and stay as the command left them, on every member alike.
 *
 * <p>A value or a container of values that never change is kept by reference, a few nanoseconds an element; anything else
 * is encoded, some hundreds. Which of the two is decided by the declared type, once.
 *
 * <p>To be used inside the gate, by the thread that applies: {@link #take()} before a command, then either
 * {@link #putBack()} or {@link #forget()}.
 */
public final class StateCopy {

    private static final Logger log = LoggerFactory.getLogger(StateCopy.class);

    private final ApplicationState state;
    private final LongSupplier nanoTime;
    private @Nullable List<FieldCopy> fields;

    public StateCopy(ApplicationState state) {
        this(state, System::nanoTime);
    }

    /** @param nanoTime what the warning about slow copies goes by; nothing that is replicated depends on it */
    StateCopy(ApplicationState state, LongSupplier nanoTime) {
        this.state = state;
        this.nanoTime = nanoTime;
    }

    /** Copies what a command might change. */
    public void take() {
        for (FieldCopy field : fields()) {
            field.take();
        }
    }

    /**
     * Makes every field hold what it held when it was taken, in the container that held it then. A container's elements
     * are the same objects again if they never change, else equal ones.
     *
     * @throws IllegalStateException if a field could not be put back. The state is then half of one and half of the
     *     other, and must not be used any more
     */
    public void putBack() {
        for (FieldCopy field : fields()) {
            try {
                field.putBack();
            } catch (IOException | RuntimeException left) {
                throw new IllegalStateException(
                        "What a command changed before it threw could not be put back: " + left, left);
            }
        }
    }

    /** Whether {@link #putBack()} puts back everything that the command may have changed, wherever it was when it ended. */
    public boolean isWhole() {
        return state.beans().stream()
                        .allMatch(bean -> bean.streamed() == null
                                && bean.fields().stream().allMatch(StateField::isRolledBack))
                && fields().stream().allMatch(FieldCopy::isWhole);
    }

    /** The command has succeeded: what was copied is not needed any more. */
    public void forget() {
        for (FieldCopy field : fields()) {
            field.forget();
        }
    }

    private List<FieldCopy> fields() {
        List<FieldCopy> known = fields;
        if (known == null) {
            known = new ArrayList<>();
            for (BeanState bean : state.beans()) {
                for (StateField field : bean.fields()) {
                    if (field.isRolledBack()) {
                        known.add(new FieldCopy(bean, field, state.fieldFormat(), nanoTime));
                    }
                }
            }
            fields = known;
        }
        return known;
    }

    private static final class FieldCopy {

        private final StateField field;
        private final FieldFormat format;
        private final FrozenField frozen;
        private final CopyCost cost;
        private @Nullable Chunks encoded;
        private boolean unwritable;

        FieldCopy(BeanState bean, StateField field, FieldFormat format, LongSupplier nanoTime) {
            this.field = field;
            this.format = format;
            this.frozen = new FrozenField(field);
            this.cost = new CopyCost(bean, field, nanoTime);
        }

        void take() {
            long begin = cost.begin();
            frozen.take();
            if (!field.isImmutable()) {
                encode();
            }
            cost.end(begin, frozen.size());
        }

        /**
         * What cannot be encoded cannot be put back. It is so on every member alike, since it depends on the state alone;
         * and the command must go on all the same, since it may be the one that mends the state.
         */
        private void encode() {
            Chunks bytes = new Chunks();
            try {
                format.write(field, frozen, bytes);
                encoded = bytes;
                unwritable = false;
            } catch (UnwritableStateException cannotBeKept) {
                encoded = null;
                if (!unwritable) {
                    log.warn(
                            "{}. Until it can, the field is not put back when a command throws, and no snapshot is"
                                    + " written",
                            cannotBeKept.getMessage());
                }
                unwritable = true;
            } catch (IOException impossible) {
                throw new UncheckedIOException("memory does not fail to be written", impossible);
            }
        }

        boolean isWhole() {
            return field.isImmutable() || encoded != null;
        }

        void putBack() throws IOException {
            if (field.isImmutable()) {
                frozen.putBack();
                return;
            }
            Chunks bytes = encoded;
            if (bytes == null) {
                return;
            }
            encoded = null;
            Object held = frozen.held();
            if (!field.isFinal()) {
                field.set(held);
            }
            if (held != null && isContainer() && ContainerKind.isChangeable(held)) {
                format.refill(field, held, bytes.open());
            } else {
                format.restore(field, bytes.open());
            }
        }

        private boolean isContainer() {
            return field.isMap() || field.isCollection();
        }

        void forget() {
            encoded = null;
        }
    }
}
