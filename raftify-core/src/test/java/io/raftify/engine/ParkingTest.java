package io.raftify.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParkingTest {

    private static final RequestVoteRequest VOTE = RequestVoteRequest.getDefaultInstance();
    private static final TimeoutNowRequest TAKE_OVER = TimeoutNowRequest.getDefaultInstance();
    private static final AppendEntriesRequest APPEND = AppendEntriesRequest.getDefaultInstance();

    private final Parking parking = new Parking();

    @Test
    void a_parked_member_asks_for_votes_only_while_it_may_and_gives_its_own() {
        assertThat(parking.refusalOfOutgoing(VOTE)).isNull();

        parking.park(7, "the command is not known");

        assertThat(parking.refusalOfOutgoing(VOTE)).contains("parked after index 7: the command is not known");
        assertThat(parking.refusalOfIncoming(VOTE)).isNull();
        assertThat(parking.refusalOfOutgoing(APPEND)).isNull();
        assertThat(parking.refusalOfIncoming(APPEND)).isNull();

        parking.seekVotes(true);
        assertThat(parking.refusalOfOutgoing(VOTE)).isNull();
        parking.seekVotes(false);
        assertThat(parking.refusalOfOutgoing(VOTE)).isNotNull();
    }

    @Test
    void a_parked_member_does_not_take_over() {
        assertThat(parking.refusalOfIncoming(TAKE_OVER)).isNull();
        parking.park(7, "the command is not known");
        assertThat(parking.refusalOfIncoming(TAKE_OVER)).isNotNull();
    }

    @Test
    void a_state_replaced_by_a_whole_one_ends_it_and_the_leave_to_ask_for_votes() {
        parking.park(7, "the command is not known");
        parking.seekVotes(true);

        parking.lift();

        assertThat(parking.parked()).isNull();
        assertThat(parking.refusal()).isNull();
        parking.park(9, "another command is not known");
        assertThat(parking.refusalOfOutgoing(VOTE)).contains("parked after index 9");
    }

    @Test
    void what_it_waits_for_is_said_once_however_often_it_is_met() {
        List<String> said = new ArrayList<>();
        parking.onParked(said::add);

        parking.park(7, "one command is not known");
        parking.park(7, "one command is not known");
        parking.park(7, "another command is not known");

        assertThat(said).containsExactly("one command is not known", "another command is not known");
    }
}
