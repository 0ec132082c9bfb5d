package io.raftify.replication;

import io.raftify.node.ProposalRejectedException;

/**
 * The command was not applied: its {@link io.raftify.annotation.IdempotencyKey} was used before, with other arguments. The
 * caller has mixed two things up; a new key is needed for what is really another call.
 */
public final class IdempotencyKeyReusedException extends ProposalRejectedException {

    IdempotencyKeyReusedException(String message) {
        super(message);
    }
}
