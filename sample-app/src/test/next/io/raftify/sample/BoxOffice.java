package io.raftify.sample;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The box office of the next version: a refund has a reason, and what was sold is kept under another name. */
@Component
class BoxOffice {

    /**
     * Shows and seats are numbered from 1. These numbers decide what a command does, so they are constants and no
     * properties: with different values, two members would apply the same log and disagree.
     */
    static final int SHOWS = 1_000;

    static final int SEATS = 200;

    /** By show, then by seat. */
    @ReplicatedState(rollback = false, formerly = "sold")
    private final Map<Integer, SortedMap<Integer, Sale>> houses = new TreeMap<>();

    @ReplicatedState
    private final Map<String, Integer> refundsByReason = new TreeMap<>();

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
        SortedMap<Integer, Sale> house = houses.computeIfAbsent(show, id -> new TreeMap<>());
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
     * @param reason null for a refund of the former version, which is counted under no reason, as it was there
     * @return whether the order held the seat
     */
    @ReplicatedCommand(value = "box-office.refund", version = 2)
    public boolean refund(int show, int seat, String orderId, @Nullable String reason) {
        requireSeat(show, seat);
        SortedMap<Integer, Sale> house = houses.get(show);
        Sale sale = house == null ? null : house.get(seat);
        if (house == null || sale == null) {
            return false;
        }
        if (!sale.orderId().equals(orderId)) {
            throw new SeatTakenException("Seat " + seat + " of show " + show + " belongs to another order.");
        }
        house.remove(seat);
        if (reason != null) {
            refundsByReason.merge(reason, 1, Integer::sum);
        }
        if (house.isEmpty()) {
            houses.remove(show);
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
        return List.copyOf(houses.keySet());
    }

    /** As {@link #showsWithSales()}, as far as this member knows. */
    @ReplicatedQuery(ReadConsistency.LOCAL)
    public List<Integer> showsWithSalesAsKnownHere() {
        return List.copyOf(houses.keySet());
    }

    @ReplicatedQuery(ReadConsistency.LOCAL)
    public Map<String, Integer> refundsByReasonAsKnownHere() {
        return new TreeMap<>(refundsByReason);
    }

    private Show view(int show) {
        requireSeat(show, 1);
        SortedMap<Integer, Sale> house = houses.get(show);
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
