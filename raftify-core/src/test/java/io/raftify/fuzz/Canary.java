package io.raftify.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Names that inputs are salted with: whoever makes a class of what the bytes say, makes one of these. */
final class Canary {

    private Canary() {}

    /** A class that nothing names but the inputs. */
    static final class Singing implements Serializable {

        private static final long serialVersionUID = 1L;
    }

    static final String NAME = "io.raftify.fuzz.Canary$Sung";

    /** On the class path, and never loaded unless the bytes are believed. */
    static final class Sung {

        static {
            System.setProperty(NAME, "loaded");
        }
    }

    private static final List<String> NAMES = List.of(
            NAME, "javax.script.ScriptEngineManager", "javax.naming.InitialContext", "java.lang.ProcessBuilder");

    static List<byte[]> salt() {
        return List.of(
                NAMES.get(0).getBytes(StandardCharsets.US_ASCII),
                NAMES.get(1).getBytes(StandardCharsets.US_ASCII),
                NAMES.get(2).getBytes(StandardCharsets.US_ASCII),
                NAMES.get(3).getBytes(StandardCharsets.US_ASCII),
                "@class".getBytes(StandardCharsets.US_ASCII),
                serialized());
    }

    private static byte[] serialized() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new Singing());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    static boolean loaded() {
        return System.getProperty(NAME) != null;
    }

    /** The context class loader of the parsing thread: remembers which of the names it was asked for. */
    static final class Loader extends ClassLoader {

        private final Set<String> asked = ConcurrentHashMap.newKeySet();

        Loader(ClassLoader parent) {
            super(parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (NAMES.stream().anyMatch(name::contains)) {
                asked.add(name);
            }
            return super.loadClass(name, resolve);
        }

        Set<String> asked() {
            return asked;
        }
    }
}
