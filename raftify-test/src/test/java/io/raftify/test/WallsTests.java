package io.raftify.test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeJars;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
        packages = "io.raftify.test",
        importOptions = {DoNotIncludeJars.class, DoNotIncludeTests.class})
class WallsTests {

    @ArchTest
    static final ArchRule the_engines_room_has_one_door_for_test_kits = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                    "io\\.raftify\\.(engine|storage|transport)\\.(?!InProcessMember$|inprocess\\.InProcessNetwork$).*")
            .because(
                    "a test kit breaks members through what they offer for it, and knows nothing of how they are made");

    @ArchTest
    static final ArchRule no_engine_no_log_no_network = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.alipay..", "org.lmdbjava..", "io.grpc..", "io.netty..", "com.google.protobuf..");
}
