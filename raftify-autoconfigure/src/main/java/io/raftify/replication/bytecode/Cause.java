package io.raftify.replication.bytecode;

/** Why something in a replicated bean could make members differ, and what to write instead. */
public enum Cause {
    CLOCK(
            "reads the clock",
            "each member applies the command at another time, and again after a restart",
            "Take the time from CommandContext.time(), or pass it as an argument."),
    RANDOM(
            "draws random numbers",
            "each member draws others",
            "Draw them from CommandContext.random(), or pass them as arguments."),
    UUID(
            "makes a random id",
            "each member makes another",
            "Take it from CommandContext.uuid(), or pass it as an argument."),
    THREADS(
            "uses other threads",
            "what they do is no part of the command, and in no order",
            "Do the work in the command itself, or outside it, before or after the call."),
    IO(
            "does I/O",
            "it is done on every member, again after a restart, and may end differently on one of them",
            "Do it before the call and pass the result as an argument, or after the call."),
    ENVIRONMENT(
            "reads the surroundings of the process",
            "they may differ between members",
            "Pass the value as an argument or make it a constant, such as Locale.ROOT, ZoneOffset.UTC or"
                    + " StandardCharsets.UTF_8."),
    IDENTITY(
            "uses the identity of an object",
            "it is another number in every JVM",
            "Use what the object says of itself, such as an id or an enum constant's name."),
    ORDER(
            "depends on the order of a hash table",
            "members may have the same content in another order",
            "Use a LinkedHashMap, TreeMap, LinkedHashSet or TreeSet, or sort first; if the order cannot matter, as in a sum,"
                    + " mark the method @Deterministic(\"why\")."),
    ARITHMETIC(
            "calculates with a method of Math whose result may depend on the processor",
            "members on other hardware may get another last digit",
            "Use the method of the same name in StrictMath."),
    UNREPLICATED_FIELD(
            "changes a field that is not replicated",
            "it is in no snapshot, so a member that was restored from one has another value",
            "Mark the field @ReplicatedState; if no command depends on it, mark the method @Deterministic(\"why\")."),
    LOCAL_CHANGE(
            "changes the replicated state outside a command",
            "this member alone changes",
            "Change the state in a @ReplicatedCommand; helpers of commands may be private or protected."),
    LOCAL_READ(
            "reads the replicated state outside a command or query",
            "it may be old, and half of a command",
            "Mark the method @ReplicatedQuery, with ReadConsistency.LOCAL if it may be old."),
    LEAK(
            "hands out 'this'",
            "commands called on it go past the proxy and stay local",
            "Hand out the proxy instead: inject ObjectProvider of the bean's type and call getObject().");

    private final String what;
    private final String why;
    private final String remedy;

    Cause(String what, String why, String remedy) {
        this.what = what;
        this.why = why;
        this.remedy = remedy;
    }

    String what() {
        return what;
    }

    String why() {
        return why;
    }

    /** What to write instead. */
    public String remedy() {
        return remedy;
    }
}
