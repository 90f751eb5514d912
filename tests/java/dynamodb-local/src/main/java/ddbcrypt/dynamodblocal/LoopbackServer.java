// SPDX-License-Identifier: Apache-2.0
package ddbcrypt.dynamodblocal;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;

/**
 * DynamoDB Local on 127.0.0.1 and a free port. Its own server class binds every interface and can report usage; here its
 * request handler stands in a Jetty server of ours, so neither happens. Prints "PORT n" when it serves, and ends when its
 * standard input does: a parent that dies leaves no orphan.
 */
public final class LoopbackServer {
    private LoopbackServer() {}

    public static void main(String[] args) throws Exception {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        Server server = new Server(new InetSocketAddress(loopback, 0));
        boolean inMemory = true;
        boolean oneDatabaseForAllRegionsAndKeys = true;
        LocalDynamoDBRequestHandler requests =
                new LocalDynamoDBRequestHandler(0, inMemory, null, oneDatabaseForAllRegionsAndKeys, false);
        ContextHandler context = new ContextHandler();
        context.setHandler(new LocalDynamoDBServerHandler(requests, null));
        server.setHandler(context);
        server.start();
        System.out.println("PORT " + ((ServerConnector) server.getConnectors()[0]).getLocalPort());
        System.out.flush();

        while (System.in.read() >= 0) {
            // Nothing is read; only the end of the input counts.
        }
        server.stop();
        requests.shutdown();
        System.exit(0);
    }
}
