package io.raftify.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class PeerAddressTest {

    @Test
    void host_and_port_are_parsed_and_printed_alike() {
        assertThat(PeerAddress.parse("host1:9090")).isEqualTo(new PeerAddress("host1", 9090));
        assertThat(PeerAddress.parse(" host1:9090 ")).hasToString("host1:9090");
    }

    @Test
    void an_ipv6_address_is_written_in_brackets() {
        assertThat(PeerAddress.parse("[::1]:9090"))
                .isEqualTo(new PeerAddress("::1", 9090))
                .hasToString("[::1]:9090");
        refused("::1:9090", "brackets");
    }

    @Test
    void what_is_missing_or_wrong_is_named() {
        refused("host1", "port is missing");
        refused(":9090", "host is missing");
        refused("host1:", "''");
        refused("host1:http", "'http'");
        refused("host1:70000", "70000");
        refused("host1:0", "between 1 and 65535");
        refused("http://host1:9090", "without scheme");
    }

    private static void refused(String text, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PeerAddress.parse(text))
                .withMessageContaining(reason);
    }
}
