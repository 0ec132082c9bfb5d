package io.raftify.test;

import static io.raftify.test.RaftifyAssertions.assertThatBean;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.raftify.annotation.CommandContext;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Each kind of mistake beside a bean that does the same without it. */
class DeterminismTests {

    private static final int MANY = 30;

    private static <T extends Notes> void assertThatNotesDiffer(Class<T> beanClass) {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThatBean(beanClass).isDeterministicUnder(DeterminismTests::note))
                .withMessageContaining(beanClass.getName())
                .withMessageContaining("not deterministic")
                .withMessageContaining("call 1, note(\"first\")")
                .withMessageContaining("field 'notes'")
                .withMessageContaining("(" + beanClass.getSimpleName() + ")");
    }

    private static void note(Notes notes) {
        notes.note("first");
        notes.note("second");
        notes.note("third");
    }

    /** Notes something; what, is each bean's own affair. */
    abstract static class Notes {

        @ReplicatedState
        final List<String> notes = new ArrayList<>();

        @ReplicatedCommand("note")
        public void note(String text) {
            notes.add(written(text));
        }

        abstract String written(String text);
    }

    static class WhatItIsGiven extends Notes {
        @Override
        String written(String text) {
            return text;
        }
    }

    @Test
    void whatComesFromTheArgumentsIsTheSame() {
        assertThatBean(WhatItIsGiven.class).isDeterministicUnder(DeterminismTests::note);
    }

    static class TheTime extends Notes {
        @Override
        String written(String text) {
            return text + Instant.now();
        }
    }

    @Test
    void theClockIsNot() {
        assertThatNotesDiffer(TheTime.class);
    }

    static class TheMillisecond extends Notes {
        @Override
        String written(String text) {
            return text + System.currentTimeMillis();
        }
    }

    @Test
    void aCoarseClockIsNot() {
        assertThatNotesDiffer(TheMillisecond.class);
    }

    static class Today extends Notes {
        @Override
        String written(String text) {
            return text + LocalDate.now();
        }
    }

    @Test
    void theDayWhereTheMemberIsIsNot() {
        assertThatNotesDiffer(Today.class);
    }

    static class NewId extends Notes {
        @Override
        String written(String text) {
            return UUID.randomUUID().toString();
        }
    }

    @Test
    void aRandomUuidIsNot() {
        assertThatNotesDiffer(NewId.class);
    }

    static class Dice extends Notes {
        @Override
        String written(String text) {
            return text + new Random().nextLong();
        }
    }

    static class SeededDice extends Notes {
        @Override
        String written(String text) {
            return text + new Random(text.hashCode()).nextLong();
        }
    }

    @Test
    void aRandomNumberIsNotUnlessItsSeedIsGiven() {
        assertThatNotesDiffer(Dice.class);
        assertThatBean(SeededDice.class).isDeterministicUnder(DeterminismTests::note);
    }

    static class FromTheLog {

        @ReplicatedState
        private final List<String> notes = new ArrayList<>();

        @ReplicatedCommand("note")
        public void note(String text, @Nullable CommandContext context) {
            if (context != null) {
                notes.add(text
                        + context.time()
                        + context.uuid()
                        + context.random().nextLong());
            }
        }

        @ReplicatedQuery
        public int count() {
            return notes.size();
        }
    }

    @Test
    void whatTheContextOfACommandSaysIs() {
        assertThatBean(FromTheLog.class).isDeterministicUnder(bean -> {
            bean.note("first", null);
            bean.note("second", null);
            assertThat(bean.count()).isEqualTo(2);
        });
    }

    static class LocalText extends Notes {
        @Override
        String written(String text) {
            return text.toUpperCase();
        }
    }

    static class RootText extends Notes {
        @Override
        String written(String text) {
            return text.toUpperCase(Locale.ROOT);
        }
    }

    @Test
    void textInTheLocaleOfTheMemberIsNot() {
        assertThatNotesDiffer(LocalText.class);
        assertThatBean(RootText.class).isDeterministicUnder(DeterminismTests::note);
    }

    static class ItsThread extends Notes {
        @Override
        String written(String text) {
            return Thread.currentThread().getName();
        }
    }

    @Test
    void theThreadIsNot() {
        assertThatNotesDiffer(ItsThread.class);
    }

    static class StaticCounter extends Notes {
        private static int counter;

        @Override
        String written(String text) {
            return text + ++counter;
        }
    }

    @Test
    void aStaticCounterIsNot() {
        assertThatNotesDiffer(StaticCounter.class);
    }

    /** Without a hash code of its own. */
    private static final class Ticket {
        private final int number;

        Ticket(int number) {
            this.number = number;
        }
    }

    static class LuckyTicket extends Notes {
        @Override
        String written(String text) {
            Set<Ticket> drum = new HashSet<>();
            for (int i = 0; i < 1_000; i++) {
                drum.add(new Ticket(i));
            }
            // Three, since one is drawn twice now and then.
            return text + drum.stream().limit(3).map(each -> each.number).toList();
        }
    }

    static class LuckyNumber extends Notes {
        @Override
        String written(String text) {
            Set<Integer> drum = new HashSet<>();
            for (int i = 0; i < 1_000; i++) {
                drum.add(i);
            }
            return text + drum.stream().limit(3).toList();
        }
    }

    @Test
    void theOrderOfElementsWithoutAHashCodeOfTheirOwnIsNot() {
        assertThatNotesDiffer(LuckyTicket.class);
        assertThatBean(LuckyNumber.class).isDeterministicUnder(DeterminismTests::note);
    }

    static class UnmarkedCounter {
        private int counter;

        @ReplicatedState
        private int last;

        @ReplicatedCommand("count")
        public void count() {
            last = ++counter;
        }
    }

    static class MarkedCounter {
        @ReplicatedState
        private int counter;

        @ReplicatedState
        private int last;

        @ReplicatedCommand("count")
        public void count() {
            last = ++counter;
        }
    }

    @Test
    void aFieldThatIsNotMarkedIsLostInASnapshot() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThatBean(UnmarkedCounter.class).isDeterministicUnder(counter -> {
                    counter.count();
                    counter.count();
                }))
                .withMessageContaining("'counter' of UnmarkedCounter")
                .withMessageContaining("not marked @ReplicatedState")
                .withMessageContaining("ignoringFields(\"counter\")");
        assertThatBean(MarkedCounter.class).isDeterministicUnder(counter -> {
            counter.count();
            counter.count();
        });
    }

    @Test
    void aFieldThatIsLeftOutIsFoundAllTheSameByWhatItDoesToTheState() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThatBean(UnmarkedCounter.class)
                        .ignoringFields("counter")
                        .isDeterministicUnder(counter -> {
                            for (int i = 0; i < MANY; i++) {
                                counter.count();
                            }
                        }))
                .withMessageContaining("field 'last'")
                .withMessageContaining("restored from a snapshot");
    }

    static class Cached {

        @ReplicatedState
        private final Map<String, Integer> prices = new TreeMap<>();

        private final Map<String, String> labels = new HashMap<>();

        @ReplicatedCommand("price")
        public void price(String thing, int price) {
            prices.put(thing, price);
            labels.remove(thing);
        }

        @ReplicatedCommand("sell")
        public int sell(String thing) {
            labels.put(thing, thing + " was sold");
            return prices.getOrDefault(thing, 0);
        }

        @ReplicatedQuery
        public @Nullable String label(String thing) {
            return labels.get(thing);
        }
    }

    @Test
    void whatAQueryAnswersFromAFieldThatIsNotMarkedDiffers() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThatBean(Cached.class)
                        .ignoringFields("labels")
                        .isDeterministicUnder(bean -> {
                            bean.price("a", 1);
                            bean.sell("a");
                            for (int i = 0; i < MANY; i++) {
                                bean.price("b", i);
                            }
                            bean.label("a");
                        }))
                .withMessageContaining("label(\"a\")")
                .withMessageContaining("a was sold")
                .withMessageContaining("restored from a snapshot");
    }

    static class RandomResult {

        @ReplicatedState
        private int draws;

        @ReplicatedCommand("draw")
        public long draw() {
            draws++;
            return new Random().nextLong();
        }
    }

    @Test
    void aResultCountsAsWellAsTheState() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThatBean(RandomResult.class).isDeterministicUnder(RandomResult::draw))
                .withMessageContaining("result of call 1, draw()");
    }

    static class Refusing {

        @ReplicatedState
        private int asked;

        @ReplicatedCommand("ask")
        public void ask() {
            asked++;
            throw new UnsupportedOperationException("not today");
        }
    }

    @Test
    void exceptionsAreResultsLikeOthers() {
        assertThatBean(Refusing.class).isDeterministicUnder(bean -> {
            catchThrowable(bean::ask);
            catchThrowable(bean::ask);
        });
    }

    static class HashState {

        @ReplicatedState
        private final Map<String, Set<String>> tags = new HashMap<>();

        @ReplicatedCommand("tag")
        public void tag(String thing, String tag) {
            tags.computeIfAbsent(thing, any -> new HashSet<>()).add(tag);
        }

        @ReplicatedCommand("forget")
        public void forget(String thing) {
            tags.remove(thing);
        }
    }

    @Test
    void aHashMapMayComeBackFromASnapshotInAnotherOrder() {
        assertThatBean(HashState.class).isDeterministicUnder(bean -> {
            for (int i = 0; i < 30; i++) {
                bean.tag("thing" + i, "tag" + i);
                bean.tag("thing", "tag" + 7 * i);
            }
            for (int i = 0; i < 25; i++) {
                bean.forget("thing" + i);
            }
        });
    }

    static class Stocktaking {

        @ReplicatedState
        private final Map<String, Integer> stock = new HashMap<>();

        @ReplicatedState
        private int counted;

        @ReplicatedCommand("fill")
        public void fill(int count) {
            for (int i = 0; i < count; i++) {
                stock.put(Integer.toString(i * 7_919, 36), i);
            }
        }

        @ReplicatedCommand("sell-all-but")
        public void sellAllBut(int below) {
            stock.values().removeIf(amount -> amount >= below);
        }

        @ReplicatedCommand("count")
        public Map<String, Integer> count() {
            counted++;
            return stock;
        }
    }

    @Test
    void whatACommandReturnsMayBeInTheOrderOfThatHashMap() {
        assertThatBean(Stocktaking.class).isDeterministicUnder(bean -> {
            bean.fill(5_000);
            bean.sellAllBut(12);
            for (int i = 0; i < 4; i++) {
                bean.count();
            }
        });
    }

    static class Prices {
        int of(String thing) {
            return thing.length();
        }
    }

    static class Shop {

        private final Prices prices;

        @ReplicatedState
        private int turnover;

        Shop(Prices prices) {
            this.prices = prices;
        }

        @ReplicatedCommand("sell")
        public int sell(String thing) {
            return turnover += prices.of(thing);
        }
    }

    @Test
    void aBeanMayNeedOthers() {
        assertThatBean(Shop.class).with(Prices.class).isDeterministicUnder(shop -> shop.sell("book"));
    }

    @Test
    void aLogWithoutCommandsProvesNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> assertThatBean(Cached.class).isDeterministicUnder(bean -> bean.label("a")))
                .withMessageContaining("No command");
    }
}
