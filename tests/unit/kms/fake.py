# SPDX-License-Identifier: Apache-2.0
"""AWS KMS as far as the materials provider uses it, behind a loopback endpoint, with the errors of the real one.

moto's KMS has neither moved aliases' nor wrong keys' own errors, and it never throttles, lies or takes its time.
"""

from __future__ import annotations

import base64
import os
import threading
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

from ddbcrypt.material_providers.aws_kms import AwsKmsCryptographicMaterialsProvider
from tests.support.endpoint import Answer, Endpoint, Forward

REGION = "eu-central-1"
ACCOUNT = "111122223333"
_OK = 200
_BAD_REQUEST = 400

Change = Callable[[str, dict[str, Any]], Answer | None]


class RefusalError(Exception):
    """An error of KMS, by its code."""


class FakeKms:
    """One region of KMS; an injection for :class:`tests.support.endpoint.Endpoint`. Safe between threads.

    :ivar before: asked first with operation and request; an answer of it is sent instead
    :ivar after: called with operation and answer, which it may edit in place
    """

    def __init__(self, region: str = REGION, wrapped: dict[bytes, tuple[str, Any, bytes]] | None = None) -> None:
        self.region = region
        self.disabled: set[str] = set()
        self.aliases: dict[str, str] = {}
        self.before: Change = lambda operation, request: None
        self.after: Callable[[str, dict[str, Any]], None] = lambda operation, answer: None
        self._ids: set[str] = set()
        self._wrapped = {} if wrapped is None else wrapped
        self._lock = threading.Lock()

    def create_key(self, key_id: str = "") -> str:
        """The ARN of a new key."""
        key_id = key_id or str(uuid.uuid4())
        self._ids.add(key_id)
        return f"arn:aws:kms:{self.region}:{ACCOUNT}:key/{key_id}"

    def replica(self, region: str) -> FakeKms:
        """The same multi-Region keys in another region; other keys are not there."""
        other = FakeKms(region, self._wrapped)
        other._ids = {key_id for key_id in self._ids if key_id.startswith("mrk-")}
        return other

    def __call__(self, operation: str, request: dict[str, Any], forward: Forward) -> Answer:
        answer = self.before(operation, request)
        if answer is not None:
            return answer
        try:
            result = self._generate(request) if operation == "GenerateDataKey" else self._decrypt(request)
        except RefusalError as refusal:
            return refused(str(refusal))
        self.after(operation, result)
        return _OK, result

    def _generate(self, request: dict[str, Any]) -> dict[str, Any]:
        key_id = self._usable(request["KeyId"])
        plaintext, ciphertext = os.urandom(request["NumberOfBytes"]), os.urandom(64)
        with self._lock:
            self._wrapped[ciphertext] = key_id, request["EncryptionContext"], plaintext
        return {"KeyId": self._arn(key_id), "Plaintext": _text(plaintext), "CiphertextBlob": _text(ciphertext)}

    def _decrypt(self, request: dict[str, Any]) -> dict[str, Any]:
        named = self._usable(request["KeyId"]) if "KeyId" in request else None
        wrapped = self._wrapped.get(base64.b64decode(request["CiphertextBlob"]))
        if wrapped is None:
            raise RefusalError("InvalidCiphertextException")
        key_id, context, plaintext = wrapped
        if named is not None and named != key_id:
            raise RefusalError("IncorrectKeyException")
        key_id = self._usable(key_id)
        if context != request["EncryptionContext"]:
            raise RefusalError("InvalidCiphertextException")
        return {"KeyId": self._arn(key_id), "Plaintext": _text(plaintext)}

    def _usable(self, text: str) -> str:
        name = text
        if text.startswith("arn:"):
            home, _, name = text.rpartition(":")
            if home != f"arn:aws:kms:{self.region}:{ACCOUNT}":
                raise RefusalError("NotFoundException")
        name = name.removeprefix("key/")
        if name.startswith("alias/"):
            name = self.aliases.get(name, "").rpartition("/")[2]
        if name not in self._ids:
            raise RefusalError("NotFoundException")
        if self._arn(name) in self.disabled:
            raise RefusalError("DisabledException")
        return name

    def _arn(self, key_id: str) -> str:
        return f"arn:aws:kms:{self.region}:{ACCOUNT}:key/{key_id}"


def refused(code: str, message: str = "as the test wants it") -> Answer:
    """An answer of KMS that is an error."""
    return _BAD_REQUEST, {"__type": code, "message": message}


def session(region: str | None = REGION) -> Any:
    """A botocore session that reads nothing of the machine's AWS settings but its environment, which tests set."""
    made = botocore.session.Session()
    made.set_credentials("test", "test")
    if region is not None:
        made.set_config_variable("region", region)
    return made


@cache
def _shared_session() -> Any:
    # Each session reads and parses the service's model anew. Clients are made in the main thread.
    return session()


def connect(endpoint: Endpoint, region: str = REGION, *, attempts: int = 1, read_timeout: float = 60) -> Any:
    """A KMS client for a loopback endpoint; ``attempts`` is how often botocore sends one request in all."""
    retries: Any = {"total_max_attempts": attempts, "mode": "standard"}
    config = Config(proxies={}, retries=retries, connect_timeout=60, read_timeout=read_timeout, max_pool_connections=32)
    return _shared_session().create_client("kms", region_name=region, endpoint_url=endpoint.endpoint_url, config=config)


class Region:
    """A fake KMS with its endpoint and a client for it."""

    def __init__(self, kms: FakeKms | None = None) -> None:
        self.kms = kms or FakeKms()
        self.endpoint = Endpoint("http://127.0.0.1:1")  # nothing is ever passed on: the fake answers everything
        self.endpoint.inject(self.kms)
        self.client = connect(self.endpoint, self.kms.region)

    def renew(self) -> None:
        """Begin with another KMS that has no keys yet, behind the same endpoint."""
        self.kms = FakeKms(self.client.meta.region_name)
        self.endpoint.reset()
        self.endpoint.inject(self.kms)

    def provider(self, key_id: str, *beside: Region, **options: Any) -> AwsKmsCryptographicMaterialsProvider:
        """A provider that calls this region, and those ``beside`` it for keys of theirs."""
        clients = {region.kms.region: region.client for region in (self, *beside)}
        return AwsKmsCryptographicMaterialsProvider(key_id, session(), regional_clients=clients, **options)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
