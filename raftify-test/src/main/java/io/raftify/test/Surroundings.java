package io.raftify.test;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Locale;
import java.util.TimeZone;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/** What another member would have around it: another thread, a later time, another locale and time zone. */
final class Surroundings {

    /** In Turkish the capital of i is İ; few programs expect it. */
    private static final Locale TURKISH = Locale.forLanguageTag("tr-TR");

    private static final Locale GERMAN = Locale.GERMANY;

    private Surroundings() {}

    /** One at a time, since locale and time zone are the JVM's. */
    static synchronized <T> T elsewhere(Callable<T> action) {
        Locale locale = Locale.getDefault();
        TimeZone zone = TimeZone.getDefault();
        ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "raftify-replay"));
        try {
            letTimePass();
            Locale.setDefault(locale.getLanguage().equals(TURKISH.getLanguage()) ? GERMAN : TURKISH);
            TimeZone.setDefault(TimeZone.getTimeZone(zoneOfAnotherDay()));
            return thread.submit(action).get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (failed.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the log was applied again", interrupted);
        } finally {
            thread.shutdownNow();
            Locale.setDefault(locale);
            TimeZone.setDefault(zone);
        }
    }

    /** So that clocks show something else, also coarse ones. */
    private static void letTimePass() {
        long millis = System.currentTimeMillis();
        while (System.currentTimeMillis() - millis < 20) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** The two are 26 hours apart, so in one of them it is not the day that it is here. */
    private static ZoneId zoneOfAnotherDay() {
        ZoneId east = ZoneId.of("Pacific/Kiritimati");
        ZoneId west = ZoneId.of("Etc/GMT+12");
        return LocalDate.now(east).equals(LocalDate.now(ZoneId.systemDefault())) ? west : east;
    }
}
