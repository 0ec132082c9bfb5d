package io.raftify.chaos.round;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** Something that goes wrong for a while. */
public interface Fault {

    String name();

    /** Makes it happen, with victims drawn from {@code random}; the result ends it. */
    Ongoing begin(RandomGenerator random);

    /** A fault that has begun. */
    interface Ongoing {

        /** Which, to whom. */
        String description();

        void end();
    }

    static Fault of(String name, Function<RandomGenerator, Ongoing> begin) {
        return new Fault() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Ongoing begin(RandomGenerator random) {
                return begin.apply(random);
            }
        };
    }

    /** Deals the faults like cards, so that each has its turn before any of them comes again. */
    static Fault dealt(List<Fault> faults) {
        List<Fault> deck = new ArrayList<>();
        return of("one of " + faults.size(), random -> {
            if (deck.isEmpty()) {
                deck.addAll(faults);
                Collections.shuffle(deck, new Random(random.nextLong()));
            }
            return deck.remove(0).begin(random);
        });
    }

    static Ongoing ongoing(String description, Runnable end) {
        return new Ongoing() {
            @Override
            public String description() {
                return description;
            }

            @Override
            public void end() {
                end.run();
            }
        };
    }
}
