// SPDX-License-Identifier: Apache-2.0
package ddbcrypt.structuredclient;

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
 * The structured format's Java client as an oracle: one request a line on standard input, one response a line on
 * standard output, as README.md describes them. Knows nothing of ddbcrypt, and ends with its input. The one argument is
 * how many seconds a request may take.
 */
public final class Oracle {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Oracle() {}

    public static void main(String[] args) throws IOException {
        Watchdog watchdog = new Watchdog(Integer.parseInt(args[0]));
        Operations operations = new Operations();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        BufferedWriter out = new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode request = JSON.readTree(line);
            watchdog.started(request);
            ObjectNode response = answer(operations, request);
            watchdog.finished();
            response.set("id", request.get("id"));
            out.write(JSON.writeValueAsString(response));
            out.write('\n');
            out.flush();
        }
    }

    /** What the operation gives, or what it throws: a refusal is an answer too. */
    private static ObjectNode answer(Operations operations, JsonNode request) {
        try {
            return operations.run(request).put("ok", true);
        } catch (Exception | StackOverflowError thrown) {
            ObjectNode response = JSON.createObjectNode().put("ok", false);
            response.putObject("error")
                    .put("type", thrown.getClass().getSimpleName())
                    .put("message", String.valueOf(thrown.getMessage()));
            return response;
        }
    }
}
