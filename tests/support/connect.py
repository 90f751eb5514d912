# SPDX-License-Identifier: Apache-2.0
"""boto3 clients and resources for a loopback endpoint, deaf to the machine's AWS settings."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

REGION = "eu-central-1"


@cache
def _session() -> boto3.Session:
    # Shared, because each session reads and parses the service's model anew. Clients are made in the main thread.
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)


def _config(attempts: int, *, validate: bool = True) -> Config:
    # An empty `proxies` keeps a proxy of the environment away from loopback.
    retries: Any = {"total_max_attempts": attempts, "mode": "standard"}
    return Config(
        proxies={},
        retries=retries,
        connect_timeout=60,
        read_timeout=60,
        max_pool_connections=16,
        parameter_validation=validate,
    )


def connect_client(endpoint_url: str, *, attempts: int = 1, validate: bool = True) -> Any:
    """A DynamoDB client; ``attempts`` is how often botocore sends one request in all.

    Without ``validate`` botocore leaves the look at parameters to DynamoDB, which saves a third of a call's time.
    """
    return connect_service("dynamodb", endpoint_url, attempts=attempts, validate=validate)


def connect_service(service: str, endpoint_url: str, *, attempts: int = 1, validate: bool = True) -> Any:
    """A client of another service, as :func:`connect_client`."""
    return _session().client(service, endpoint_url=endpoint_url, config=_config(attempts, validate=validate))


def connect_resource(endpoint_url: str, *, attempts: int = 1) -> Any:
    """A DynamoDB service resource, as :func:`connect_client`."""
    return _session().resource("dynamodb", endpoint_url=endpoint_url, config=_config(attempts))
