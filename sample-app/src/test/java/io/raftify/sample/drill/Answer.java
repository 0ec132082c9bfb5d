package io.raftify.sample.drill;

/** What a buyer learned from one request. */
sealed interface Answer {

    /** 201: the order has the seat. */
    record Sold(long ticket) implements Answer {}

    /** 409: the seat belongs to another order, for good. */
    record Taken() implements Answer {}

    /** 503 or no connection: surely nothing was done. */
    record NothingDone(String why) implements Answer {}

    /** 504, a broken connection or silence: it may have been done, or may yet be. */
    record Unknown(String why) implements Answer {}

    /** Anything else. There is nothing else that the sample may answer. */
    record Unexpected(String what) implements Answer {}
}
