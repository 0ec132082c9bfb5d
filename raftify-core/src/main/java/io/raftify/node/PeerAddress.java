package io.raftify.node;

/**
 * Where a member listens. The host is looked up anew for every connection, since names move.
 *
 * @param host a host name or address; IPv6 without brackets
 * @param port 1 to 65535
 */
public record PeerAddress(String host, int port) {

    public PeerAddress {
        if (host.isBlank()) {
            throw new IllegalArgumentException("the host is missing");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("the port must be between 1 and 65535, but is " + port);
        }
    }

    /**
     * Parses {@code host:port} or {@code [ipv6]:port}.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    public static PeerAddress parse(String text) {
        String trimmed = text.trim();
        int colon = trimmed.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("the port is missing");
        }
        String host = trimmed.substring(0, colon);
        if (host.indexOf('/') >= 0 || host.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("the host must be a name or an address, without scheme or path");
        }
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("an IPv6 address must be written in brackets, as in [::1]:9090");
        }
        int port;
        try {
            port = Integer.parseInt(trimmed.substring(colon + 1));
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("the port '" + trimmed.substring(colon + 1) + "' is not a number");
        }
        return new PeerAddress(host, port);
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
