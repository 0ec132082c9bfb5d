package io.raftify.sample;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.stereotype.Component;

/**
 * Sells numbered seats. Every member has this bean, and every member's bean runs the same commands in the same order,
 * so all of them agree who got which seat. There is no lock and no database here: a command runs alone.
 */
@Component
class BoxOffice {

    /**
     * Shows and seats are numbered from 1. These numbers decide what a command does, so they are constants and no
     * properties: with different values, two members would apply the same log and disagree.
     */
    static final int SHOWS = 1_000;

    static final int SEATS = 200;

    /**
     * By show, then by seat. It grows large, and every command here checks first and changes afterwards: there is nothing
     * to roll back, and so no reason to copy it before each of them.
     */
    @ReplicatedState(rollback = false)
    private final Map<Integer, SortedMap<Integer, Sale>> sold = new TreeMap<>();

    @ReplicatedState
    private long ticketsIssued;

    /**
     * Sells a seat. Placing the same order again returns the same ticket. This is what makes it safe to call again
     * after {@code OutcomeUnknownException}: the first call may have been applied, or may yet be, but the order gets
     * one seat and one ticket however often it arrives.
     */
    @ReplicatedCommand("box-office.sell")
    public Sale sell(int show, int seat, String orderId, String buyer) {
        requireSeat(show, seat);
        SortedMap<Integer, Sale> house = sold.computeIfAbsent(show, id -> new TreeMap<>());
        Sale earlier = house.get(seat);
        if (earlier == null) {
            Sale sale = new Sale(++ticketsIssued, show, seat, orderId, buyer);
            house.put(seat, sale);
            return sale;
        }
        if (earlier.orderId().equals(orderId)) {
            return earlier;
        }
        throw new SeatTakenException("Seat " + seat + " of show " + show + " is already sold.");
    }

    /**
     * Takes a seat back. Only the order that holds it can return it, so that a refund which arrives twice cannot take
     * the seat from whoever bought it in between.
     *
     * @return whether the order held the seat
     */
    @ReplicatedCommand("box-office.refund")
    public boolean refund(int show, int seat, String orderId) {
        requireSeat(show, seat);
        SortedMap<Integer, Sale> house = sold.get(show);
        Sale sale = house == null ? null : house.get(seat);
        if (house == null || sale == null) {
            return false;
        }
        if (!sale.orderId().equals(orderId)) {
            throw new SeatTakenException("Seat " + seat + " of show " + show + " belongs to another order.");
        }
        house.remove(seat);
        if (house.isEmpty()) {
            sold.remove(show);
        }
        return true;
    }

    /** The show with every sale that was acknowledged to anybody before this call, on whichever member it is made. */
    @ReplicatedQuery
    public Show show(int show) {
        return view(show);
    }

    /** The show as far as this member knows it: cheaper, possibly old, and answered even without a quorum. */
    @ReplicatedQuery(ReadConsistency.LOCAL)
    public Show showAsKnownHere(int show) {
        return view(show);
    }

    /** The shows for which anything is sold. */
    @ReplicatedQuery
    public List<Integer> showsWithSales() {
        return List.copyOf(sold.keySet());
    }

    /** As {@link #showsWithSales()}, as far as this member knows. */
    @ReplicatedQuery(ReadConsistency.LOCAL)
    public List<Integer> showsWithSalesAsKnownHere() {
        return List.copyOf(sold.keySet());
    }

    private Show view(int show) {
        requireSeat(show, 1);
        SortedMap<Integer, Sale> house = sold.get(show);
        return new Show(show, SEATS, house == null ? List.of() : List.copyOf(house.values()));
    }

    private static void requireSeat(int show, int seat) {
        if (show < 1 || show > SHOWS) {
            throw new UnknownSeatException("There is no show " + show + "; shows are numbered 1 to " + SHOWS + ".");
        }
        if (seat < 1 || seat > SEATS) {
            throw new UnknownSeatException("There is no seat " + seat + "; seats are numbered 1 to " + SEATS + ".");
        }
    }
}
