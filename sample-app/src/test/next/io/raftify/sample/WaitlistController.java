package io.raftify.sample;

import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class WaitlistController {

    private final Waitlist waitlist;

    WaitlistController(Waitlist waitlist) {
        this.waitlist = waitlist;
    }

    @PostMapping("/waitlist/{show}")
    int join(@PathVariable int show, @RequestParam String buyer) {
        return waitlist.join(show, buyer, null);
    }

    @GetMapping("/waitlist/{show}")
    List<String> of(@PathVariable int show) {
        return waitlist.of(show);
    }
}
