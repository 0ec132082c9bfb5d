package io.raftify.storage;

import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.PeerId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Log entries for tests. */
public final class Entries {

    private Entries() {}

    public static LogEntry entry(long index, long term, byte[] data) {
        LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_DATA);
        entry.setId(new LogId(index, term));
        entry.setData(ByteBuffer.wrap(data));
        entry.setChecksum(entry.checksum());
        return entry;
    }

    public static LogEntry entry(long index, long term) {
        return entry(index, term, ("entry " + index + " of term " + term).getBytes(StandardCharsets.UTF_8));
    }

    /** Entries of term 1 with these indexes, both included; changeable like the engine's lists. */
    public static List<LogEntry> entries(long first, long last) {
        return new ArrayList<>(LongStream.rangeClosed(first, last)
                .mapToObj(index -> entry(index, 1))
                .toList());
    }

    public static LogEntry configuration(long index, long term, String... peers) {
        LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_CONFIGURATION);
        entry.setId(new LogId(index, term));
        entry.setPeers(peers(peers));
        entry.setChecksum(entry.checksum());
        return entry;
    }

    public static List<PeerId> peers(String... names) {
        return Stream.of(names).map(name -> new PeerId(name, 0)).toList();
    }
}
