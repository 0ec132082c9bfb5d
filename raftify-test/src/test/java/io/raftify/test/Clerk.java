package io.raftify.test;

import org.springframework.stereotype.Component;

/** A component that has nothing to do with replication. */
@Component
class Clerk {}
