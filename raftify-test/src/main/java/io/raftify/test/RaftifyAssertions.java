package io.raftify.test;

/** Entry point for assertions on replicated beans. */
public final class RaftifyAssertions {

    private RaftifyAssertions() {}

    /**
     * Begins an assertion on a replicated bean.
     *
     * @param beanClass a class with commands, as the application would declare it; needs no application
     */
    public static <T> ReplicatedBeanAssert<T> assertThatBean(Class<T> beanClass) {
        return new ReplicatedBeanAssert<>(beanClass);
    }
}
