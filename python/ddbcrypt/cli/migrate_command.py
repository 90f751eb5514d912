# SPDX-License-Identifier: Apache-2.0
"""Runs a migration, from the command line's options to the exit code."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ddbcrypt.cli.migrate_progress import Progress
from ddbcrypt.cli.outcome import CommandError, ExitCode
from ddbcrypt.cli.table_files import TableFile, read_table_file
from ddbcrypt.dynamodb.tables import plain_name
from ddbcrypt.exceptions import DynamodbEncryptionSdkError, InvalidArgumentError
from ddbcrypt.migration import (
    Checkpoint,
    CheckpointError,
    Migration,
    MigrationReport,
    MigrationSettings,
    Outcome,
    TablePair,
)
from ddbcrypt.migration.checkpoint import Binding

__all__ = ("run",)

_CONNECT_TIMEOUT_S: Final = 10
_SEGMENTS: Final = 4


def run(options: argparse.Namespace) -> ExitCode:
    """Migrate the table that the options name; prints to standard output, and failed items to standard error.

    Returns ``DIFFERENT`` where an item could not be migrated. Raises ``CommandError`` where the run cannot begin or go
    on; what is done then stays done, and the checkpoint says so.
    """
    settings = _settings(options)
    source, target = read_table_file(options.source), read_table_file(options.target)
    # A wrong endpoint is found out soon; throttling later on is waited for.
    description = _describe(_client(options, settings.segments, attempts=2), options.table)
    client = _client(options, settings.segments, attempts=10)
    try:
        pair = TablePair.of(options.table, description, source.config, target.config)
    except (InvalidArgumentError, ValueError, TypeError) as error:
        raise CommandError(ExitCode.CONFIGURATION, f"{options.source}, {options.target}: {error}") from error
    try:
        checkpoint = _checkpoint(options, settings, _binding(options, description, source, target))
        with Progress(pair.target.name, description.get("ItemCount"), checkpoint, quiet=options.quiet) as progress:
            report = Migration(client, pair, settings, checkpoint, progress).run()
    except CheckpointError as error:
        raise CommandError(ExitCode.CONFIGURATION, str(error)) from error
    except (BotoCoreError, ClientError, DynamodbEncryptionSdkError) as error:
        raise CommandError(ExitCode.DATABASE, _stopped(options, error)) from error
    _print(report, dry_run=settings.dry_run)
    return ExitCode.DIFFERENT if report.failed else ExitCode.OK


def _settings(options: argparse.Namespace) -> MigrationSettings:
    try:
        return MigrationSettings(
            segments=_SEGMENTS if options.segments is None else options.segments,
            page_items=options.page_items,
            items_per_second=options.rate,
            dry_run=options.dry_run,
            rewrite_readable=options.rewrite_readable,
        )
    except InvalidArgumentError as error:
        message = str(error).replace("items_per_second", "--rate").replace("page_items", "--page-items")
        raise CommandError(ExitCode.USAGE, message.replace("segments", "--segments")) from error


def _client(options: argparse.Namespace, connections: int, *, attempts: int) -> Any:
    try:
        return botocore.session.get_session().create_client(
            "dynamodb",
            region_name=options.region,
            endpoint_url=options.endpoint_url,
            config=Config(
                connect_timeout=_CONNECT_TIMEOUT_S,
                max_pool_connections=max(10, connections),
                # Requests are made of what DynamoDB answered; checking them again is a fifth of the time.
                parameter_validation=False,
                retries={"mode": "standard", "max_attempts": attempts},
            ),
        )
    except (BotoCoreError, ValueError) as error:
        raise CommandError(ExitCode.DATABASE, f"no client can be made: {error}") from error


def _describe(client: Any, table: str) -> dict[str, Any]:
    try:
        description: dict[str, Any] = client.describe_table(TableName=table)["Table"]
    except (BotoCoreError, ClientError) as error:
        raise CommandError(ExitCode.DATABASE, f"table {table}: {error}") from error
    return description


def _checkpoint(options: argparse.Namespace, settings: MigrationSettings, binding: Binding) -> Checkpoint:
    if settings.dry_run:
        return Checkpoint(lambda _: {}, settings.segments)
    path: Path = options.checkpoint or Path(f"{plain_name(options.table)}.migration.json")
    found = Checkpoint.read(binding, path)
    if found is None:
        return Checkpoint(binding, settings.segments, path)
    if options.segments is not None and options.segments != found.segments:
        message = (
            f"{path}: the checkpoint is of a scan in {found.segments} segments: leave --segments out, or remove the "
            "checkpoint to begin anew"
        )
        raise CheckpointError(message)
    return found


def _binding(
    options: argparse.Namespace, description: Mapping[str, Any], source: TableFile, target: TableFile
) -> Binding:
    # Not the name alone: a table that was deleted and made anew has the same.
    table = " ".join(str(description.get(name, "")) for name in ("TableArn", "TableId", "CreationDateTime"))

    def binding(salt: bytes) -> dict[str, str]:
        return {
            "table": table,
            "configuration --from": source.fingerprint(salt),
            "configuration --to": target.fingerprint(salt),
            "setting of --rewrite-readable": str(options.rewrite_readable),
        }

    return binding


def _stopped(options: argparse.Namespace, error: Exception) -> str:
    again = "" if options.dry_run else "; what is done stays done, and the same command goes on from there"
    return f"table {options.table}: the migration stopped: {error}{again}"


def _print(report: MigrationReport, *, dry_run: bool) -> None:
    rows = (
        ("would be migrated" if dry_run else "migrated", report.counts.get(Outcome.MIGRATED, 0)),
        ("readable already", report.counts.get(Outcome.READABLE, 0)),
        ("deleted by others meanwhile", report.counts.get(Outcome.GONE, 0)),
        ("failed", report.failed),
        ("items in all", report.items),
        ("tried again, as others changed them", report.conflicts),
    )
    print("Dry run, nothing was written" if dry_run else "Migration done")
    for label, number in rows:
        print(f"  {label:<36}{number:>12,}")
    if report.failed:
        print("The failed items are as they were. Mend what is wrong with them, and give the command again.")
