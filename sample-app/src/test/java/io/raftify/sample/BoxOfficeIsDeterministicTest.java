package io.raftify.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.replication.StreamedState;
import io.raftify.replication.bytecode.BeanBytecode;
import io.raftify.replication.bytecode.Inspection;
import org.junit.jupiter.api.Test;

class BoxOfficeIsDeterministicTest {

    @Test
    void nothingIsFoundInTheBoxOfficeThatWouldMakeMembersDiffer() {
        Inspection inspection = BeanBytecode.inspect(BoxOffice.class, StreamedState.class);

        assertThat(inspection.unread()).isEmpty();
        assertThat(inspection.refusals()).isEmpty();
        assertThat(inspection.findings()).isEmpty();
    }
}
