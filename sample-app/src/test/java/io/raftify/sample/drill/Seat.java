package io.raftify.sample.drill;

/** A numbered seat of a numbered show. */
record Seat(int show, int seat) {

    static final int PER_SHOW = 200;

    /** How many seats there are over all shows. */
    static final int ALL = 1_000 * PER_SHOW;

    /** All seats of all shows in one row, from 0. */
    static Seat number(int n) {
        return new Seat(1 + n / PER_SHOW, 1 + n % PER_SHOW);
    }

    String path() {
        return "/shows/" + show + "/seats/" + seat;
    }
}
