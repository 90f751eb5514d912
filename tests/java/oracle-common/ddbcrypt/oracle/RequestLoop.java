// SPDX-License-Identifier: Apache-2.0
package ddbcrypt.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;

/**
 * An oracle's requests and responses: one request a line on standard input, one response a line on standard output, as
 * tests/interop/README.md describes them. It ends with its input.
 *
 * <p>Each client's project compiles these sources for itself, since the two need class paths of their own.
 */
public final class RequestLoop {
    private final ObjectMapper json;
    private final Operations operations;

    /** What an oracle can be asked. */
    public interface Operations {
        ObjectNode run(JsonNode request) throws Exception;
    }

    public RequestLoop(ObjectMapper json, Operations operations) {
        this.json = json;
        this.operations = operations;
    }

    /** Serves until the input ends, and ends the process where a request takes longer than so many seconds. */
    public void serve(int seconds) throws IOException {
        Watchdog watchdog = new Watchdog(seconds);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        BufferedWriter out = new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode request = json.readTree(line);
            watchdog.started(request);
            ObjectNode response = answer(request);
            watchdog.finished();
            response.set("id", request.get("id"));
            out.write(json.writeValueAsString(response));
            out.write('\n');
            out.flush();
        }
    }

    /** What the operation gives, or what it throws: a refusal is an answer too. */
    private ObjectNode answer(JsonNode request) {
        try {
            return operations.run(request).put("ok", true);
        } catch (Exception | StackOverflowError thrown) {
            ObjectNode response = json.createObjectNode().put("ok", false);
            response.putObject("error")
                    .put("type", thrown.getClass().getSimpleName())
                    .put("message", String.valueOf(thrown.getMessage()));
            return response;
        }
    }
}
