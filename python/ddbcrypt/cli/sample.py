# SPDX-License-Identifier: Apache-2.0
"""Where the shipped sample of items is."""

from __future__ import annotations

from pathlib import Path

from ddbcrypt.cli.outcome import CommandError, ExitCode

__all__ = ("SAMPLE_NAME", "find_sample")

SAMPLE_NAME = "patients.jsonl"


def find_sample() -> Path:
    """Return the path of the sample: in the installed package, or in the ``examples`` folder of a checkout.

    Raises ``CommandError`` where neither has it. Makes no network call.
    """
    here = Path(__file__).resolve()
    places = [here.parent / "data" / SAMPLE_NAME]
    # python/ddbcrypt/cli/sample.py of a checkout, as editable installs run it
    places += [parent / "examples" / SAMPLE_NAME for parent in here.parents[3:4]]
    for place in places:
        if place.is_file():
            return place
    raise CommandError(
        ExitCode.ITEMS, f"the sample {SAMPLE_NAME} is not part of this installation; name a file of yours with --items"
    )
