package io.raftify.sample.drill;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One member as its clients see it: HTTP and nothing else. Thread-safe. */
final class BoxOfficeClient {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final String base;

    BoxOfficeClient(int port) {
        this.base = "http://127.0.0.1:" + port;
    }

    String base() {
        return base;
    }

    Answer sell(Seat seat, String orderId, String buyer) {
        String body = JSON.writeValueAsString(
                JSON.createObjectNode().put("orderId", orderId).put("buyer", buyer));
        HttpRequest request = request(seat.path())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return answer(request, 201);
    }

    Answer refund(Seat seat, String orderId) {
        return answer(request(seat.path() + "?orderId=" + orderId).DELETE().build(), 204);
    }

    private Answer answer(HttpRequest request, int success) {
        HttpResponse<String> response;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (ConnectException | HttpConnectTimeoutException e) {
            return new Answer.NothingDone("no connection");
        } catch (IOException e) {
            return new Answer.Unknown("connection lost: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer.Unknown("interrupted");
        }
        int status = response.statusCode();
        if (status == success) {
            return new Answer.Sold(
                    success == 201
                            ? JSON.readTree(response.body()).path("ticket").longValue()
                            : 0);
        }
        return switch (status) {
            case 409 -> new Answer.Taken();
            case 503 -> new Answer.NothingDone(detail(response));
            case 504 -> new Answer.Unknown(detail(response));
            default -> new Answer.Unexpected(status + " " + response.body());
        };
    }

    private static String detail(HttpResponse<String> response) {
        return response.statusCode() + " "
                + JSON.readTree(response.body()).path("detail").stringValue("");
    }

    /** Reads a JSON document; anything but 200 is an exception with status and body. */
    JsonNode get(String path) {
        try {
            HttpResponse<String> response = http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException(base + path + " answered " + response.statusCode() + " " + response.body());
            }
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Whether the member answers and calls itself ready. */
    boolean ready() {
        try {
            return http.send(request("/actuator/health/readiness").build(), HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(PATIENCE);
    }
}
