package io.raftify.sample;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** The box office over HTTP. Any member answers; it makes no difference which one is asked. */
@RestController
@RequestMapping("/shows")
class ShowController {

    /** What is stored is kept by every member for good, so a request cannot make it as large as it likes. */
    private static final int LONGEST_TEXT = 80;

    private final BoxOffice boxOffice;

    ShowController(BoxOffice boxOffice) {
        this.boxOffice = boxOffice;
    }

    record Order(@Nullable String orderId, @Nullable String buyer) {}

    @PostMapping("/{show}/seats/{seat}")
    @ResponseStatus(HttpStatus.CREATED)
    Sale sell(@PathVariable int show, @PathVariable int seat, @RequestBody Order order) {
        return boxOffice.sell(show, seat, text("orderId", order.orderId()), text("buyer", order.buyer()));
    }

    @DeleteMapping("/{show}/seats/{seat}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void refund(
            @PathVariable int show,
            @PathVariable int seat,
            @RequestParam String orderId,
            @RequestParam(defaultValue = "none given") String reason) {
        boxOffice.refund(show, seat, text("orderId", orderId), reason);
    }

    @GetMapping("/refunds")
    Map<String, Integer> refunds() {
        return boxOffice.refundsByReasonAsKnownHere();
    }

    @GetMapping("/{show}")
    Show show(@PathVariable int show, @RequestParam(defaultValue = "linearizable") String consistency) {
        return local(consistency) ? boxOffice.showAsKnownHere(show) : boxOffice.show(show);
    }

    @GetMapping
    List<Integer> showsWithSales(@RequestParam(defaultValue = "linearizable") String consistency) {
        return local(consistency) ? boxOffice.showsWithSalesAsKnownHere() : boxOffice.showsWithSales();
    }

    private static boolean local(String consistency) {
        return switch (consistency) {
            case "local" -> true;
            case "linearizable" -> false;
            default ->
                throw new ResponseStatusException(
                        HttpStatus.BAD_REQUEST, "consistency must be 'linearizable' or 'local'.");
        };
    }

    private static String text(String name, @Nullable String value) {
        if (value == null || value.isBlank() || value.length() > LONGEST_TEXT) {
            throw new ResponseStatusException(
                    HttpStatus.BAD_REQUEST, name + " must have 1 to " + LONGEST_TEXT + " characters.");
        }
        return value;
    }
}
