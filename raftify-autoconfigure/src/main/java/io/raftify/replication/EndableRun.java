package io.raftify.replication;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stretch of a command in which its thread is in the application's code. Only there may it be ended from outside, first by
 * interrupting it, then, where the JDK still can, by stopping its thread: whatever the code was in the middle of changing is
 * put back afterwards, which could not be said of the library's own.
 */
final class EndableRun {

    private static final Logger log = LoggerFactory.getLogger(EndableRun.class);

    /** Most of what waits ends when it is interrupted. */
    private static final Duration INTERRUPTED_FOR = Duration.ofSeconds(1);

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Whose thread is inside; null outside. */
    private @Nullable Thread inside;

    private long index;

    /** Of the run that is inside, or was last. At most once each, so that there is at most one to expect. */
    private boolean stopped;

    /** The application's code. */
    @FunctionalInterface
    interface Code {
        @Nullable Object call() throws InvocationTargetException;
    }

    /**
     * Runs it. When this returns or throws, nothing that was sent from outside is on its way any more.
     *
     * @throws InvocationTargetException with what the code threw, or what ended it
     */
    @Nullable Object run(long entry, Code code) throws InvocationTargetException {
        enter(entry);
        try {
            try {
                return code.call();
            } finally {
                leave();
            }
        } catch (Error perhapsSent) {
            // What stops a thread arrives anywhere, also on the way out of the code, or while leaving.
            leave();
            if (!wasStopped()) {
                throw perhapsSent;
            }
            throw new InvocationTargetException(perhapsSent);
        }
    }

    private synchronized void enter(long entry) {
        index = entry;
        stopped = false;
        inside = Thread.currentThread();
    }

    /** May be interrupted by what was sent, and is called once more then. */
    private void leave() {
        boolean expected;
        synchronized (this) {
            inside = null;
            expected = stopped;
        }
        if (expected) {
            // It was sent before, and arrives at the latest when a thread comes out of a wait. The code may have caught
            // it.
            for (int i = 0; i < 3; i++) {
                try {
                    Thread.sleep(1);
                } catch (InterruptedException wasSentToo) {
                    log.trace("The command was interrupted", wasSentToo);
                }
            }
        }
        // The next command must not notice.
        Thread.interrupted();
    }

    private synchronized boolean wasStopped() {
        return stopped;
    }

    /**
     * Tries to end the run of an entry. Any thread; to be called until it has ended.
     *
     * @param since the first time
     * @return false if there is nothing more to try
     */
    synchronized boolean end(long entry, Duration since) {
        Thread thread = inside;
        if (thread != null && index == entry) {
            thread.interrupt();
            if (since.compareTo(INTERRUPTED_FOR) > 0 && !stopped) {
                stopped = stop(thread);
            }
        }
        return since.compareTo(PATIENCE) < 0;
    }

    /** By reflection: the method is deprecated, and from Java 20 on only says that it does nothing. */
    private static boolean stop(Thread thread) {
        try {
            Method stop = Thread.class.getMethod("stop");
            stop.invoke(thread);
            log.warn("The command went on although it was interrupted, so its thread was stopped");
            return true;
        } catch (ReflectiveOperationException notInThisJava) {
            log.debug("A thread cannot be stopped in this version of Java", notInThisJava);
            return false;
        }
    }
}
