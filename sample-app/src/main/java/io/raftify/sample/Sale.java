package io.raftify.sample;

/**
 * One sold seat.
 *
 * @param ticket counts up from 1 over all shows; no two sales ever have the same
 * @param orderId chosen by the buyer's client; the same order may be placed again and gets the same sale
 */
record Sale(long ticket, int show, int seat, String orderId, String buyer) {}
