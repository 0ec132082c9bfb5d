package io.raftify.replication;

import com.google.protobuf.ByteString;
import io.raftify.node.RaftException;
import io.raftify.replication.wire.BusinessException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Writes the exception a command threw, and throws the same type at its caller. */
final class BusinessExceptions {

    /** A message travels in a frame of bounded size, and is for people. */
    private static final int LONGEST_MESSAGE = 8_192;

    private static final int REPLACEMENT = 0xfffd;

    private BusinessExceptions() {}

    /** Also of what is no {@link Exception}: its caller is told what it was. */
    static BusinessException write(Throwable thrown) {
        BusinessException.Builder builder = writeAlone(thrown);
        Throwable cause = thrown instanceof LinkageError ? null : Breakdown.cause(thrown);
        return cause != null && cause != thrown
                ? builder.setCause(writeAlone(cause)).build()
                : builder.build();
    }

    private static BusinessException.Builder writeAlone(Throwable thrown) {
        BusinessException.Builder builder =
                BusinessException.newBuilder().setType(type(thrown).getName());
        String message = message(thrown);
        if (message != null) {
            String shortened = shorten(message);
            String readable = readable(shortened);
            builder.setMessage(readable);
            if (!readable.equals(shortened)) {
                builder.setMessageUtf16(ByteString.copyFrom(utf16(shortened)));
            }
        }
        return builder;
    }

    /**
     * A class that cannot be initialised is one error at the first use and another one at the next, and members may be at
     * different uses of it, some after a restart; they must come to the same outcome.
     */
    private static Class<?> type(Throwable thrown) {
        return thrown instanceof NoClassDefFoundError ? ExceptionInInitializerError.class : thrown.getClass();
    }

    private static @Nullable String message(Throwable thrown) {
        return thrown instanceof LinkageError
                ? "A class that the command needs cannot be initialised. The logs of the members say which."
                : Breakdown.message(thrown);
    }

    private static String shorten(String message) {
        if (message.length() <= LONGEST_MESSAGE) {
            return message;
        }
        boolean withinPair =
                Character.isSurrogatePair(message.charAt(LONGEST_MESSAGE - 1), message.charAt(LONGEST_MESSAGE));
        return message.substring(0, withinPair ? LONGEST_MESSAGE - 1 : LONGEST_MESSAGE) + "…";
    }

    /** Left to protobuf, half of a surrogate pair would become a question mark, and a warning in every member's log. */
    private static String readable(String message) {
        StringBuilder readable = new StringBuilder(message.length());
        message.codePoints()
                .map(point -> Character.getType(point) == Character.SURROGATE ? REPLACEMENT : point)
                .forEach(readable::appendCodePoint);
        return readable.toString();
    }

    private static byte[] utf16(String message) {
        ByteBuffer bytes = ByteBuffer.allocate(message.length() * Character.BYTES);
        bytes.asCharBuffer().put(message);
        return bytes.array();
    }

    private static @Nullable String message(BusinessException written) {
        if (written.hasMessageUtf16()) {
            return written.getMessageUtf16()
                    .asReadOnlyByteBuffer()
                    .asCharBuffer()
                    .toString();
        }
        return written.hasMessage() ? written.getMessage() : null;
    }

    /**
     * An exception of the type that was thrown, or a {@link RemoteCommandException} where that is impossible. Nothing
     * but an exception class is ever loaded into life by what another member sent.
     */
    static Exception rebuild(ReplicatedMethod method, BusinessException written) {
        Throwable cause = written.hasCause() ? rebuildCause(method, written.getCause()) : null;
        String message = message(written);
        Class<? extends Exception> type = exceptionType(method, written.getType());
        Exception same = type != null && isDeclared(method, type) ? create(type, message, cause) : null;
        return same != null ? same : new RemoteCommandException(method.command(), written.getType(), message, cause);
    }

    private static Throwable rebuildCause(ReplicatedMethod method, BusinessException written) {
        String message = message(written);
        Class<? extends Exception> type = exceptionType(method, written.getType());
        Exception same = type != null ? create(type, message, null) : null;
        return same != null ? same : new RemoteCommandException(method.command(), written.getType(), message, null);
    }

    private static @Nullable Class<? extends Exception> exceptionType(ReplicatedMethod method, String name) {
        Class<?> type;
        try {
            // Not initialised: no code of the class runs before it is known to be an exception.
            type = Class.forName(name, false, method.beanClass().getClassLoader());
        } catch (ClassNotFoundException | LinkageError unknownHere) {
            return null;
        }
        boolean usable = Exception.class.isAssignableFrom(type)
                && !Modifier.isAbstract(type.getModifiers())
                // These speak of the call's fate; a bean that throws one must not be taken for the member.
                && !RaftException.class.isAssignableFrom(type);
        return usable ? type.asSubclass(Exception.class) : null;
    }

    /** A checked exception the method does not declare would surprise every caller's catch clauses; a promise has none. */
    private static boolean isDeclared(ReplicatedMethod method, Class<?> type) {
        return RuntimeException.class.isAssignableFrom(type)
                || ResultForm.isPromise(method.method().getReturnType())
                || Arrays.stream(method.method().getExceptionTypes()).anyMatch(each -> each.isAssignableFrom(type));
    }

    private static @Nullable Exception create(
            Class<? extends Exception> type, @Nullable String message, @Nullable Throwable cause) {
        Exception created = create(type, new Class<?>[] {String.class}, message);
        if (created == null) {
            created = createWithCause(type, message, cause);
        }
        if (created == null) {
            created = create(type, new Class<?>[0]);
        }
        return created == null ? null : caused(created, cause);
    }

    /** Some want their cause to be of a kind, as {@code UncheckedIOException} does. */
    private static @Nullable Exception createWithCause(
            Class<? extends Exception> type, @Nullable String message, @Nullable Throwable cause) {
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            Class<?>[] parameters = constructor.getParameterTypes();
            boolean fits = parameters.length == 2
                    && parameters[0] == String.class
                    && Throwable.class.isAssignableFrom(parameters[1])
                    && (cause == null || parameters[1].isInstance(cause));
            Exception created = fits ? create(type, parameters, message, (Object) cause) : null;
            if (created != null) {
                return created;
            }
        }
        return null;
    }

    private static Exception caused(Exception created, @Nullable Throwable cause) {
        if (cause != null && Breakdown.cause(created) == null) {
            try {
                created.initCause(cause);
            } catch (RuntimeException | Error causeless) {
                // Its constructor says that it has none, or its own methods throw; then what caused it can at least be
                // seen.
                created.addSuppressed(cause);
            }
        }
        return created;
    }

    private static @Nullable Exception create(
            Class<? extends Exception> type, Class<?>[] parameters, @Nullable Object... arguments) {
        try {
            Constructor<? extends Exception> constructor = type.getDeclaredConstructor(parameters);
            return constructor.trySetAccessible() ? constructor.newInstance(arguments) : null;
        } catch (NoSuchMethodException | InstantiationException | IllegalAccessException notThisOne) {
            return null;
        } catch (InvocationTargetException refusesItself) {
            return null;
        } catch (LinkageError notUsableHere) {
            // It, or a class that its constructor names, is missing here or could not be initialised.
            return null;
        }
    }
}
