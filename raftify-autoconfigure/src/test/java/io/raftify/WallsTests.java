package io.raftify;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeJars;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.springframework.boot.autoconfigure.AutoConfiguration;

@AnalyzeClasses(
        packages = "io.raftify",
        importOptions = {DoNotIncludeJars.class, DoNotIncludeTests.class})
class WallsTests {

    @ArchTest
    static final ArchRule replication_is_plain_spring_in_front_of_a_member = noClasses()
            .that()
            .resideInAPackage("io.raftify.replication..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.raftify.actuate..",
                    "io.raftify.autoconfigure..",
                    "org.springframework.boot..",
                    "io.micrometer..")
            .because("annotated beans work in any Spring application");

    @ArchTest
    static final ArchRule bytecode_knows_nothing_of_the_rest = noClasses()
            .that()
            .resideInAPackage("io.raftify.replication.bytecode..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.raftify.replication", "io.raftify.node..");

    @ArchTest
    static final ArchRule bytecode_is_read_in_one_room = noClasses()
            .that()
            .resideOutsideOfPackage("io.raftify.replication.bytecode..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.objectweb.asm..");

    @ArchTest
    static final ArchRule actuate_looks_at_a_member_and_knows_nothing_of_beans = noClasses()
            .that()
            .resideInAPackage("io.raftify.actuate..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.raftify.replication..", "io.raftify.autoconfigure..");

    @ArchTest
    static final ArchRule only_the_members_front_is_seen = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.raftify.engine..", "io.raftify.storage..", "io.raftify.transport..")
            .because("Spring connects, the member runs, the engine decides");

    @ArchTest
    static final ArchRule no_engine_no_log_no_network = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.alipay..", "org.lmdbjava..", "io.grpc..", "io.netty..");

    @ArchTest
    static final ArchRule micrometer_stays_in_actuate = noClasses()
            .that()
            .resideOutsideOfPackage("io.raftify.actuate..")
            .and()
            .doNotHaveSimpleName("RaftifyMetricsAutoConfiguration")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.micrometer..")
            .because("the auto-configuration hands the registry over and calls nothing on it");

    @ArchTest
    static final ArchRule auto_configurations_are_public_and_final = classes()
            .that()
            .areAnnotatedWith(AutoConfiguration.class)
            .should()
            .bePublic()
            .andShould()
            .haveModifier(JavaModifier.FINAL);

    @ArchTest
    static final ArchRule auto_configurations_have_no_public_methods = methods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAPackage("io.raftify.autoconfigure..")
            .and()
            .areDeclaredInClassesThat()
            .areAnnotatedWith(AutoConfiguration.class)
            .should()
            .notBePublic();

    @ArchTest
    static final ArchRule what_is_not_an_auto_configuration_stays_in_its_room = classes()
            .that()
            .resideInAPackage("io.raftify.autoconfigure..")
            .and()
            .areNotAnnotatedWith(AutoConfiguration.class)
            .should()
            .notBePublic();

    @ArchTest
    static final ArchRule no_cycles =
            slices().matching("io.raftify.(*)..").should().beFreeOfCycles();
}
