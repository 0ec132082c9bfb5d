package io.raftify.transport.inprocess;

/** One direction between two members, by their node ids. */
record Way(String from, String to) {

    Way back() {
        return new Way(to, from);
    }
}
