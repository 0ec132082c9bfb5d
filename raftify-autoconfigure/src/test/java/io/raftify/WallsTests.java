package io.raftify;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeJars;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Arrays;
import java.util.stream.Stream;
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

    /** The room that connects the rooms of replication is among them. */
    @ArchTest
    static final ArchRule rooms_of_replication_know_each_other_in_one_direction =
            slices().assignedFrom(new RoomsOfReplication()).should().beFreeOfCycles();

    @ArchTest
    static final ArchRule only_replication_itself_enters_its_rooms = noClasses()
            .that()
            .resideOutsideOfPackage("io.raftify.replication..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.raftify.replication.*..")
            .because("what is public in them is a door to the next room, not for users");

    @ArchTest
    static final ArchRule bytecode_sees_no_other_room = roomSees("bytecode");

    @ArchTest
    static final ArchRule wire_sees_no_other_room = roomSees("wire");

    @ArchTest
    static final ArchRule encoding_sees_no_other_room = roomSees("encoding");

    @ArchTest
    static final ArchRule state_sees_encoding = roomSees("state", "encoding");

    @ArchTest
    static final ArchRule session_sees_neither_upgrade_nor_divergence =
            roomSees("session", "encoding", "state", "wire");

    @ArchTest
    static final ArchRule upgrade_sees_neither_session_nor_divergence =
            roomSees("upgrade", "encoding", "state", "wire");

    @ArchTest
    static final ArchRule divergence_sees_neither_session_nor_upgrade =
            roomSees("divergence", "encoding", "state", "wire");

    @ArchTest
    static final ArchRule values_state_and_sessions_know_no_application_context = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.raftify.replication.encoding..",
                    "io.raftify.replication.state..",
                    "io.raftify.replication.session..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework.aop..", "org.springframework.beans..", "org.springframework.context..");

    @ArchTest
    static final ArchRule bytecode_knows_no_member = noClasses()
            .that()
            .resideInAPackage("io.raftify.replication.bytecode..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.raftify.node..");

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

    /** Of replication, a room sees itself and those that are named, and not the room that connects them. */
    private static ArchRule roomSees(String room, String... others) {
        String[] seen = Stream.concat(Stream.of(room), Arrays.stream(others))
                .map(each -> "io.raftify.replication." + each + "..")
                .toArray(String[]::new);
        return classes()
                .that()
                .resideInAPackage("io.raftify.replication." + room + "..")
                .should()
                .onlyDependOnClassesThat(
                        resideOutsideOfPackage("io.raftify.replication..").or(resideInAnyPackage(seen)));
    }

    private static final class RoomsOfReplication implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            String room = javaClass.getPackageName();
            return room.equals("io.raftify.replication") || room.startsWith("io.raftify.replication.")
                    ? SliceIdentifier.of(room)
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "the rooms of replication";
        }
    }
}
