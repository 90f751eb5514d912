# SPDX-License-Identifier: Apache-2.0
"""The structured format's Java client as an oracle: a Maven project of ours (tests/java/structured-client)."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from tests.interop.oracle import Oracle, text, to_json
from tests.structured.cases import Case
from tests.structured.keyring import RawAes, RawRsa
from tests.support import java

MAIN_CLASS = "ddbcrypt.structuredclient.Oracle"
#: Longest time for one request, after which the process ends itself.
REQUEST_SECONDS = 60
# One collector thread, quick start and bounded memory, as befits a shared machine.
JVM_OPTIONS = ("-Xmx768m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true")


def start_structured_java_oracle(request_seconds: int = REQUEST_SECONDS) -> Oracle:
    """Start a process; ends the test where Java or Maven is missing."""
    project = java.build("structured-client")
    return Oracle([project.java, *JVM_OPTIONS, "-cp", project.class_path, MAIN_CLASS, str(request_seconds)])


def keyring_for(keyring: RawAes | RawRsa) -> dict[str, str]:
    """A raw keyring as the oracle takes it."""
    if isinstance(keyring, RawRsa):
        names = {"type": "rsa", "namespace": keyring.namespace, "name": keyring.name, "padding": keyring.padding}
        return {**names, "public": text(keyring.public), "private": text(keyring.private)}
    return {"type": "aes", "namespace": keyring.namespace, "name": keyring.name, "key": text(keyring.key)}


def request_for(
    op: str, case: Case, item: Mapping[str, Any], keyrings: Sequence[Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """The request to ``encrypt`` or ``decrypt`` a DynamoDB JSON item under the configuration of ``case``.

    ``keyrings``: as the oracle takes them; those of the case where there are none.
    """
    c = case.configuration
    return {
        "op": op,
        "config": {
            "table": c.table,
            "partition": c.partition,
            "sort": c.sort,
            "actions": {name: action.name for name, action in case.plan[3].items()},
            "allowed": sorted(case.allowed),
            "prefix": case.prefix,
            "suite": case.suite,
        },
        "keyrings": list(keyrings) if keyrings is not None else [keyring_for(keyring) for keyring in case.keyrings],
        "item": to_json(item),
    }


def header_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What the client says of an item's header, its bytes decoded."""
    header = dict(answer["header"])
    header["data_keys"] = [
        (namespace.encode(), base64.b64decode(info), base64.b64decode(ciphertext))
        for namespace, info, ciphertext in header["data_keys"]
    ]
    return header
