package io.raftify.replication.encoding;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Type;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.core.ResolvableType;

/** Values of every type, in the form they have in snapshots, which takes nothing for something else. */
class StateValuesTests {

    private final CborFormat plain = new CborFormat();
    private final CborFormat state = plain.forState();
    private final CborFormat digests = plain.forDigests();

    @ParameterizedTest
    @MethodSource("io.raftify.replication.CborCommandCodecTests#values")
    void aValueComesBackEqual(Type declared, Object value) throws Exception {
        ResolvableType type = ResolvableType.forType(declared);

        byte[] written = state.writer(type).writeValueAsBytes(value);
        Object back = state.reader(type).readValue(written);

        assertThat(Objects.deepEquals(back, value)).as("%s is %s", back, value).isTrue();
        assertThat(state.writer(type).writeValueAsBytes(back)).isEqualTo(written);
    }

    @ParameterizedTest
    @MethodSource("io.raftify.replication.CborCommandCodecTests#values")
    void anEqualValueIsDigestedAlike(Type declared, Object value) throws Exception {
        ResolvableType type = ResolvableType.forType(declared);
        Object copy = plain.reader(type).readValue(plain.writer(type).writeValueAsBytes(value));

        assertThat(digests.writer(type).writeValueAsBytes(copy))
                .isEqualTo(digests.writer(type).writeValueAsBytes(value));
    }
}
