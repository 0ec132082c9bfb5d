package io.raftify.replication.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.annotation.ReplicatedState;
import io.raftify.replication.encoding.CborFormat;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class CopyCostTests {

    @Test
    void aSlowCopyIsReportedOnceInTenMinutesWithTheFieldAndTheRemedy(CapturedOutput output) throws Exception {
        AtomicLong clock = new AtomicLong();
        long[] cost = {CopyCost.MUCH / 2};
        // Asked before and after the field is copied.
        StateCopy copy = new StateCopy(state(), () -> clock.addAndGet(cost[0]));

        take(copy, CopyCost.ENOUGH * 2);
        assertThat(output).doesNotContain("is copied");

        cost[0] = CopyCost.MUCH * 4;
        take(copy, CopyCost.ENOUGH * 2);
        assertThat(reports(output)).isOne();
        assertThat(output).contains("'map' of bean 'everything'", "@ReplicatedState(rollback = false)");

        clock.addAndGet(CopyCost.SILENCE);
        take(copy, 1);
        assertThat(reports(output)).isEqualTo(2);
    }

    private static void take(StateCopy copy, int times) {
        for (int i = 0; i < times; i++) {
            copy.take();
            copy.forget();
        }
    }

    private static int reports(CapturedOutput output) {
        return output.toString().split("the field 'map' of bean '.*' is copied", -1).length - 1;
    }

    private static ApplicationState state() throws NoSuchFieldException {
        Field map = Everything.class.getDeclaredField("map");
        ApplicationState state = new ApplicationState(new CborFormat());
        state.begin(List.of(state.check("everything", Everything.class, new Everything(), List.of(map), null)));
        return state;
    }

    static class Everything {

        @ReplicatedState
        private final Map<String, Integer> map = new HashMap<>();
    }
}
