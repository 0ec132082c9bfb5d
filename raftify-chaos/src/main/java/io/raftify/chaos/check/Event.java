package io.raftify.chaos.check;

import io.raftify.chaos.history.Call;
import org.jspecify.annotations.Nullable;

/** The beginning or the end of a call that returned, in a list by time from which calls are lifted and put back. */
final class Event {

    private final @Nullable Call call;
    private final int number;
    private final boolean isBeginning;
    private @Nullable Event end;
    private @Nullable Event previous;
    private @Nullable Event next;

    /** @param call null for the head of the list */
    Event(@Nullable Call call, int number, boolean isBeginning) {
        this.call = call;
        this.number = number;
        this.isBeginning = isBeginning;
    }

    /** The end of this call. */
    Event withEnd() {
        Event made = new Event(call, number, false);
        end = made;
        return made;
    }

    Event followedBy(Event event) {
        next = event;
        event.previous = this;
        return event;
    }

    Call call() {
        if (call == null) {
            throw new IllegalStateException("the head of the list has no call");
        }
        return call;
    }

    int number() {
        return number;
    }

    boolean isBeginning() {
        return isBeginning;
    }

    @Nullable Event next() {
        return next;
    }

    long time() {
        return isBeginning ? call().invoked() : call().returned();
    }

    /** Out of the list, with its end. */
    void lift() {
        unlink();
        if (end != null) {
            end.unlink();
        }
    }

    /** Back where it was; in the reverse order of lifting. */
    void unlift() {
        if (end != null) {
            end.relink();
        }
        relink();
    }

    private void unlink() {
        if (previous != null) {
            previous.next = next;
        }
        if (next != null) {
            next.previous = previous;
        }
    }

    private void relink() {
        if (previous != null) {
            previous.next = this;
        }
        if (next != null) {
            next.previous = this;
        }
    }
}
