// SPDX-License-Identifier: Apache-2.0
package ddbcrypt.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.TimeUnit;

/**
 * Ends the process when one request takes too long: there is input on which the client loops for ever, and a process
 * that loops would outlive the tests.
 */
final class Watchdog {
    private static final int EXIT_STATUS = 3;

    private final long limit;
    private String operation;
    private long since;

    Watchdog(int seconds) {
        limit = TimeUnit.SECONDS.toNanos(seconds);
        Thread thread = new Thread(this::watch, "watchdog");
        thread.setDaemon(true);
        thread.start();
    }

    synchronized void started(JsonNode request) {
        operation = request.path("op").asText();
        since = System.nanoTime();
        notifyAll();
    }

    synchronized void finished() {
        operation = null;
        notifyAll();
    }

    private synchronized void watch() {
        try {
            while (true) {
                if (operation == null) {
                    wait();
                    continue;
                }
                long left = limit - (System.nanoTime() - since);
                if (left <= 0) {
                    System.err.println("the operation " + operation + " did not end in "
                            + TimeUnit.NANOSECONDS.toSeconds(limit) + " s");
                    Runtime.getRuntime().halt(EXIT_STATUS);
                }
                wait(TimeUnit.NANOSECONDS.toMillis(left) + 1);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
