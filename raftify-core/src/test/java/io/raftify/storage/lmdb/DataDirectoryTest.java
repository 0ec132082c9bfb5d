package io.raftify.storage.lmdb;

import static io.raftify.storage.Entries.entries;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.raftify.node.NodeStartException;
import io.raftify.node.NodeStartException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** One member's directory is one member's alone, and whatever keeps it from being used is said. */
class DataDirectoryTest {

    @TempDir
    Path temporary;

    private static LmdbMemberStore open(Path directory, String cluster, String node) {
        return LmdbMemberStore.open(directory, cluster, node, 1 << 20);
    }

    private static NodeStartException failureToOpen(Path directory, String cluster, String node) {
        return catchThrowableOfType(
                NodeStartException.class, () -> open(directory, cluster, node).close());
    }

    /** Opens the directory named by the first argument, says so, and holds it. */
    static final class Holder {
        public static void main(String[] arguments) throws InterruptedException {
            try (LmdbMemberStore store = open(Path.of(arguments[0]), arguments[1], arguments[2])) {
                System.out.println("opened " + store.status().type());
                Thread.sleep(60_000);
            } catch (NodeStartException e) {
                System.out.println("refused " + e.reason() + " " + e.getMessage());
            }
        }
    }

    @Test
    void a_directory_and_its_parents_are_created() {
        Path deep = temporary.resolve("a").resolve("b");

        open(deep, "orders", "n1").close();

        assertThat(deep.resolve("log").resolve("data.mdb")).exists();
    }

