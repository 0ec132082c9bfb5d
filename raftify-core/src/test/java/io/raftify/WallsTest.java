package io.raftify;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeJars;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
        packages = "io.raftify",
        importOptions = {DoNotIncludeJars.class, DoNotIncludeTests.class})
class WallsTest {

    @ArchTest
    static final ArchRule annotations_know_nobody = noClasses()
            .that()
            .resideInAPackage("io.raftify.annotation..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("java..", "io.raftify.annotation..", "org.jspecify..")
            .because("a user's domain classes see nothing but the annotations");

    @ArchTest
    static final ArchRule the_node_names_no_technology = noClasses()
            .that()
            .resideInAPackage("io.raftify.node..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages(
                    "java..", "javax.net.ssl..", "io.raftify.node..", "io.raftify.annotation..", "org.jspecify..")
            .because("the engine, the log and the network can be replaced without a user's noticing");

    @ArchTest
    static final ArchRule the_engine_is_driven_from_one_room = noClasses()
            .that()
            .resideInAPackage("io.raftify..")
            .and()
            .resideOutsideOfPackages("io.raftify.engine..", "io.raftify.storage..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.alipay.sofa..")
            .because("what is true of the engine is kept in one place, and the transport carries only bytes");

    @ArchTest
    static final ArchRule lmdb_stays_in_its_room = noClasses()
            .that()
            .resideOutsideOfPackage("io.raftify.storage.lmdb..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.lmdbjava..");

    @ArchTest
    static final ArchRule grpc_stays_in_its_room = noClasses()
            .that()
            .resideOutsideOfPackage("io.raftify.transport.grpc..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", "io.netty..");

    @ArchTest
    static final ArchRule storage_and_transport_do_not_know_each_other_nor_the_engine_room = noClasses()
            .that()
            .resideInAnyPackage("io.raftify.storage..", "io.raftify.transport..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.raftify.engine..");

    @ArchTest
    static final ArchRule storage_does_not_know_transport = noClasses()
            .that()
            .resideInAPackage("io.raftify.storage..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.raftify.transport..");

    @ArchTest
    static final ArchRule transport_does_not_know_storage = noClasses()
            .that()
            .resideInAPackage("io.raftify.transport..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.raftify.storage..");

    @ArchTest
    static final ArchRule no_spring_in_the_core =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("org.springframework..", "io.micrometer..");

    @ArchTest
    static final ArchRule no_package_cycles =
            slices().matching("io.raftify.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule names_say_what_a_class_is_for = classes()
            .that()
            .resideOutsideOfPackages("..wire..", "io.raftify.v1..")
            .should()
            .haveSimpleNameNotEndingWith("Impl")
            .andShould()
            .haveSimpleNameNotEndingWith("Util")
            .andShould()
            .haveSimpleNameNotEndingWith("Utils")
            .andShould()
            .haveSimpleNameNotEndingWith("Manager")
            .andShould()
            .haveSimpleNameNotEndingWith("Helper");
}
