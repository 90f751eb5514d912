# SPDX-License-Identifier: Apache-2.0
"""Clients of the DynamoDB that the demo uses: an embedded one, or the user's."""

from __future__ import annotations

import importlib.metadata
import logging
import os
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from ddbcrypt.cli.outcome import CommandError, ExitCode

__all__ = ("Endpoint", "embedded", "given")

_CONNECT_TIMEOUT_S = 5


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A DynamoDB to talk to.

    :ivar title: what it is, for the user
    :ivar client: boto3 client for the work
    :ivar probe: boto3 client that gives up after one retry, for the first request
    """

    title: str
    client: Any
    probe: Any


@contextmanager
def embedded() -> Generator[Endpoint]:
    """Run moto's DynamoDB in a thread, on a free port of 127.0.0.1, for the duration of the context.

    Reads no AWS credentials, profile or setting of the user; until its end they are out of the process environment, so
    it is for a process that does nothing else with AWS meanwhile. Raises ``CommandError`` where moto is not installed.
    """
    try:
        with warnings.catch_warnings():
            # moto warns of a missing Flask before it fails for lack of it.
            warnings.simplefilter("ignore")
            from moto.server import ThreadedMotoServer
    except ImportError as error:
        raise missing_extra(error) from error
    # else a line on standard error for each request
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with _no_aws_settings():
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        try:
            host, port = server.get_host_and_port()
            client = _embedded_client(f"http://{host}:{port}")
            version = importlib.metadata.version("moto")
            yield Endpoint(f"embedded DynamoDB (moto {version}) on {host}:{port}", client, client)
        finally:
            server.stop()


@contextmanager
def _no_aws_settings() -> Generator[None]:
    """Hide the user's AWS variables and files from botocore, on both sides: moto makes sessions of its own."""
    hidden = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    ours = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    for name in hidden:
        del os.environ[name]
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)
        os.environ.update(hidden)


def _embedded_client(url: str) -> Any:
    return botocore.session.get_session().create_client(
        "dynamodb",
        region_name="eu-central-1",
        endpoint_url=url,
        aws_access_key_id="embedded",
        aws_secret_access_key="embedded",  # noqa: S106 - moto checks none
        # Empty proxies: those of the environment have no business with loopback.
        config=Config(proxies={}, retries={"mode": "standard", "max_attempts": 2}),
    )


@contextmanager
def given(url: str) -> Generator[Endpoint]:
    """Give clients of the DynamoDB at ``url``, with boto3's usual credentials and region.

    Raises ``CommandError`` where no client can be made: an invalid URL, no region, an unknown profile.
    """
    try:
        session = botocore.session.get_session()
        work, probe = (
            session.create_client(
                "dynamodb",
                endpoint_url=url,
                config=Config(
                    connect_timeout=_CONNECT_TIMEOUT_S, retries={"mode": "standard", "max_attempts": attempts}
                ),
            )
            for attempts in (10, 2)
        )
    except (BotoCoreError, ValueError) as error:
        raise CommandError(ExitCode.DATABASE, f"{url}: no client can be made: {error}") from error
    yield Endpoint(f"DynamoDB at {url}", work, probe)


def missing_extra(error: ImportError) -> CommandError:
    """Return the error that says what to install."""
    return CommandError(
        ExitCode.EXTRAS, f"the demo needs packages that are not installed ({error}): pip install 'ddbcrypt[demo]'"
    )
