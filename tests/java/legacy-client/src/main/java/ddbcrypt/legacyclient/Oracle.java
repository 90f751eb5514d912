// SPDX-License-Identifier: Apache-2.0
package ddbcrypt.legacyclient;

import com.fasterxml.jackson.databind.ObjectMapper;
import ddbcrypt.oracle.RequestLoop;
import java.io.IOException;

/**
 * The Java client as an oracle. Knows nothing of ddbcrypt. The one argument is how many seconds a request may take.
 */
public final class Oracle {
    private Oracle() {}

    public static void main(String[] args) throws IOException {
        // The client logs through commons-logging to standard error, a line for each of its refusals.
        System.setProperty("org.apache.commons.logging.Log", "org.apache.commons.logging.impl.NoOpLog");
        ObjectMapper json = new ObjectMapper();
        Operations operations = new Operations(json);
        new RequestLoop(json, operations::run).serve(Integer.parseInt(args[0]));
    }
}
