package io.raftify.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.raftify.annotation.IdempotencyKey;
import io.raftify.annotation.ReadConsistency;
import io.raftify.annotation.ReplicatedCommand;
import io.raftify.annotation.ReplicatedQuery;
import io.raftify.annotation.ReplicatedState;
import io.raftify.node.OutcomeUnknownException;
import io.raftify.replication.CommandGivenUpException;
import io.raftify.replication.CommandOutcomes;
import io.raftify.replication.ReplicatedStateMachine;
import io.raftify.replication.StateDivergence;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.util.FileSystemUtils;

/** A command that does not end, on three real members that may give it up. */
@ExtendWith(OutputCaptureExtension.class)
class GivenUpCommandTests {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String[] SOON = {
        "raftify.proposal.timeout=2s", "raftify.read.timeout=5s", "raftify.proposal.give-up-after=4s"
    };

    @TempDir
    Path directory;

    @AfterEach
    void letGo() {
        Loom.gate.countDown();
    }

    private Members start(String... properties) {
        Loom.gate = new CountDownLatch(1);
        Members members = new Members(3, directory, App.class, properties).start();
        weave(members, members.follower(), "first");
        return members;
    }

    /** A pattern of which there is only one, however often it has to be sent. */
    private static void weave(Members members, String id, String pattern) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> members.bean(id, Loom.class).weave(pattern) > 0);
    }

    /** The same on all members that run, and nothing of a command that did not count. */
    private static void assertCloth(Members members, String... patterns) {
        for (String id : members.ids()) {
            await().alias(id)
                    .atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(members.bean(id, Loom.class).clothAsKnownHere())
                            .containsExactly(patterns));
            assertThat(members.status(id).failure()).as(id).isNull();
            assertThat(members.bean(id, Heard.class).divergences).as(id).isEmpty();
            assertThat(members.bean(id, ReplicatedStateMachine.class).refusal())
                    .as(id)
                    .isNull();
        }
    }

    /** What the caller is told in the end, on any member. */
    private static void assertGivenUp(Members members, OutcomeUnknownException unknown, String command) {
        String commandId = String.valueOf(unknown.commandId());
        for (String id : members.ids()) {
            await().alias(id)
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(catchThrowable(() ->
                                    members.bean(id, CommandOutcomes.class).resolve(commandId)))
                            .isExactlyInstanceOf(CommandGivenUpException.class)
                            .hasMessageContaining("The command '" + command + "' in entry "));
        }
    }

    private static OutcomeUnknownException unknown(Runnable call) {
        return catchThrowableOfType(OutcomeUnknownException.class, call::run);
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_19, disabledReason = "a thread cannot be stopped in later versions")
    void anEndlessLoopFailsOnAllOfThemItsCallerLearnsItAndOtherCommandsAreApplied() {
        try (Members members = start(SOON)) {
            OutcomeUnknownException unknown =
                    unknown(() -> members.bean(members.follower(), Loom.class).weaveForEver("endless"));

            assertGivenUp(members, unknown, "loom.weave-for-ever");

            weave(members, "n1", "second");
            assertCloth(members, "first", "second");
        }
    }

    @Test
    void aCommandThatWaitsForEverIsInterruptedAndARetryUnderItsKeyLearnsTheSameAlsoAfterARestart() {
        try (Members members = start(SOON)) {
            unknown(() -> members.bean(members.follower(), Loom.class).weaveLater("k", "waiting"));

            for (String id : members.ids()) {
                await().atMost(PATIENCE).untilAsserted(() -> assertRetry(members, id));
            }
            weave(members, "n2", "second");
            Loom.gate.countDown();
            assertThat(members.bean("n3", Loom.class).weaveLater("another", "not waiting any more"))
                    .isEqualTo(3);
            assertCloth(members, "first", "second", "not waiting any more");

            members.close();
            members.start();
            for (String id : members.ids()) {
                await().atMost(PATIENCE).untilAsserted(() -> assertRetry(members, id));
            }
            assertCloth(members, "first", "second", "not waiting any more");
        }
    }

    @Test
    void aMemberThatLostItsDiskDoesNotRunItWhenItReplaysTheLog() throws IOException {
        try (Members members = start(SOON)) {
            OutcomeUnknownException unknown =
                    unknown(() -> members.bean(members.follower(), Loom.class).weaveLater("k", "waiting"));
            assertGivenUp(members, unknown, "loom.weave-later");
            weave(members, "n1", "second");
            assertCloth(members, "first", "second");
            String wiped = members.follower();
            members.stop(wiped);
            FileSystemUtils.deleteRecursively(directory.resolve(wiped));
            Loom.begun.clear();

            members.start(wiped);

            assertCloth(members, "first", "second");
            weave(members, wiped, "third");
            assertCloth(members, "first", "second", "third");
            assertThat(Loom.begun).isEmpty();
        }
    }

    private static void assertRetry(Members members, String id) {
        assertThatExceptionOfType(CommandGivenUpException.class)
                .isThrownBy(() -> members.bean(id, Loom.class).weaveLater("k", "waiting"))
                .withMessageContaining("loom.weave-later");
    }

    @Test
    void aSlowCommandThatEndsInTimeIsNotGivenUp() throws Exception {
        try (Members members =
                start("raftify.proposal.timeout=2s", "raftify.read.timeout=5s", "raftify.proposal.give-up-after=30s")) {
            OutcomeUnknownException unknown =
                    unknown(() -> members.bean(members.follower(), Loom.class).weaveLater("k", "slow"));
            Loom.gate.countDown();

            assertThat(await().atMost(PATIENCE)
                            .ignoreExceptions()
                            .until(
                                    () -> members.bean("n1", CommandOutcomes.class)
                                            .resolve(String.valueOf(unknown.commandId())),
                                    any -> true))
                    .isEqualTo(2);
            assertCloth(members, "first", "slow");
        }
    }

    @Test
    void whileAMemberIsDownItIsReportedAndWhenItIsBackItIsGivenUp(CapturedOutput output) {
        try (Members members = start(SOON)) {
            String down = members.follower();
            members.stop(down);
            OutcomeUnknownException unknown =
                    unknown(() -> members.bean(members.leader(), Loom.class).weaveLater("k", "waiting"));

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(output)
                            .containsPattern(
                                    "The command 'loom.weave-later' in entry \\d+ has been running for \\d+ s, but"
                                            + " cannot be given up now.*" + down + " \\(not connected\\)"));

            members.start(down);
            assertGivenUp(members, unknown, "loom.weave-later");
            weave(members, down, "second");
            assertCloth(members, "first", "second");
        }
    }

    @Test
    void whereStateCannotBePutBackTheMemberStopsAndGoesOnWithoutTheCommandAfterARestart() {
        try (Members members = start(SOON)) {
            String whole = members.follower();
            List<String> others =
                    members.ids().stream().filter(id -> !id.equals(whole)).toList();
            OutcomeUnknownException unknown =
                    unknown(() -> members.bean(whole, Loom.class).weaveLater("k", "waiting"));
            assertGivenUp(members, unknown, "loom.weave-later");
            assertThat(others).hasSize(2);
            members.close();
            Loom.gate = new CountDownLatch(1);
            for (String id : List.of("n1", "n2", "n3")) {
                members.runs(id, AppWithLargeState.class);
            }
            members.start();
            weave(members, "n1", "with large state");

            unknown(() -> members.bean(members.follower(), Loom.class).weaveLater("k2", "waiting"));

            for (String id : members.ids()) {
                await().alias(id)
                        .atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(members.status(id).failure())
                                .contains("rollback = false", "Restart this member"));
            }
            members.close();
            members.start();
            weave(members, "n2", "after the restart");
            for (String id : members.ids()) {
                await().atMost(PATIENCE)
                        .untilAsserted(
                                () -> assertThat(members.bean(id, Loom.class).clothAsKnownHere())
                                        .containsExactly("first", "with large state", "after the restart"));
            }
        }
    }

    @Test
    void anArgumentThatDoesNotEndWhenItIsReadStopsTheMembersAndIsNotReadAfterARestart() {
        try (Members members = start(SOON)) {
            Yarn endless = new Yarn("endless");
            Yarn.knotted = true;
            OutcomeUnknownException unknown =
                    unknown(() -> members.bean(members.follower(), Loom.class).weaveYarn(endless));

            for (String id : members.ids()) {
                await().alias(id)
                        .atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(members.status(id).failure())
                                .contains("could not be ended here", "Restart this member"));
            }
            // In this process what runs on would keep the directories locked.
            Yarn.knotted = false;
            members.close();
            Yarn.knotted = true;
            members.start();
            assertGivenUp(members, unknown, "loom.weave-yarn");
            weave(members, "n1", "second");
            assertCloth(members, "first", "second");
            Yarn.knotted = false;
            assertThat(members.bean("n2", Loom.class).weaveYarn(endless)).isEqualTo(3);
            assertCloth(members, "first", "second", "endless");
        } finally {
            Yarn.knotted = false;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Heard.class)
    static class App {

        @Bean
        Loom loom(@Value("${raftify.node-id}") String nodeId) {
            return new Loom();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Heard.class)
    static class AppWithLargeState extends App {

        @Bean
        Store store() {
            return new Store();
        }
    }

    static class Store {

        @ReplicatedState(rollback = false)
        private final Map<String, String> bales = new LinkedHashMap<>();

        @ReplicatedCommand("store.put")
        public int put(String bale) {
            bales.put(bale, bale);
            return bales.size();
        }
    }

    static class Heard {

        private final List<StateDivergence> divergences = new CopyOnWriteArrayList<>();

        @EventListener
        void diverged(StateDivergence divergence) {
            divergences.add(divergence);
        }
    }

    record Yarn(String colour) {

        static volatile boolean knotted;

        /** Ends for its caller, who reads what he sends: else it would not even come into the log. */
        Yarn {
            boolean applied = Thread.currentThread().getName().endsWith("-apply");
            while (applied && knotted && colour.equals("endless")) {
                Thread.onSpinWait();
            }
        }
    }

    static class Loom {

        /** What a command waits for. */
        static volatile CountDownLatch gate = new CountDownLatch(1);

        /** Patterns that were begun to wait with. */
        static final List<String> begun = new CopyOnWriteArrayList<>();

        @ReplicatedState
        private final List<String> cloth = new ArrayList<>();

        @ReplicatedCommand("loom.weave")
        public int weave(String pattern) {
            if (!cloth.contains(pattern)) {
                cloth.add(pattern);
            }
            return cloth.size();
        }

        @ReplicatedCommand("loom.weave-yarn")
        public int weaveYarn(Yarn yarn) {
            cloth.add(yarn.colour());
            return cloth.size();
        }

        /** Does not notice that it is interrupted. */
        @ReplicatedCommand("loom.weave-for-ever")
        public int weaveForEver(String pattern) {
            cloth.add(pattern);
            while (gate.getCount() > 0) {
                cloth.set(cloth.size() - 1, pattern);
            }
            return cloth.size();
        }

        @ReplicatedCommand("loom.weave-later")
        public int weaveLater(@IdempotencyKey String key, String pattern) {
            begun.add(pattern);
            cloth.add(pattern);
            try {
                if (!gate.await(1, TimeUnit.HOURS)) {
                    throw new IllegalStateException("an hour has passed");
                }
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
            return cloth.size();
        }

        @ReplicatedQuery(ReadConsistency.LOCAL)
        public List<String> clothAsKnownHere() {
            return List.copyOf(cloth);
        }
    }
}
