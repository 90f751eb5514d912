# SPDX-License-Identifier: Apache-2.0
"""Runs the demo, from the command line's options to the exit code."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from ddbcrypt import AttributeActions
from ddbcrypt._engine import LIBCRYPTO_VERSION
from ddbcrypt.cli.demo.endpoint import embedded, given, missing_extra
from ddbcrypt.cli.demo.protection import attribute_actions, crypto_config, encrypted_client, fresh_provider
from ddbcrypt.cli.demo.speed import Speed, measure
from ddbcrypt.cli.demo.table import DemoTable, database_error, open_table
from ddbcrypt.cli.items import Item, SourceItem, read_items
from ddbcrypt.cli.outcome import CommandError, ExitCode
from ddbcrypt.cli.sample import find_sample
from ddbcrypt.identifiers import __version__

if TYPE_CHECKING:
    from ddbcrypt.cli.demo.screen import Screen
    from ddbcrypt.cli.demo.steps import Counts

__all__ = ("run",)

#: Attributes of the sample that its application sorts, filters or counts on.
_SAMPLE_SIGN_ONLY = ("clinic", "updated_at")
_SAMPLE_DO_NOTHING = ("view_count",)


def run(options: argparse.Namespace) -> ExitCode:
    """Run the demo; prints to standard output, talks to the embedded or given DynamoDB and to nothing else.

    Returns ``DIFFERENT`` where an item did not come back as it was or an altered one was accepted. Raises
    ``CommandError`` where the demo cannot run.
    """
    try:
        from ddbcrypt.cli.demo.screen import Screen
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "rich":
            raise
        raise missing_extra(error) from error
    actions = _actions(options)
    path: Path = options.items or find_sample()
    items = read_items(path)
    with given(options.endpoint_url) if options.endpoint_url else embedded() as endpoint:
        wanted = (options.partition_key, options.sort_key)
        table = open_table(endpoint, options.table, wanted, (path, items), overwrite=options.overwrite)
        screen = Screen()
        screen.line(f"ddbcrypt {__version__}, {LIBCRYPTO_VERSION}; {endpoint.title}")
        try:
            counts, speed = _story(screen, table, actions, path, [source.item for source in items])
        except BaseException as failure:
            _clear_after(failure, options, table, items)
            raise
        left = "" if options.keep else table.remove([source.item for source in items])
        _summary(screen, counts, speed, embedded_server=not options.endpoint_url)
        if left:
            screen.line(f"removed: {left}")
    return _verdict(screen, counts)


def _actions(options: argparse.Namespace) -> AttributeActions:
    sample = options.items is None
    sign_only: Sequence[str] = options.sign_only or (_SAMPLE_SIGN_ONLY if sample else ())
    do_nothing: Sequence[str] = options.do_nothing or (_SAMPLE_DO_NOTHING if sample else ())
    if both := set(sign_only) & set(do_nothing):
        raise CommandError(ExitCode.USAGE, f"both --sign-only and --do-nothing: {', '.join(sorted(both))}")
    try:
        return attribute_actions(sign_only, do_nothing)
    except ValueError as error:
        raise CommandError(ExitCode.USAGE, f"--sign-only, --do-nothing: {error}") from error


def _story(
    screen: Screen, table: DemoTable, actions: AttributeActions, path: Path, items: Sequence[Item]
) -> tuple[Counts, Speed]:
    from ddbcrypt.cli.demo.steps import Steps

    provider = fresh_provider()
    steps = Steps(screen, table, encrypted_client(table, provider, actions), path, items)
    try:
        steps.store()
        steps.show()
        steps.read_back()
        steps.tamper()
    except (BotoCoreError, ClientError) as error:
        raise database_error(f"table {table.name}", error) from error
    return steps.counts, measure(items, crypto_config(table.name, table.keys, provider, actions))


def _clear_after(
    failure: BaseException, options: argparse.Namespace, table: DemoTable, sources: Sequence[SourceItem]
) -> None:
    """Remove what the demo stored although it failed; a second failure is told beside the first."""
    if options.keep:
        return
    try:
        table.remove([source.item for source in sources])
    except CommandError as second:
        if isinstance(failure, CommandError):
            raise CommandError(failure.code, f"{failure}\n{second}") from failure


def _summary(screen: Screen, counts: Counts, speed: Speed, *, embedded_server: bool) -> None:
    screen.heading("Summary")
    screen.figures(
        [
            ("items stored encrypted", f"{counts.stored:,}", ""),
            ("items read back equal", f"{counts.equal:,}", ""),
            ("items different", f"{counts.different:,}", ""),
            ("items missing", f"{counts.missing:,}", ""),
            ("items unexpected", f"{counts.unexpected:,}", ""),
            ("altered items refused", f"{counts.refused:,}", "of 1"),
            ("encrypt and sign, without database", f"{speed.encrypt:,.0f}", "items/s, one thread"),
            ("verify and decrypt, without database", f"{speed.decrypt:,.0f}", "items/s, one thread"),
            _with_database("store, with database", counts.stored, counts.store_s, speed.encrypt),
            _with_database("read back, with database", counts.equal, counts.read_s, speed.decrypt),
        ]
    )
    if embedded_server:
        screen.line("(the embedded database shares this process and its processor)")


def _with_database(label: str, count: int, seconds: float, rate: float) -> tuple[str, str, str]:
    share = count / rate / seconds
    return label, f"{count / seconds:,.0f}", f"items/s, {share:.1%} of the time for cryptography"


def _verdict(screen: Screen, counts: Counts) -> ExitCode:
    screen.heading("Nothing differed." if not counts.problems else "Something is not as it should be:")
    for problem in counts.problems:
        screen.line(problem, style="red")
    return ExitCode.DIFFERENT if counts.problems else ExitCode.OK
