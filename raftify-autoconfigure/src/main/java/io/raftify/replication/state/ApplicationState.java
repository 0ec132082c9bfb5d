package io.raftify.replication.state;

import io.raftify.replication.encoding.CborFormat;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The state of all replicated beans, and the form it is written in. Its beans are told once, before the member starts. */
public final class ApplicationState {

    private final CborFormat format;
    private final FieldFormat fieldFormat;
    private volatile @Nullable List<BeanState> beans;

    public ApplicationState(CborFormat format) {
        this.format = format;
        this.fieldFormat = new FieldFormat(format);
    }

    /**
     * Looks at the state of one bean.
     *
     * @param bean the bean's name
     * @param target the object itself, behind its proxies
     * @param marked the fields that are replicated
     * @param streamed null if the bean writes nothing itself
     * @throws UnfitStateException if it cannot be written, restored in place or put back
     */
    public BeanState check(
            String bean, Class<?> type, Object target, List<Field> marked, @Nullable StreamedPart streamed) {
        return new BeanState(bean, type, new StateCheck(format).check(marked, target), streamed);
    }

    /**
     * Keeps what a bean begins with, for an image that has none of it.
     *
     * @throws UnfitStateException if that cannot be written: no snapshot could be
     */
    public void keepInitial(BeanState bean) {
        bean.keepInitial(fieldFormat);
    }

    /** These are all beans there are. */
    public void begin(Collection<BeanState> all) {
        beans = List.copyOf(all);
    }

    List<BeanState> beans() {
        List<BeanState> known = beans;
        if (known == null) {
            throw new IllegalStateException("The replicated beans are not known yet");
        }
        return known;
    }

    /**
     * The field whose container or holder this very object is, if others may change it; null if there is none. A view of it,
     * or what is inside it, is not known again.
     */
    public @Nullable LiveField live(@Nullable Object held) {
        return LiveField.of(beans(), held);
    }

    /** The form of values. */
    public CborFormat format() {
        return format;
    }

    /** The form of fields. */
    FieldFormat fieldFormat() {
        return fieldFormat;
    }
}
