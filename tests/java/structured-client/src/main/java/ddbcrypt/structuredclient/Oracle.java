// SPDX-License-Identifier: Apache-2.0
package ddbcrypt.structuredclient;

import com.fasterxml.jackson.databind.ObjectMapper;
import ddbcrypt.oracle.RequestLoop;
import java.io.IOException;

/**
 * The structured format's Java client as an oracle. Knows nothing of ddbcrypt. The one argument is how many seconds a
 * request may take.
 */
public final class Oracle {
    private Oracle() {}

    public static void main(String[] args) throws IOException {
        Operations operations = new Operations();
        new RequestLoop(new ObjectMapper(), operations::run).serve(Integer.parseInt(args[0]));
    }
}
