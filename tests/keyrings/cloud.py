# SPDX-License-Identifier: Apache-2.0
"""moto's KMS and DynamoDB as the keyring tests use them."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from moto.kms.models import kms_backends

from ddbcrypt.keyrings import BranchKeyStore, KmsConfiguration, KmsKeyArn
from tests.support.connect import REGION

OTHER_REGION = "us-west-2"
ACCOUNT = "123456789012"


@cache
def _session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)


class Cloud:
    """Clients that count their calls by operation, in ``calls``."""

    def __init__(self, endpoint_url: str) -> None:
        self.endpoint_url = endpoint_url
        self.calls: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.kms = self.client("kms")
        self.dynamodb = self.client("dynamodb")
        self.key = self.create_key()

    def client(self, service: str, region: str = REGION) -> Any:
        """A new client."""
        config = Config(proxies={}, max_pool_connections=20, retries={"total_max_attempts": 1, "mode": "standard"})
        client: Any = _session().client(service, region_name=region, endpoint_url=self.endpoint_url, config=config)  # type: ignore[call-overload]
        client.meta.events.register("before-call", self._count)
        return client

    def _count(self, model: Any, **_: Any) -> None:
        with self._lock:
            self.calls[model.name] += 1

    def create_key(self, **options: Any) -> str:
        """The ARN of a new KMS key."""
        arn: str = self.kms.create_key(**options)["KeyMetadata"]["Arn"]
        return arn

    def create_replicated_key(self) -> tuple[str, str]:
        """The ARNs of a new multi-Region key and of its replica in the other region."""
        primary = self.create_key(MultiRegion=True)
        # Within moto, whose ReplicateKey takes neither ARNs nor key ids as AWS makes them.
        kms_backends[ACCOUNT][REGION].replicate_key(primary.rpartition("/")[2], OTHER_REGION)
        return primary, primary.replace(REGION, OTHER_REGION)

    def store(self, configuration: KmsConfiguration | None = None, **options: Any) -> BranchKeyStore:
        """A branch key store, of a new table where none is named."""
        table = options.pop("table_name", None)
        made = BranchKeyStore(
            table or f"keys-{uuid.uuid4().hex}",
            options.pop("logical_name", "logical"),
            configuration or KmsKeyArn(self.key),
            dynamodb_client=options.pop("dynamodb_client", self.dynamodb),
            kms_client=options.pop("kms_client", self.kms),
            **options,
        )
        if table is None:
            made.create_key_store()
        return made
