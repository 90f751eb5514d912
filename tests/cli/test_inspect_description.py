# SPDX-License-Identifier: Apache-2.0
"""The reader that says where a material description breaks off finds fault exactly where the engine does."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddbcrypt import DeserializationError, _engine
from ddbcrypt.inspection.description import read_pairs

CORPUS = Path(__file__).parents[1] / "fuzz" / "corpus" / "description"


def check(data: bytes) -> bool:
    """Compare with the engine; whether it is well formed."""
    read = read_pairs(data)
    try:
        expected = _engine.deserialize_description(data)
    except DeserializationError:
        assert read.findings
        return False
    assert read.findings == ()
    assert dict(read.pairs) == expected
    assert len(read.pairs) == len(expected)
    return True


@pytest.mark.parametrize("seed", sorted(CORPUS.iterdir()), ids=lambda path: path.name)
def test_the_fuzzers_seeds(seed: Path) -> None:
    check(seed.read_bytes())


def test_the_seeds_are_of_both_kinds() -> None:
    verdicts = {check(seed.read_bytes()) for seed in CORPUS.iterdir()}
    assert verdicts == {True, False}


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(TEXTS, TEXTS, max_size=5), st.data())
def test_whole_and_damaged_ones(description: dict[str, str], data: st.DataObject) -> None:
    whole = _engine.serialize_description(description)
    assert check(whole)
    place = data.draw(st.integers(0, len(whole)))
    check(whole[:place])
    check(whole[:place] + data.draw(st.binary(max_size=6)) + whole[place:])
    check(whole[:place] + data.draw(st.binary(max_size=3)))


@given(st.binary(max_size=40))
def test_any_bytes(data: bytes) -> None:
    check(data)
    check(b"\0\0\0\0" + data)
