package io.raftify.replication;

import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedState;
import io.raftify.replication.state.StateCopy;
import io.raftify.replication.state.StateDigests;
import io.raftify.replication.state.StateImage;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What a map of so many entries costs, beside the commands that change it. Of the package it measures. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up method before all others
public class StateCostBenchmark {

    @Param({"0", "100", "10000", "1000000"})
    public int entries;

    /** Whether an entry's value can change. */
    @Param({"immutable", "mutable"})
    public String values;

    private AnnotationConfigApplicationContext context;
    private StateCopy copy;
    private StateImage image;
    private StateDigests digests;

    @Setup
    public void start() {
        boolean immutable = values.equals("immutable");
        context = new AnnotationConfigApplicationContext(immutable ? OfRecords.class : OfObjects.class);
        // Not through commands, which would each cost what is to be measured.
        if (immutable) {
            Sales bean = (Sales) BeanCheck.target(context.getBean(Sales.class));
            for (int i = 0; i < entries; i++) {
                bean.sales.put("sale-" + i, new Sale("customer-" + i % 1000, i, "note " + i));
            }
        } else {
            Baskets bean = (Baskets) BeanCheck.target(context.getBean(Baskets.class));
            for (int i = 0; i < entries; i++) {
                bean.baskets.put("sale-" + i, new Basket("customer-" + i % 1000, i, "note " + i));
            }
        }
        ReplicatedBeans beans = context.getBean(ReplicatedBeans.class);
        copy = new StateCopy(beans.state());
        image = new StateImage(beans.state(), List.of());
        digests = new StateDigests(beans.state());
    }

    @TearDown
    public void stop() {
        context.close();
    }

    /** Before every command. */
    @Benchmark
    public void copy() {
        copy.take();
        copy.forget();
    }

    /** After a command that threw. */
    @Benchmark
    public void copyAndPutBack() {
        copy.take();
        copy.putBack();
    }

    /** For as long commands wait when a snapshot is taken. */
    @Benchmark
    public Object captureImage() {
        return image.capture();
    }

    /** The same, and what is done beside the commands. */
    @Benchmark
    public void captureAndWriteImage() throws IOException {
        image.capture().writeTo(OutputStream.nullOutputStream());
    }

    @Benchmark
    public Object digest() {
        return digests.take();
    }

    record Sale(String customer, long cents, String note) {}

    static final class Basket {
        String customer = "";
        long cents;
        String note = "";

        Basket() {}

        Basket(String customer, long cents, String note) {
            this.customer = customer;
            this.cents = cents;
            this.note = note;
        }
    }

    static class Sales {

        @ReplicatedState
        final Map<String, Sale> sales = new HashMap<>();

        @ReplicatedCommand("sales.any")
        public void any() {}
    }

    static class Baskets {

        @ReplicatedState
        final Map<String, Basket> baskets = new HashMap<>();

        @ReplicatedCommand("baskets.any")
        public void any() {}
    }

    @Configuration(proxyBeanMethods = false)
    static class Settings {

        @Bean
        ReplicationSettings settings() {
            return new ReplicationSettings("n1", Duration.ofSeconds(5), Duration.ofSeconds(5));
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import({ReplicationConfiguration.class, Settings.class, Sales.class})
    static class OfRecords {}

    @Configuration(proxyBeanMethods = false)
    @Import({ReplicationConfiguration.class, Settings.class, Baskets.class})
    static class OfObjects {}
}
