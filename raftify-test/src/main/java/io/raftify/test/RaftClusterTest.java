package io.raftify.test;

import io.raftify.node.StorageType;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

/**
 * A test class with a cluster: so many applications are started in this JVM, each a real Spring Boot context with a real
 * member, its own data directory and the real engine and log. Only the network between them is one of this process, and
 * can be cut. Methods, constructors and fields of type {@link RaftCluster} get the cluster.
 *
 * <pre class="code">
 * &#64;RaftClusterTest
 * class InventoryClusterTests {
 *
 *     &#64;Test
 *     void theMajoritySellsOnWithoutTheLeader(RaftCluster cluster) {
 *         RaftClusterNode leader = cluster.leader();
 *         cluster.cut(leader);
 *         cluster.leader().bean(Inventory.class).reserve("a", 1);
 *         cluster.heal();
 *         cluster.awaitAgreement();
 *     }
 * }
 * </pre>
 *
 * <p>The application is found as {@code @SpringBootTest} finds it, and {@code @Import}, {@code @TestConfiguration},
 * {@code @ActiveProfiles}, {@code @TestPropertySource} and {@code @DynamicPropertySource} of the test class are respected in
 * each context. Its {@code raftify.*} properties apply, but for those that say who the members are and where they keep
 * their data: the nodes are called {@code n1}, {@code n2} and so on. The test itself is not a bean and is not autowired,
 * since there is not one context but several: ask a {@link RaftClusterNode}.
 *
 * <p>One cluster serves all methods of the class, one after another. Before each of them the network is healed, every node
 * runs and is ready; what the methods before left in the replicated state is still there, unless {@link #freshFor()} says
 * otherwise. Nested classes use the cluster of the class around them.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ExtendWith(RaftClusterExtension.class)
@Execution(ExecutionMode.SAME_THREAD)
public @interface RaftClusterTest {

    /** How many members there are, 1 to 9. */
    int nodes() default 3;

    /** The application's configuration; by default it is searched for, beginning at the test class's package. */
    Class<?>[] classes() default {};

    /** Properties of every node, as {@code name=value}; they win over those of the application. */
    String[] properties() default {};

    /** {@link WebEnvironment#NONE}, or {@link WebEnvironment#RANDOM_PORT} for a web server in every node. */
    WebEnvironment webEnvironment() default WebEnvironment.NONE;

    /** Where the nodes keep their logs. In memory a node that stops has lost everything. */
    StorageType storage() default StorageType.LMDB;

    /** For how long a cluster is used. */
    FreshFor freshFor() default FreshFor.CLASS;

    /** How long the cluster's verbs wait for what they are to bring about before they fail, such as {@code "30s"}. */
    String timeout() default "30s";

    /** For how long a cluster is used. */
    enum FreshFor {
        /** One cluster for all methods of the class: much faster, and methods must not mind each other's data. */
        CLASS,
        /** Each method gets a cluster of its own, with empty logs. */
        EACH_METHOD
    }
}
