package io.raftify.transport.grpc;

import io.grpc.Status;
import io.grpc.Status.Code;
import java.net.ConnectException;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Why a stream could not be opened, or ended.
 *
 * @param refusal whether somebody must change something; otherwise the peer is just not there, or not there yet
 */
record DialFailure(boolean refusal, String text) {

    private static final Set<Code> REFUSALS = EnumSet.of(
            Code.FAILED_PRECONDITION,
            Code.PERMISSION_DENIED,
            Code.UNAUTHENTICATED,
            Code.INVALID_ARGUMENT,
            Code.UNIMPLEMENTED);

    private static final Pattern CLOSED =
            Pattern.compile("Network closed|Connection reset|Connection closed|ClosedChannel|Broken pipe");

    static DialFailure unreachable(String text) {
        return new DialFailure(false, text);
    }

    static DialFailure refused(String text) {
        return new DialFailure(true, text);
    }

    static DialFailure of(Status status) {
        if (status.getCode() == Code.UNIMPLEMENTED) {
            return refused("what answers there is not a raftify member: " + describe(status));
        }
        String aboutTls = status.getCause() == null ? null : TlsFailure.describe(status.getCause());
        return aboutTls != null
                ? refused(aboutTls)
                : new DialFailure(REFUSALS.contains(status.getCode()), describe(status));
    }

    /** As {@link #of}, for a stream whose peer had not greeted yet. */
    static DialFailure beforeGreeting(Status status) {
        DialFailure failure = of(status);
        // A TLS server hangs up on plain text without a word, and its alert may be lost when it hangs up on a
        // certificate.
        return !failure.refusal() && CLOSED.matcher(failure.text()).find()
                ? unreachable(
                        "it closed the connection before it greeted (" + failure.text() + "); if that goes on, its"
                                + " log says why: its certificates and this member's do not go together, or only one of both"
                                + " has an SSL bundle (raftify.transport.ssl.bundle)")
                : failure;
    }

    private static String describe(Status status) {
        Throwable cause = status.getCause();
        if (cause != null) {
            // Netty's own exception names the address, the JDK's inside it does not.
            Throwable root = cause instanceof ConnectException ? cause : rootOf(cause);
            String message = ForeignText.printable(root.getMessage());
            return message.isEmpty() ? root.getClass().getSimpleName() : message;
        }
        @Nullable String description = status.getDescription();
        return description == null || description.isEmpty()
                ? status.getCode().toString()
                : ForeignText.printable(description);
    }

    static Throwable rootOf(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }
}
