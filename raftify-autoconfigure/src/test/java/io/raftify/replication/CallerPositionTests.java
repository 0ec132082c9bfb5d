package io.raftify.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallerPositionTests {

    @Test
    void itIsThereBetweenOpeningAndClosingAndNeverGoesBack() {
        assertThat(CallerPosition.current()).isNull();
        try (CallerPosition position = CallerPosition.begin()) {
            assertThat(CallerPosition.current()).isSameAs(position);
            assertThat(position.token()).isEqualTo("v1-0");
            position.seen(7);
            position.seen(5);
            assertThat(position.index()).isEqualTo(7);
        }
        assertThat(CallerPosition.current()).isNull();
    }

    @Test
    void aTokenIsTakenUpElsewhere() {
        String token;
        try (CallerPosition position = CallerPosition.resume(null)) {
            position.seen(42);
            token = position.token();
        }
        try (CallerPosition position = CallerPosition.resume(" " + token)) {
            assertThat(position.index()).isEqualTo(42);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"42", "v1-", "v1--1", "v1-042", "v2-42", "v1-4 2", "v1-9999999999999999999", "v1-4\u0662"})
    void whatIsNoTokenIsRefusedAndLeavesNothingOpen(String token) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CallerPosition.resume(token))
                .withMessageContaining("v1-42");
        assertThat(CallerPosition.current()).isNull();
    }

    @Test
    void oneInsideAnotherBeginsWhereThatStandsAndThatGoesOnWhereItEnds() {
        try (CallerPosition outer = CallerPosition.begin()) {
            outer.seen(3);
            try (CallerPosition inner = CallerPosition.resume("v1-2")) {
                assertThat(inner.index()).isEqualTo(3);
                inner.seen(9);
                assertThatIllegalStateException().isThrownBy(outer::close).withMessageContaining("still open");
            }
            assertThat(CallerPosition.current()).isSameAs(outer);
            assertThat(outer.index()).isEqualTo(9);
        }
    }

    @Test
    void anotherThreadHasItOnlyWhereATaskWasWrapped() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (CallerPosition position = CallerPosition.begin()) {
            assertThat(thread.submit(CallerPosition::current).get()).isNull();
            assertThat(thread.submit(position.wrap(CallerPosition::current)).get())
                    .isSameAs(position);
            assertThat(thread.submit(CallerPosition::current).get()).isNull();
            assertThat(thread.submit(() -> {
                                try {
                                    position.close();
                                    return "closed";
                                } catch (IllegalStateException refused) {
                                    return refused.getMessage();
                                }
                            })
                            .get())
                    .contains("by the thread that opened it");
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void closingAgainDoesNoHarm() {
        CallerPosition position = CallerPosition.begin();
        position.close();
        try (CallerPosition next = CallerPosition.begin()) {
            position.close();
            assertThat(CallerPosition.current()).isSameAs(next);
        }
    }
}
