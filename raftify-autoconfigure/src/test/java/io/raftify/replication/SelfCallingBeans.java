package io.raftify.replication;

import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import jakarta.annotation.PostConstruct;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Lazy;

/** Beans that call themselves, past their proxy and through it. */
@SuppressWarnings("unused")
final class SelfCallingBeans {

    private SelfCallingBeans() {}

    static class Plain {
        @ReplicatedState
        protected int left = 10;

        @ReplicatedCommand("reserve")
        public void reserve(int quantity) {
            left -= quantity;
        }

        @ReplicatedQuery
        public int count() {
            return left;
        }
    }

    // Past the proxy.

    static class Plainly extends Plain {
        public void restock(int quantity) {
            reserve(-quantity); // by which the refusal's line is known
        }
    }

    static class OnAVariable extends Plain {
        public void restock(int quantity) {
            Plain target = quantity > 0 ? this : null;
            if (target != null) {
                target.reserve(quantity);
            }
        }
    }

    static class ThroughHelpers extends Plain {
        public void restock(int quantity) {
            first(quantity);
        }

        private void first(int quantity) {
            second(quantity);
        }

        private void second(int quantity) {
            reserve(quantity);
        }
    }

    static class ThroughAHelperOfACommandToo extends Plain {
        @ReplicatedCommand("twice")
        public void twice(int quantity) {
            both(2 * quantity);
        }

        public void restock(int quantity) {
            both(-quantity);
        }

        private void both(int quantity) {
            reserve(quantity);
        }
    }

    static class InALambda extends Plain {
        public void restock(int quantity) {
            List.of(quantity).forEach(each -> reserve(-each));
        }
    }

    static class ByAMethodReference extends Plain {
        public void restock(int quantity) {
            IntConsumer each = this::reserve;
            each.accept(quantity);
        }
    }

    static class InAnAnonymousClass extends Plain {
        public void restock(int quantity) {
            Plain me = this;
            new Runnable() {
                @Override
                public void run() {
                    me.reserve(quantity);
                }
            }.run();
        }
    }

    static class InAnInnerClass extends Plain {
        public Iterator<Integer> refill() {
            return new Refill();
        }

        class Refill implements Iterator<Integer> {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Integer next() {
                return again();
            }

            private int again() {
                reserve(-1);
                return 1;
            }
        }
    }

    static class InAClassThatIsGivenTheBean extends Plain {
        public Runnable refill() {
            return new Refill(this);
        }

        static class Refill implements Runnable {
            private final Plain bean;

            Refill(Plain bean) {
                this.bean = bean;
            }

            @Override
            public void run() {
                bean.reserve(-1);
            }
        }
    }

    static class InAStaticMethod extends Plain {
        public void restock(int quantity) {
            into(this, quantity);
        }

        private static void into(Plain bean, int quantity) {
            bean.reserve(quantity);
        }
    }

    static class OfTheSuperclass extends Plain {
        @Override
        public void reserve(int quantity) {
            super.reserve(2 * quantity);
        }

        public void restock(int quantity) {
            super.reserve(-quantity);
        }
    }

    static class InASuperclass extends Plainly {}

    interface Restocked {
        @ReplicatedCommand("reserve")
        void reserve(int quantity);

        default void restock(int quantity) {
            reserve(-quantity);
        }
    }

    static class InADefaultMethod implements Restocked {
        @ReplicatedState
        private int left;

        @Override
        public void reserve(int quantity) {
            left -= quantity;
        }
    }

    interface Reserving<T> {
        @ReplicatedCommand("reserve")
        void reserve(T quantity);

        default void restock(T quantity) {}
    }

    static class ByAGenericInterface implements Reserving<Integer> {
        @ReplicatedState
        private int left;

        @Override
        public void reserve(Integer quantity) {
            left -= quantity;
        }

        public void restock(int quantity) {
            Reserving<Integer> me = this;
            me.reserve(quantity);
        }
    }

