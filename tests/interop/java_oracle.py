# SPDX-License-Identifier: Apache-2.0
"""The Java client as an oracle: a Maven project of ours, built on first use (tests/java/legacy-client)."""

from __future__ import annotations

from tests.interop.oracle import Oracle
from tests.support import java

MAIN_CLASS = "ddbcrypt.legacyclient.Oracle"
#: Longest time for one request, after which the process ends itself: there is input on which the client never returns.
REQUEST_SECONDS = 60
# One collector thread, quick start and bounded memory, as befits a shared machine.
JVM_OPTIONS = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true")


def start_java_oracle(request_seconds: int = REQUEST_SECONDS) -> Oracle:
    """Start a process; ends the test where Java or Maven is missing."""
    project = java.build("legacy-client")
    return Oracle([project.java, *JVM_OPTIONS, "-cp", project.class_path, MAIN_CLASS, str(request_seconds)])
