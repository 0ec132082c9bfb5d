package io.raftify.sample;

import java.util.List;

/**
 * A show as it stood at one moment.
 *
 * @param seats how many seats the house has, numbered from 1
 * @param sold in the order of the seats
 */
record Show(int id, int seats, List<Sale> sold) {

    Show {
        sold = List.copyOf(sold);
    }
}
