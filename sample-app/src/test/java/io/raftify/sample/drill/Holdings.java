package io.raftify.sample.drill;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * Who holds which seat, as one member says.
 *
 * @param byShowAndSeat every sale, in order
 */
record Holdings(Map<String, Sale> byShowAndSeat) {

    record Sale(String orderId, long ticket) {}

    /** Reads every show for which the member knows a sale. */
    static Holdings of(BoxOfficeClient member, String consistency) {
        Map<String, Sale> sales = new TreeMap<>();
        for (JsonNode show : member.get("/shows?consistency=" + consistency)) {
            JsonNode sold = member.get("/shows/" + show.intValue() + "?consistency=" + consistency);
            for (JsonNode sale : sold.path("sold")) {
                sales.put(
                        key(sale.path("show").intValue(), sale.path("seat").intValue()),
                        new Sale(
                                sale.path("orderId").asString(),
                                sale.path("ticket").longValue()));
            }
        }
        return new Holdings(sales);
    }

    static boolean holds(JsonNode show, Ledger.Acknowledged sale) {
        for (JsonNode sold : show.path("sold")) {
            if (sold.path("seat").intValue() == sale.seat().seat()) {
                return sold.path("orderId").asString().equals(sale.orderId());
            }
        }
        return false;
    }

    Sale at(Seat seat) {
        return byShowAndSeat.get(key(seat.show(), seat.seat()));
    }

    int size() {
        return byShowAndSeat.size();
    }

    /** The same for the same holdings and nothing else: the first half of a SHA-256 over all of them in order. */
    String digest() {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            byShowAndSeat.forEach((seat, sale) -> sha.update(
                    (seat + ' ' + sale.orderId() + ' ' + sale.ticket() + '\n').getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(sha.digest(), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String key(int show, int seat) {
        return show + "/" + seat;
    }
}
