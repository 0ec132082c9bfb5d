package io.raftify.transport.grpc;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.raftify.transport.grpc.PeerTrust.UntrustedException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says in a few words why two members could not agree on TLS. */
final class TlsFailure {

    private static final String ALERT = "Received fatal alert: ";

    /** What the first bytes of a TLS alert look like in the words of the HTTP/2 codec. */
    private static final String TLS_IN_PLAIN_TEXT =
            "First received frame was not SETTINGS. Hex dump for first 5 bytes: 15";

    private TlsFailure() {}

    /** @return null if it was not about TLS: the other side just went away */
    static @Nullable String describe(Throwable thrown) {
        @Nullable SSLException last = null;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof UntrustedException) {
                return cause.getMessage();
            }
            String message = String.valueOf(cause.getMessage());
            if (cause instanceof NotSslRecordException) {
                return "what comes from there is not TLS; both sides need an SSL bundle"
                        + " (raftify.transport.ssl.bundle), or neither";
            }
            if (message.startsWith(TLS_IN_PLAIN_TEXT)) {
                return "it speaks TLS, and this member does not; both need an SSL bundle"
                        + " (raftify.transport.ssl.bundle), or neither";
            }
            if (message.contains("Empty client certificate chain")) {
                return "it presented no certificate";
            }
            int alert = message.indexOf(ALERT); // newer JDKs put the alert's name in front as well
            if (alert >= 0) {
                return alert(message.substring(alert + ALERT.length()));
            }
            if (cause instanceof SSLException ssl && !(cause instanceof SslHandshakeTimeoutException)) {
                last = ssl;
            }
        }
        return last == null
                ? null
                : "TLS failed: "
                        + ForeignText.printable(DialFailure.rootOf(last).getMessage());
    }

    private static String alert(String alert) {
        String words = ForeignText.printable(alert).toLowerCase(Locale.ROOT);
        return words.contains("certificate") || words.contains("unknown_ca") || words.contains("access_denied")
                ? "it refused this member's certificate (TLS alert " + words + "); its log says why"
                : "it broke the TLS handshake off (TLS alert " + words + "); its log says why";
    }
}
