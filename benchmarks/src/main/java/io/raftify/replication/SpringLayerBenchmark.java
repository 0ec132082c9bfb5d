package io.raftify.replication;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * What the Spring layer costs by itself: its member answers at once, on the caller's thread. It lives in the package it
 * measures, since most of that is nobody else's business.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up method before all others
public class SpringLayerBenchmark {

    private static final int FRESH = 1_000;
    private static final @Nullable Object[] ARGUMENTS = {"a-123456", 2};

    private AnnotationConfigApplicationContext context;
    private StockBean plain;
    private StockBean advised;
    private StockBean replicated;
    private CommandCodec codec;
    private ReplicatedMethod reserve;
    private ImmediateNode node;
    private byte[] call;
    private byte[] result;
    private byte[] answer;

    @Setup
    public void start() {
        plain = new StockBean();
        ProxyFactory factory = new ProxyFactory(new StockBean());
        factory.setProxyTargetClass(true);
        factory.addAdvice((MethodInterceptor) invocation -> invocation.proceed());
        advised = (StockBean) factory.getProxy();
        context = new AnnotationConfigApplicationContext(Application.class);
        replicated = context.getBean(StockBean.class);
        ReplicatedBeans beans = context.getBean(ReplicatedBeans.class);
        codec = beans.codecs().primary();
        reserve = beans.commands().get(0);
        node = context.getBean(ImmediateNode.class);
        call = codec.encodeCall(reserve, ARGUMENTS);
        result = codec.encodeResult(reserve, 40);
        replicated.reserve("a-123456", 2);
        answer = node.lastAnswer();
    }

    /** Entries that were never applied: a known one would only be answered again. */
    @State(Scope.Benchmark)
    public static class FreshEntries {

        private List<byte[]> entries;

        @Setup(Level.Invocation)
        public void record(SpringLayerBenchmark benchmark) {
            entries = benchmark.node.record(benchmark.answer, () -> {
                for (int i = 0; i < FRESH; i++) {
                    benchmark.replicated.reserve("a-123456", 2);
                }
            });
        }
    }

    @TearDown
    public void stop() {
        context.close();
    }

    @Benchmark
    public int plainCall() {
        return plain.available("a-123456");
    }

    @Benchmark
    public int callThroughOneInterceptor() {
        return advised.available("a-123456");
    }

    @Benchmark
    public int localQuery() {
        return replicated.availableHere("a-123456");
    }

    @Benchmark
    public int linearizableQuery() {
        return replicated.available("a-123456");
    }

    @Benchmark
    public int commandCalledAndApplied() {
        return replicated.reserve("a-123456", 2);
    }

    @Benchmark
    @OperationsPerInvocation(FRESH)
    public int entryApplied(FreshEntries fresh) {
        int bytes = 0;
        for (byte[] entry : fresh.entries) {
            bytes += node.apply(entry).length;
        }
        return bytes;
    }

    @Benchmark
    public byte[] argumentsEncoded() {
        return codec.encodeCall(reserve, ARGUMENTS);
    }

    @Benchmark
    public @Nullable Object[] argumentsDecoded() {
        return codec.decodeCall(reserve, call);
    }

    @Benchmark
    public byte[] resultEncoded() {
        return codec.encodeResult(reserve, 40);
    }

    @Benchmark
    public @Nullable Object resultDecoded() {
        return codec.decodeResult(reserve, result);
    }

    @Configuration(proxyBeanMethods = false)
    @Import({ReplicationConfiguration.class, StockBean.class})
    static class Application {

        @Bean
        ReplicationSettings settings() {
            return new ReplicationSettings("n1", Duration.ofSeconds(5), Duration.ofSeconds(5));
        }

        @Bean
        ReplicatedStateMachine stateMachine(ReplicatedBeans beans) {
            return new ReplicatedStateMachine(beans);
        }

        @Bean(destroyMethod = "close")
        ImmediateNode node(ReplicatedStateMachine stateMachine) {
            return new ImmediateNode(stateMachine);
        }
    }

    /** The stock of a shop, as a user writes it. */
    static class StockBean {

        @io.raftify.annotation.ReplicatedState
        private final Map<String, Integer> stock = new java.util.HashMap<>(Map.of("a-123456", 42));

        @io.raftify.annotation.ReplicatedCommand("stock.reserve")
        public int reserve(String sku, int quantity) {
            int left = stock.getOrDefault(sku, 0) - quantity;
            stock.put(sku, left < 0 ? 42 : left);
            return left;
        }

        @io.raftify.annotation.ReplicatedQuery
        public int available(String sku) {
            return stock.getOrDefault(sku, 0);
        }

        @io.raftify.annotation.ReplicatedQuery(io.raftify.annotation.ReadConsistency.LOCAL)
        public int availableHere(String sku) {
            return stock.getOrDefault(sku, 0);
        }
    }
}
