package io.raftify.replication.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.replication.wire.CommandId;
import org.junit.jupiter.api.Test;

class CommandIdsTests {

    @Test
    void anIdIsReadBackFromItsTextAndOtherTextIsNone() {
        CommandId id = CommandId.newBuilder().setSession(812).setSequence(17).build();

        assertThat(CommandIds.parse(CommandIds.text(id))).isEqualTo(id);
        assertThat(CommandIds.parse("812")).isNull();
        assertThat(CommandIds.parse("812-")).isNull();
        assertThat(CommandIds.parse("-17")).isNull();
        assertThat(CommandIds.parse("0-17")).isNull();
        assertThat(CommandIds.parse("812-x")).isNull();
    }
}