    static class AfterConstruction extends Plain {
        @PostConstruct
        public void fill() {
            reserve(1);
        }
    }

    static class PrivatelyAfterConstruction extends Plain {
        @PostConstruct
        private void fill() {
            reserve(1);
        }

        @ReplicatedCommand("fill")
        public void fillAgain() {
            fill();
        }
    }

    static class InTheConstructor extends Plain {
        InTheConstructor() {
            reserve(1);
        }
    }

    static class OnAnotherThread extends Plain {
        private final ExecutorService pool = ForkJoinPool.commonPool();

        @ReplicatedCommand("move")
        public void move(int quantity) {
            pool.execute(() -> reserve(quantity));
        }
    }

    static class InAQuery extends Plain {
        @ReplicatedQuery
        public int peek() {
            reserve(0);
            return left;
        }
    }

    static class OfAQuery extends Plain {
        public int plain() {
            return count();
        }
    }

    static class OfAFresherQuery extends Plain {
        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int asKnownHere() {
            return count();
        }
    }

    static class Assigning extends Plain {
        public void reset() {
            left = 0;
        }
    }

    static class AssigningInAHelper extends Plain {
        public void reset() {
            set(0);
        }

        private void set(int value) {
            left = value;
        }
    }

    static class AssigningInAQuery extends Plain {
        @ReplicatedQuery
        public int peek() {
            return left++;
        }
    }

    static class AssigningPackagePrivately extends Plain {
        @ReplicatedCommand("set")
        public void set(int value) {
            change(value);
        }

        void change(int value) {
            left = value;
        }
    }

    static class Twice extends Plainly {
        public void restockAll() {
            reserve(-1);
        }
    }

    // Through the proxy, or as part of a command.

    static class ThroughASelfReference extends Plain {
        @Autowired
        @Lazy
        private ThroughASelfReference self;

        public void restock(int quantity) {
            self.reserve(-quantity);
        }
    }

    static class ThroughAProvider extends Plain {
        private final ObjectProvider<ThroughAProvider> self;

        ThroughAProvider(ObjectProvider<ThroughAProvider> self) {
            this.self = self;
        }

        public int restock(int quantity) {
            self.getObject().reserve(-quantity);
            return self.getObject().count();
        }
    }

    static class ThroughAConstructorsArgument extends Plain {
        private final ThroughAConstructorsArgument self;

        ThroughAConstructorsArgument(@Lazy ThroughAConstructorsArgument self) {
            this.self = self;
        }

        public void restock(int quantity) {
            self.reserve(-quantity);
        }
    }

    static class ThroughAProviderInALambda extends Plain {
        private final ObjectProvider<Plain> self;

        ThroughAProviderInALambda(ObjectProvider<Plain> self) {
            this.self = self;
        }

        public void restock(int quantity) {
            Plain proxy = self.getObject();
            IntConsumer each = proxy::reserve;
            List.of(quantity).forEach(one -> self.getObject().reserve(one));
            each.accept(quantity);
        }
    }

    static class InACommand extends Plain {
        @ReplicatedCommand("twice")
        public void twice(int quantity) {
            reserve(quantity);
            this.reserve(quantity);
        }
    }

    static class InAHelperOfACommand extends Plain {
        @ReplicatedCommand("twice")
        public void twice(int quantity) {
            first(2 * quantity);
        }

        private void first(int quantity) {
            second(quantity);
        }

        private void second(int quantity) {
            reserve(quantity);
        }
    }

    static class InALambdaOfACommand extends Plain {
        @ReplicatedCommand("all")
        public void all(List<Integer> quantities) {
            quantities.forEach(each -> reserve(each));
            quantities.forEach(this::reserve);
            new Runnable() {
                @Override
                public void run() {
                    reserve(1);
                }
            }.run();
        }
    }

    abstract static class Template extends Plain {
        @ReplicatedCommand("apply")
        public void apply(int quantity) {
            change(quantity);
        }

