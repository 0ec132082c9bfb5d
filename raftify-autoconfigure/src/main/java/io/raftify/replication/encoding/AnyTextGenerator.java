package io.raftify.replication.encoding;

import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.io.SerializedString;
import tools.jackson.core.util.JsonGeneratorDelegate;

/**
 * Writes every text a Java string can hold, as a value and as a key. A string may have half of a surrogate pair without
 * the other, for which UTF-8 has no form: Jackson refuses it, or puts a replacement in its place. One such text in the
 * state would refuse every snapshot from then on.
 *
 * <p>Such a half is written as if it were a character, in three bytes (WTF-8). No other text has these bytes, nothing
 * written before has them, and Jackson's parser reads them as the half that they were.
 */
final class AnyTextGenerator extends JsonGeneratorDelegate {

    AnyTextGenerator(JsonGenerator cbor) {
        // Whole objects are written through this one, or their texts would not be.
        super(cbor, false);
    }

    @Override
    public JsonGenerator writeName(String name) {
        if (isUnicode(name)) {
            delegate.writeName(name);
        } else {
            delegate.writeName(new Name(name));
        }
        return this;
    }

    @Override
    public JsonGenerator writeString(@Nullable String text) {
        if (text == null || isUnicode(text)) {
            delegate.writeString(text);
        } else {
            byte[] bytes = bytes(text);
            delegate.writeUTF8String(bytes, 0, bytes.length);
        }
        return this;
    }

    @Override
    public JsonGenerator writeString(char[] buffer, int offset, int length) {
        return writeString(new String(buffer, offset, length));
    }

    @Override
    public JsonGenerator writeArray(@Nullable String[] texts, int offset, int length) {
        writeStartArray(texts, length);
        for (int i = offset; i < offset + length; i++) {
            writeString(texts[i]);
        }
        writeEndArray();
        return this;
    }

    private static boolean isUnicode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!isPair(text, i)) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    private static boolean isPair(String text, int at) {
        return at + 1 < text.length() && Character.isSurrogatePair(text.charAt(at), text.charAt(at + 1));
    }

    private static byte[] bytes(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 16);
        text.codePoints().forEach(point -> {
            if (point < 0x80) {
                bytes.write(point);
            } else if (point < 0x800) {
                bytes.write(0xc0 | point >> 6);
                bytes.write(0x80 | point & 0x3f);
            } else if (point < 0x1_0000) {
                bytes.write(0xe0 | point >> 12);
                bytes.write(0x80 | point >> 6 & 0x3f);
                bytes.write(0x80 | point & 0x3f);
            } else {
                bytes.write(0xf0 | point >> 18);
                bytes.write(0x80 | point >> 12 & 0x3f);
                bytes.write(0x80 | point >> 6 & 0x3f);
                bytes.write(0x80 | point & 0x3f);
            }
        });
        return bytes.toByteArray();
    }

    /** A key can be handed on as bytes only together with its text. */
    private static final class Name extends SerializedString {

        Name(String name) {
            super(name);
            _unquotedUTF8Ref = bytes(name);
        }
    }
}
