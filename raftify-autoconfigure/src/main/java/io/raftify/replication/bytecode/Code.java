package io.raftify.replication.bytecode;

import io.raftify.annotation.Deterministic;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.AnnotationNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.Frame;
import org.objectweb.asm.tree.analysis.Interpreter;

/** One method, what is known of its arguments and result, and from where it is reached. */
final class Code {

    private static final String DETERMINISTIC = Type.getDescriptor(Deterministic.class);

    private final ClassNode owner;
    private final MethodNode method;
    private final boolean own;
    private final int[] lines;
    private final @Nullable Fact[] arguments;
    private final Map<Entry, Entry.Step> reachedFrom = new LinkedHashMap<>();

    private @Nullable Fact result;
    private Frame<Fact> @Nullable [] frames;
    private boolean called;

    /** @param own whether the class is the bean's own or one that it inherits from, so that 'this' is the bean */
    Code(ClassNode owner, MethodNode method, boolean own) {
        this.owner = owner;
        this.method = method;
        this.own = own;
        this.lines = lines(method);
        this.arguments = new @Nullable Fact[Type.getArgumentCount(method.desc) + (isStatic() ? 0 : 1)];
        if (own && !isStatic()) {
            arguments[0] = Fact.SELF;
        }
    }

    private static int[] lines(MethodNode method) {
        int[] lines = new int[method.instructions.size()];
        int line = 0;
        for (int i = 0; i < lines.length; i++) {
            if (method.instructions.get(i) instanceof LineNumberNode number) {
                line = number.line;
            }
            lines[i] = line;
        }
        return lines;
    }

    ClassNode owner() {
        return owner;
    }

    MethodNode method() {
        return method;
    }

    boolean isOwn() {
        return own;
    }

    boolean isStatic() {
        return is(Opcodes.ACC_STATIC);
    }

    boolean isConstructor() {
        return method.name.equals("<init>");
    }

    boolean isLambda() {
        return is(Opcodes.ACC_SYNTHETIC) && method.name.startsWith("lambda$");
    }

    boolean is(int flag) {
        return (method.access & flag) != 0;
    }

    MethodKey key() {
        return new MethodKey(owner.name, method.name, method.desc);
    }

    /** A person's statement that the method is deterministic; null if there is none. */
    @Nullable String review() {
        for (AnnotationNode each : annotations()) {
            if (each.desc.equals(DETERMINISTIC)) {
                return String.valueOf(each.values.get(1));
            }
        }
        return null;
    }

    /** Those kept in the class file, also of those that reflection does not show. */
    List<AnnotationNode> annotations() {
        return Stream.of(method.visibleAnnotations, method.invisibleAnnotations)
                .filter(each -> each != null)
                .flatMap(List::stream)
                .toList();
    }

    // What flows in and out. Each says whether it is new.

    /** The receiver is the first, if there is one. */
    @Nullable Fact argument(int index) {
        return arguments[index];
    }

    boolean takes(List<Fact> passed) {
        boolean changed = false;
        for (int i = 0; i < arguments.length && i < passed.size(); i++) {
            Fact known = arguments[i];
            Fact joined = known == null ? passed.get(i) : Fact.join(known, passed.get(i));
            if (!joined.equals(known)) {
                arguments[i] = joined;
                changed = true;
            }
        }
        return changed;
    }

    @Nullable Fact result() {
        return result;
    }

    boolean returns(Fact returned) {
        Fact known = result;
        Fact joined = known == null ? returned : Fact.join(known, returned);
        result = joined;
        return !joined.equals(known);
    }

    Map<Entry, Entry.Step> reachedFrom() {
        return reachedFrom;
    }

    boolean isReachedFrom(Entry.Kind kind) {
        return reachedFrom.keySet().stream().anyMatch(each -> each.kind() == kind);
    }

    boolean enter(Entry entry, Entry.@Nullable Step step) {
        return reachedFrom.putIfAbsent(entry, step != null ? step : new Entry.Step(null, entry)) == null;
    }

    /** Whether another method calls it. */
    boolean isCalled() {
        return called;
    }

    void call(Code caller) {
        called |= caller != this;
    }

    // What happens in it.

    void analyze(Interpreter<Fact> interpreter) throws AnalyzerException {
        frames = new Analyzer<>(interpreter).analyze(owner.name, method);
    }

    /** Every instruction that can be reached, with what is on the stack before it. */
    void forEach(Visitor visitor) {
        Frame<Fact>[] known = frames;
        for (int i = 0; known != null && i < known.length; i++) {
            if (known[i] != null && method.instructions.get(i).getOpcode() >= 0) {
                visitor.visit(method.instructions.get(i), known[i]);
            }
        }
    }

    @FunctionalInterface
    interface Visitor {
        void visit(AbstractInsnNode instruction, Frame<Fact> frame);
    }

    // How a person knows it.

    int line(AbstractInsnNode instruction) {
        return lines[method.instructions.indexOf(instruction)];
    }

    /** For example {@code Inventory.java:42}. */
    String place(AbstractInsnNode instruction) {
        int line = line(instruction);
        String file = owner.sourceFile != null ? owner.sourceFile : className();
        return line > 0 ? file + ":" + line : file;
    }

    String className() {
        return owner.name.substring(owner.name.lastIndexOf('/') + 1).replace('$', '.');
    }

    /** For example {@code reserve(String, int)}; with the class, if it is not the bean's. */
    String describe() {
        if (isLambda()) {
            int start = method.name.indexOf('$') + 1;
            int end = method.name.indexOf('$', start);
            return "a lambda in " + (end > start ? named(method.name.substring(start, end)) : className());
        }
        String signature = isConstructor()
                ? "the constructor of " + className()
                : method.name.equals("<clinit>")
                        ? "the static initialiser of " + className()
                        : method.name + parameters(method.desc);
        return own || method.name.startsWith("<") ? signature : signature + " of " + className();
    }

    private static String named(String creator) {
        return switch (creator) {
            case "new" -> "a constructor or initialiser";
            case "static" -> "a static initialiser";
            default -> creator;
        };
    }

    static String parameters(String descriptor) {
        return Arrays.stream(Type.getArgumentTypes(descriptor))
                .map(each -> each.getClassName().replaceAll(".*[.$]", ""))
                .collect(Collectors.joining(", ", "(", ")"));
    }

    /** The methods between the entry and this one, in order, without either. */
    List<Code> way(Entry entry) {
        List<Code> way = new ArrayList<>();
        Entry.Step step = reachedFrom.get(entry);
        while (step != null && step.from() != null) {
            Code from = step.from();
            if (from != entry.code()) {
                way.add(0, from);
            }
            step = from.reachedFrom.get(step.before());
        }
        return way;
    }

    @Override
    public String toString() {
        return owner.name + "." + method.name + method.desc;
    }
}