        protected abstract void change(int quantity);
    }

    static class InAProtectedHelperOfACommand extends Template {
        @Override
        protected void change(int quantity) {
            reserve(quantity);
            left--;
        }
    }

    static class OfTheOverriddenCommand extends Plain {
        @Override
        public void reserve(int quantity) {
            super.reserve(2 * quantity);
        }
    }

    static class OfAQueryInACommand extends Plain {
        @ReplicatedCommand("take-all")
        public void takeAll() {
            reserve(count());
        }
    }

    static class OfAsFreshAQuery extends Plain {
        @ReplicatedQuery
        public int twice() {
            return count() + asKnownHere();
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public int asKnownHere() {
            return left;
        }
    }

    static class OnAnotherObject extends Plain {
        public int restock(int quantity) {
            Plain draft = new Plain();
            draft.reserve(quantity);
            return draft.count();
        }
    }

    static class AssigningAtFirst extends Plain implements InitializingBean {
        AssigningAtFirst() {
            left = 20;
        }

        @Override
        public void afterPropertiesSet() {
            left = 30;
        }

        @PostConstruct
        private void begin() {
            left = 25;
        }
    }

    static class AssigningInACommand extends Plain {
        @ReplicatedCommand("reset")
        public void reset() {
            set(0);
        }

        private void set(int value) {
            left = value;
        }
    }

    // What only warnings are for.

    static class Stock {
        @ReplicatedState
        protected final Map<String, Integer> stock = new TreeMap<>();

        @ReplicatedState
        protected final Map<String, List<String>> names = new TreeMap<>();

        @ReplicatedCommand("add")
        public void add(String name) {
            stock.merge(name, 1, Integer::sum);
            names.computeIfAbsent(name, id -> new ArrayList<>()).add(name);
        }
    }

    static class Forgetting extends Stock {
        public void forget(String name) {
            stock.remove(name);
        }
    }

    static class ForgettingInAHelper extends Stock {
        public void forget(String name) {
            drop(name);
        }

        private void drop(String name) {
            Map<String, Integer> all = stock;
            all.remove(name);
        }
    }

    static class ForgettingInAQuery extends Stock {
        @ReplicatedQuery
        public int peek(String name) {
            Integer left = stock.remove(name);
            return left != null ? left : 0;
        }
    }

    static class ChangingAnArray extends Plain {
        @ReplicatedState
        private int[] seats = new int[10];

        public void free(int seat) {
            seats[seat] = 0;
        }
    }

    static class FilledAtFirst extends Stock {
        @PostConstruct
        void fill() {
            stock.put("at first", 1);
        }
    }

    static class ForgettingInACommand extends Stock {
        @ReplicatedState
        private int[] seats = new int[10];

        @ReplicatedCommand("forget")
        public void forget(String name) {
            drop(name);
            seats[0]++;
        }

        private void drop(String name) {
            stock.remove(name);
        }
    }

    static class ForgettingInACopy extends Stock {
        public int without(String name) {
            Map<String, Integer> copy = name.isEmpty() ? stock : new TreeMap<>(stock);
            Map<String, Integer> own = new TreeMap<>(copy);
            own.remove(name);
            return own.size();
        }
    }

    static class Careless extends Stock implements IntSupplier {
        public void forgetInside(String name) {
            List<String> all = names.get(name);
            all.clear();
        }

        public int size() {
            return stock.size();
        }

        @Override
        @ReplicatedQuery
        public int getAsInt() {
            return stock.size();
        }

        public int generated() {
            return IntStream.generate(this).limit(2).sum();
        }
    }

    static class Careful extends Stock {
        @ReplicatedQuery
        public List<String> names(String name) {
            List<String> copy = new ArrayList<>(names.getOrDefault(name, List.of()));
            copy.add("");
            copy.remove("");
            return copy;
        }

        public int generated() {
            return IntStream.generate(() -> 1).limit(2).sum();
        }
    }
}
