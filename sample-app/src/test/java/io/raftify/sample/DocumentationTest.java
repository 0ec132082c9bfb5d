package io.raftify.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Holds what is written in README and docs against what is there. */
class DocumentationTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    /** Text and target of a Markdown link. */
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");

    @Test
    void everyPropertyIsInTheConfigurationPageWithItsDefault() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/configuration.md"));
        List<JsonNode> properties = properties();

        assertThat(properties).isNotEmpty();
        for (JsonNode property : properties) {
            String name = property.path("name").asString();
            List<String> rows = page.lines()
                    .filter(line -> line.startsWith("| `" + name + "`") || line.startsWith("| `" + name + "."))
                    .toList();
            assertThat(rows).as("rows of docs/configuration.md for %s", name).hasSize(1);
            JsonNode value = property.path("defaultValue");
            if (!value.isMissingNode()) {
                assertThat(rows.get(0)).as("default of %s", name).contains("| `" + value.asString() + "`");
            }
        }
    }

    @Test
    void everyPropertyInTheConfigurationPageExists() throws IOException {
        List<String> names = properties().stream()
                .map(property -> property.path("name").asString())
                .toList();

        Files.readString(ROOT.resolve("docs/configuration.md"))
                .lines()
                .filter(line -> line.startsWith("| `raftify."))
                .map(line -> line.substring(3, line.indexOf('`', 3)))
                .forEach(name -> assertThat(names)
                        .as("the documented property %s", name)
                        .anyMatch(known -> name.equals(known) || name.startsWith(known + ".")));
    }

    @Test
    void everyRelativeLinkLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        int followed = 0;
        for (Path page : pages()) {
            Matcher links = LINK.matcher(Files.readString(page));
            while (links.find()) {
                String target = links.group(1);
                if (target.contains("://")) {
                    continue;
                }
                followed++;
                String[] parts = target.split("#", 2);
                Path file = parts[0].isEmpty()
                        ? page
                        : page.getParent().resolve(parts[0]).normalize();
                if (!Files.exists(file) || parts.length == 2 && !headings(file).contains(parts[1])) {
                    broken.add(ROOT.relativize(page) + " -> " + target);
                }
            }
        }

        assertThat(broken).isEmpty();
        assertThat(followed).isGreaterThan(5);
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")));
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            docs.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
        }
        return pages;
    }

    /** The anchors of a page's headings, as they are made from their text. */
    private static List<String> headings(Path page) throws IOException {
        return Files.readString(page)
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "")
                        .toLowerCase()
                        .replaceAll("[^a-z0-9 _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    private static List<JsonNode> properties() throws IOException {
        JsonMapper json = JsonMapper.builder().build();
        List<JsonNode> found = new ArrayList<>();
        for (URL metadata : Collections.list(
                DocumentationTest.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
            try (InputStream in = metadata.openStream()) {
                for (JsonNode property : json.readTree(in).path("properties")) {
                    if (property.path("name").asString().startsWith("raftify.")) {
                        found.add(property);
                    }
                }
            }
        }
        return found;
    }
}
