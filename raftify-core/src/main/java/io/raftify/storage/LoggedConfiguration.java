package io.raftify.storage;

import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.conf.ConfigurationEntry;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;

/** Reads the cluster's configuration out of the entry that carries it. */
public final class LoggedConfiguration {

    private LoggedConfiguration() {}

    public static boolean isCarriedBy(LogEntry entry) {
        return entry.getType() == EntryType.ENTRY_TYPE_CONFIGURATION;
    }

    /** What the engine's configuration manager keeps; the old configuration is set while a joint change is going on. */
    public static ConfigurationEntry of(LogEntry entry) {
        ConfigurationEntry configuration = new ConfigurationEntry();
        configuration.setId(entry.getId().copy());
        configuration.setConf(new Configuration(entry.getPeers(), entry.getLearners()));
        if (entry.getOldPeers() != null) {
            configuration.setOldConf(new Configuration(entry.getOldPeers(), entry.getOldLearners()));
        }
        return configuration;
    }
}
