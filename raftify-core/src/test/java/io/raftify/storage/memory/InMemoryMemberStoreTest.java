package io.raftify.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftify.storage.MemberStore;
import io.raftify.storage.MemberStoreContract;
import org.junit.jupiter.api.Test;

class InMemoryMemberStoreTest extends MemberStoreContract {

    @Override
    protected MemberStore create() {
        return InMemoryMemberStore.create();
    }

    @Test
    void it_says_that_it_is_not_durable() {
        assertThat(store.status().type()).isEqualTo("memory");
        assertThat(store.status().durability()).isEqualTo("none");
        assertThat(store.status().directory()).isNull();
    }
}
