package io.raftify.replication;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells what a command throws on every member from what throws on this one alone: a heap that is full, a class that is
 * missing. Looks at what the application made with care, since its methods may throw as well. Decision 16.
 */
final class Breakdown {

    /** Causes further down say nothing new. */
    private static final int DEEPEST = 100;

    /**
     * Of a size that was asked for, and that no heap could ever have; the VM and the JDK say so in these words. Of any other
     * words nobody knows whether they are so elsewhere.
     */
    private static final Set<String> NO_HEAP_IS_LARGE_ENOUGH = Set.of(
            "Requested array size exceeds VM limit",
            "Required length exceeds implementation limit",
            "Overflow: String length out of range");

    /** How the JDK begins its account of why a class could not be initialised: with the class of what was thrown. */
    private static final String INITIALISER_THREW = "Exception ";

    private Breakdown() {}

    /** What may be so on this member alone, in what was thrown or in what caused it; null if there is no such thing. */
    static @Nullable Error in(Throwable thrown) {
        Throwable each = thrown;
        for (int depth = 0; each != null && depth < DEEPEST; depth++) {
            if (each instanceof Error error && isOfThisMember(error)) {
                return error;
            }
            // What it names as its cause stands for the first use, and was looked at with it.
            each = each instanceof NoClassDefFoundError ? null : cause(each);
        }
        return null;
    }

    private static boolean isOfThisMember(Error error) {
        if (error instanceof StackOverflowError) {
            // By endless recursion, everywhere.
            return false;
        }
        if (error instanceof OutOfMemoryError) {
            String message = message(error);
            return message == null || !NO_HEAP_IS_LARGE_ENOUGH.contains(message);
        }
        return error instanceof VirtualMachineError || error instanceof LinkageError && !isOfAnInitialiser(error);
    }

    /**
     * A static initialiser that throws an exception is code that the command runs, like any other. It runs once: from then on
     * the JVM says that there is no such class, and of what was thrown the first time keeps the words. If that was an error,
     * as of a heap that was full just then, the class is broken here alone.
     */
    private static boolean isOfAnInitialiser(Error error) {
        if (error instanceof ExceptionInInitializerError) {
            return cause(error) instanceof Exception;
        }
        if (error instanceof NoClassDefFoundError && cause(error) instanceof ExceptionInInitializerError first) {
            String account = message(first);
            return account != null
                    && account.startsWith(INITIALISER_THREW)
                    && namesAnException(account.substring(INITIALISER_THREW.length()));
        }
        return false;
    }

    private static boolean namesAnException(String account) {
        int end = account.indexOf(':');
        String name = (end < 0 ? account : account.substring(0, end)).strip();
        int thread = name.indexOf(" [in thread");
        try {
            Class<?> type = Class.forName(
                    thread < 0 ? name : name.substring(0, thread),
                    false,
                    Thread.currentThread().getContextClassLoader());
            return Exception.class.isAssignableFrom(type);
        } catch (ClassNotFoundException | LinkageError unknown) {
            return false;
        }
    }

    /** Null also if it cannot say; the application's code is as able to fail here as anywhere, alike on every member. */
    static @Nullable String message(Throwable thrown) {
        try {
            return thrown.getMessage();
        } catch (Throwable noMessage) {
            return null;
        }
    }

    /** Null also if it cannot say. */
    static @Nullable Throwable cause(Throwable thrown) {
        try {
            return thrown.getCause();
        } catch (Throwable noCause) {
            return null;
        }
    }

    /** For example {@code java.lang.OutOfMemoryError: Java heap space}. */
    static String describe(Throwable thrown) {
        String name = thrown.getClass().getName();
        String message = message(thrown);
        return message != null ? name + ": " + message : name;
    }
}
