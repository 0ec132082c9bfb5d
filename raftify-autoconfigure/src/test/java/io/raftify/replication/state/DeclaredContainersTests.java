package io.raftify.replication.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.replication.encoding.CborFormat;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** State declared as a class of {@code java.util}, not as {@code Map} or {@code List}, whose type variables are its own. */
class DeclaredContainersTests {

    record Place(int row, String name) {}

    record Pair<A, B>(A first, B second) {}

    static final class Bean {
        Map<Integer, SortedMap<Integer, Place>> nested = new TreeMap<>();
        TreeMap<Integer, Place> tree = new TreeMap<>();
        ConcurrentHashMap<String, List<Place>> concurrent = new ConcurrentHashMap<>();
        HashMap<String, Pair<Place, TreeMap<String, Place>>> pairs = new HashMap<>();
        ArrayList<Place> list = new ArrayList<>();
        LinkedHashSet<Pair<String, Integer>> set = new LinkedHashSet<>();

        void fill() {
            Place place = new Place(1, "a");
            nested.put(7, new TreeMap<>(Map.of(1, place, 2, new Place(2, "b"))));
            tree.put(3, place);
            concurrent.put("x", List.of(place));
            pairs.put("p", new Pair<>(place, new TreeMap<>(Map.of("q", place))));
            list.add(place);
            set.add(new Pair<>("s", 5));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nested", "tree", "concurrent", "pairs", "list", "set"})
    void areAcceptedAndComeBackEqual(String name) throws Exception {
        CborFormat cbor = new CborFormat();
        FieldFormat format = new FieldFormat(cbor);
        Bean from = new Bean();
        from.fill();
        Bean to = new Bean();
        StateField source = field(from, name);
        StateField target = field(to, name);

        if (source.isMap()) {
            assertThat(cbor.problemWith(source.keyType())).isEmpty();
        }
        assertThat(cbor.problemWith(source.elementType())).isEmpty();
        Chunks written = format.write(source);
        format.restore(target, written.open(0, written.size()));

        assertThat(target.get())
                .isEqualTo(source.get())
                .isNotEqualTo(field(new Bean(), name).get());
    }

    private static StateField field(Bean bean, String name) throws NoSuchFieldException {
        Field field = Bean.class.getDeclaredField(name);
        return new StateField(bean, field);
    }
}