    @Test
    void it_cannot_be_opened_twice_in_one_process_but_again_after_closing() {
        LmdbMemberStore store = open(temporary, "orders", "n1");

        NodeStartException failure = failureToOpen(temporary, "orders", "n1");

        assertThat(failure.reason()).isEqualTo(Reason.DIRECTORY_IN_USE);
        assertThat(failure)
                .hasMessageContaining(temporary.toString())
                .hasMessageContaining("this process itself")
                .hasMessageContaining("raftify.data-dir");
        store.close();
        open(temporary, "orders", "n1").close();
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void it_cannot_be_opened_through_a_link_while_it_is_open() throws IOException {
        Path real = Files.createDirectory(temporary.resolve("real"));
        Path link = Files.createSymbolicLink(temporary.resolve("link"), real);
        try (LmdbMemberStore store = open(real, "orders", "n1")) {
            assertThat(store.failure()).isNull();
            assertThat(failureToOpen(link, "orders", "n1").reason()).isEqualTo(Reason.DIRECTORY_IN_USE);
        }
        open(link, "orders", "n1").close();
    }

    @Test
    void another_process_is_refused_and_told_who_has_it() throws Exception {
        try (LmdbMemberStore store = open(temporary, "orders", "n1");
                ForkedJvm other = ForkedJvm.run(Holder.class, List.of(), temporary, "orders", "n1")) {
            assertThat(store.failure()).isNull();
            assertThat(other.lineStartingWith("refused"))
                    .contains("DIRECTORY_IN_USE")
                    .contains(temporary.toString())
                    .contains("pid " + ProcessHandle.current().pid() + ",")
                    .contains("member 'n1' of cluster 'orders'");
        }
    }

    @Test
    void this_process_is_refused_while_another_has_it_and_not_once_that_was_killed() throws Exception {
        try (ForkedJvm other = ForkedJvm.run(Holder.class, List.of(), temporary, "orders", "n1")) {
            assertThat(other.lineStartingWith("opened")).isNotNull();

            NodeStartException failure = failureToOpen(temporary, "orders", "n1");
            assertThat(failure.reason()).isEqualTo(Reason.DIRECTORY_IN_USE);
            assertThat(failure).hasMessageContaining("pid " + other.pid() + ",");

            other.kill();
            other.awaitEnd();
        }
        assertThat(temporary.resolve("member.lock")).exists();
        open(temporary, "orders", "n1").close();
    }

    @Test
    void another_members_directory_is_refused_naming_both() {
        open(temporary, "orders", "n1").close();

        NodeStartException failure = failureToOpen(temporary, "orders", "n2");

        assertThat(failure.reason()).isEqualTo(Reason.DIRECTORY_OF_ANOTHER_MEMBER);
        assertThat(failure)
                .hasMessageContaining("'n1'")
                .hasMessageContaining("'n2'")
                .hasMessageContaining(temporary.toString())
                .hasMessageContaining("raftify.node-id");
        open(temporary, "orders", "n1").close();
    }

    @Test
    void another_clusters_directory_is_refused_naming_both() {
        open(temporary, "orders", "n1").close();

        NodeStartException failure = failureToOpen(temporary, "invoices", "n1");

        assertThat(failure.reason()).isEqualTo(Reason.DIRECTORY_OF_ANOTHER_MEMBER);
        assertThat(failure).hasMessageContaining("'orders'").hasMessageContaining("'invoices'");
    }

    @Test
    void a_file_in_its_place_is_refused() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));

        NodeStartException failure = failureToOpen(file, "orders", "n1");

        assertThat(failure.reason()).isEqualTo(Reason.DIRECTORY_UNWRITABLE);
        assertThat(failure).hasMessageContaining(file.toString()).hasMessageContaining("there is a file of that name");
    }

    @Test
    void a_file_in_the_place_of_the_log_is_refused() throws IOException {
        Files.createFile(temporary.resolve("log"));

        NodeStartException failure = failureToOpen(temporary, "orders", "n1");

        assertThat(failure.reason()).isEqualTo(Reason.DIRECTORY_UNWRITABLE);
        assertThat(failure).hasMessageContaining(temporary.resolve("log").toString());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_directory_that_cannot_be_created_is_refused() {
        NodeStartException failure = failureToOpen(Path.of("/proc/raftify"), "orders", "n1");

        assertThat(failure.reason()).isEqualTo(Reason.DIRECTORY_UNWRITABLE);
        assertThat(failure).hasMessageContaining("/proc/raftify").hasMessageContaining("raftify.data-dir");
    }

    @Test
    void a_lost_log_is_not_taken_for_a_new_member() throws IOException {
        try (LmdbMemberStore store = open(temporary, "orders", "n1")) {
            store.log().appendEntries(entries(1, 3));
        }
        Files.delete(temporary.resolve("log").resolve("data.mdb"));

        NodeStartException failure = failureToOpen(temporary, "orders", "n1");
        assertThat(failure.reason()).isEqualTo(Reason.CORRUPT);
        assertThat(failure).hasMessageContaining("gone or empty").hasMessageContaining("member.id");

        assertThat(failureToOpen(temporary, "orders", "n1").reason())
                .as("trying again does not help")
                .isEqualTo(Reason.CORRUPT);
    }

    @Test
    void an_emptied_file_is_not_taken_for_a_new_member() throws IOException {
        open(temporary, "orders", "n1").close();
        Files.write(temporary.resolve("log").resolve("data.mdb"), new byte[0]);

        assertThat(failureToOpen(temporary, "orders", "n1").reason()).isEqualTo(Reason.CORRUPT);
    }

    @Test
    void the_log_of_another_incarnation_of_the_same_member_is_refused() throws IOException {
        open(temporary.resolve("now"), "orders", "n1").close();
        open(temporary.resolve("then"), "orders", "n1").close();
        Path data = Path.of("log", "data.mdb");
        Files.delete(temporary.resolve("now").resolve(data));
        Files.copy(
                temporary.resolve("then").resolve(data),
                temporary.resolve("now").resolve(data));

        NodeStartException failure = failureToOpen(temporary.resolve("now"), "orders", "n1");

        assertThat(failure.reason()).isEqualTo(Reason.CORRUPT);
        assertThat(failure).hasMessageContaining("incarnation");
    }

    @Test
    void a_process_that_ended_before_it_could_leave_its_mark_leaves_it_later() throws IOException {
        open(temporary, "orders", "n1").close();
        Files.delete(temporary.resolve("member.id"));

        open(temporary, "orders", "n1").close();

        assertThat(temporary.resolve("member.id")).content().contains("node-id=n1");
    }

    @Test
    void a_native_library_that_cannot_be_extracted_is_a_start_failure_that_names_the_remedy() throws Exception {
        try (ForkedJvm other = ForkedJvm.run(
                Holder.class,
                List.of("-Dlmdbjava.extract.dir=" + temporary.resolve("missing")),
                temporary.resolve("data"),
                "orders",
                "n1")) {
            assertThat(other.lineStartingWith("refused"))
                    .contains("native library")
                    .contains(temporary.resolve("missing").toString())
                    .contains("java.io.tmpdir");
        }
    }
}
