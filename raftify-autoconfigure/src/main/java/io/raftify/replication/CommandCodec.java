package io.raftify.replication;

import java.lang.reflect.Type;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes calls and results as bytes and reads them back. Its id stands in every log entry, so entries are read by the
 * codec that wrote them, also after another one has become the first choice.
 *
 * <p>Thread-safe. Every method that reads or writes throws {@link IllegalArgumentException} when it cannot.
 */
public interface CommandCodec {

    /** Names the codec and its format in log entries; must never change for a format. */
    String id();

    /**
     * Asked for every argument and result type while the application starts.
     *
     * @return what is wrong with the type, as a clause, or empty if its values survive being written and read
     */
    Optional<String> problemWith(Type type);

    byte[] encodeCall(ReplicatedMethod method, @Nullable Object[] arguments);

    @Nullable Object[] decodeCall(ReplicatedMethod method, byte[] payload);

    byte[] encodeResult(ReplicatedMethod method, @Nullable Object result);

    @Nullable Object decodeResult(ReplicatedMethod method, byte[] payload);

    /**
     * Reads a result that another build of the application wrote, by a method of another result type. What does not hold
     * all that this one's type has must be refused, not filled with zeros or cut off. By default, all of them are.
     */
    default @Nullable Object decodeResultOfAnotherForm(ReplicatedMethod method, byte[] payload) {
        throw new IllegalArgumentException("the codec '" + id() + "' reads results of its own build only");
    }
}
