package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteResponse;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.raftify.transport.MemberTransport;
import org.junit.jupiter.api.Test;

class PeerAnswerTest {

    private static final long STORED_TERM = 5;

    @Test
    void nothing_is_promised_in_a_term_that_is_not_on_disk() {
        assertThat(answer(append(true, STORED_TERM + 1))).isEqualTo("its term is not on disk yet");
        assertThat(answer(vote(true, STORED_TERM + 1))).isEqualTo("its term is not on disk yet");
    }

    @Test
    void what_is_promised_in_the_term_on_disk_goes_out_and_so_does_a_no_in_any() {
        assertThat(answer(append(true, STORED_TERM))).isEqualTo("answered");
        assertThat(answer(vote(true, STORED_TERM))).isEqualTo("answered");
        assertThat(answer(append(false, STORED_TERM + 1))).isEqualTo("answered");
        assertThat(answer(vote(false, STORED_TERM + 1))).isEqualTo("answered");
    }

    private static Message append(boolean success, long term) {
        return AppendEntriesResponse.newBuilder()
                .setSuccess(success)
                .setTerm(term)
                .setLastLogIndex(1)
                .build();
    }

    private static Message vote(boolean granted, long term) {
        return RequestVoteResponse.newBuilder()
                .setGranted(granted)
                .setTerm(term)
                .build();
    }

    private static String answer(Message response) {
        String[] end = new String[1];
        MemberTransport.Responder responder = new MemberTransport.Responder() {
            @Override
            public void answer(ByteString answer) {
                end[0] = "answered";
            }

            @Override
            public void refuse(String reason) {
                end[0] = reason;
            }
        };
        new PeerAnswer("n2", responder, () -> null, () -> STORED_TERM).sendResponse(response);
        return end[0];
    }
}
