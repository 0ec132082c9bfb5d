package io.raftify.node;

/** A setting is missing, malformed or contradicts another. */
public final class InvalidSettingException extends RaftException {

    private final String setting;

    /**
     * @param setting the component of {@link RaftNodeSettings} that is wrong
     * @param message what is wrong with it, naming the value
     */
    public InvalidSettingException(String setting, String message) {
        super(message);
        this.setting = setting;
    }

    /** The component of {@link RaftNodeSettings} that is wrong. */
    public String setting() {
        return setting;
    }
}
