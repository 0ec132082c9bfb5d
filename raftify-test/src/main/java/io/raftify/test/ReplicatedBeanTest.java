package io.raftify.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration;
import org.springframework.boot.test.context.filter.annotation.TypeExcludeFilters;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.core.annotation.AliasFor;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * A test of replicated beans alone: their commands and queries go through a real member and its log, but there is one
 * member only, in memory and without a network, and nothing else of the application.
 *
 * <pre class="code">
 * &#64;ReplicatedBeanTest(Inventory.class)
 * class InventoryTests {
 *
 *     &#64;Autowired Inventory inventory;
 *
 *     &#64;Test
 *     void whatIsNotThereCannotBeReserved() {
 *         assertThatExceptionOfType(SoldOutException.class).isThrownBy(() -&gt; inventory.reserve("a", 1));
 *     }
 * }
 * </pre>
 *
 * <p>With classes named, the context has these beans and no others. Without, the application is searched for, as
 * {@code @SpringBootTest} does, and of its components those are used that have a command or a query. Other beans that they
 * need come by {@code @Import}, {@code @TestConfiguration} or {@code @MockitoBean}. As with every Spring test the context
 * is kept for other test classes of the same configuration, and with it the state of its beans;
 * {@code @DirtiesContext} begins anew.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@BootstrapWith(ReplicatedBeanTestContextBootstrapper.class)
@ExtendWith(SpringExtension.class)
@OverrideAutoConfiguration(enabled = false)
@TypeExcludeFilters(ReplicatedBeanTypeExcludeFilter.class)
@AutoConfigureTestMember
@ImportAutoConfiguration
public @interface ReplicatedBeanTest {

    /** Alias of {@link #beans()}. */
    @AliasFor("beans")
    Class<?>[] value() default {};

    /** The classes of the beans to test. */
    @AliasFor("value")
    Class<?>[] beans() default {};

    /** Properties as {@code name=value}. */
    String[] properties() default {};

    /** Components of the application that are used, too, when no beans are named. */
    Filter[] includeFilters() default {};

    /** Components of the application that are not used, when no beans are named. */
    Filter[] excludeFilters() default {};

    /** Whether components with a command or a query are used, when no beans are named. */
    boolean useDefaultFilters() default true;

    /** Auto-configurations that are not used. */
    @AliasFor(annotation = ImportAutoConfiguration.class, attribute = "exclude")
    Class<?>[] excludeAutoConfiguration() default {};
}
