package io.raftify.storage.lmdb;

/** What was read is not what was written. The message says where, and in what way. */
final class DamagedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String found;

    DamagedException(String found) {
        super(found);
        this.found = found;
    }

    DamagedException(String found, Throwable cause) {
        super(found, cause);
        this.found = found;
    }

    /** What was found, to stand within a sentence. */
    String found() {
        return found;
    }
}
