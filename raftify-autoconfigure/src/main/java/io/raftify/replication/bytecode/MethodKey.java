package io.raftify.replication.bytecode;

/** One method of one class, in the names of the class file. */
record MethodKey(String owner, String name, String descriptor) {}
