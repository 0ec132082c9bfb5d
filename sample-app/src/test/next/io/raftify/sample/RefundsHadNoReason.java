package io.raftify.sample;

import io.raftify.replication.CommandUpcaster;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Brings up refunds that the former version wrote. */
@Configuration(proxyBeanMethods = false)
class RefundsHadNoReason {

    @Bean
    CommandUpcaster refundHadNoReason() {
        return CommandUpcaster.of("box-office.refund", 1, arguments -> arguments.addNull());
    }
}
