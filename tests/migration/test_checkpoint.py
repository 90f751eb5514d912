# SPDX-License-Identifier: Apache-2.0
"""The checkpoint file: whole at any time, bound to what it is of, refused where it is not one."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ddbcrypt.migration import Checkpoint, CheckpointError, Outcome

KEYS: list[dict[str, Any]] = [
    {"id": {"S": "key \U0001f511 of text"}},
    {"id": {"N": "-12.5"}, "when": {"B": b"\x00\xff binary"}},
]


def binding(salt: bytes) -> dict[str, str]:
    return {"table": "visits", "configuration --to": f"digest {salt.hex()}"}


def make(path: Path) -> Checkpoint:
    made = Checkpoint(binding, 3, path)
    made.advance(0, KEYS[0], {Outcome.MIGRATED: 5, Outcome.FAILED: 1}, 2)
    made.advance(2, KEYS[1], {Outcome.READABLE: 7}, 0)
    made.advance(1, None, {Outcome.MIGRATED: 1, Outcome.GONE: 1}, 1)
    return made


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.json"
    assert Checkpoint.read(binding, path) is None
    made = make(path)
    found = Checkpoint.read(binding, path)
    assert found is not None
    assert (found.position(0), found.position(2)) == tuple(KEYS)
    assert [found.is_done(segment) for segment in range(3)] == [False, True, False]
    assert found.report == made.report
    assert (found.report.items, found.report.failed, found.report.conflicts) == (15, 1, 3)
    assert not found.is_new
    # It goes on in the same file.
    found.advance(0, None, {Outcome.MIGRATED: 1}, 0)
    again = Checkpoint.read(binding, path)
    assert again is not None
    assert again.is_done(0)
    assert again.report.items == 16
    again.remove()
    assert not any(tmp_path.iterdir())


def test_without_a_file_nothing_is_kept(tmp_path: Path) -> None:
    made = Checkpoint(binding, 1)
    made.advance(0, KEYS[0], {Outcome.MIGRATED: 1}, 0)
    assert made.report.items == 1
    made.remove()
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["table", "configuration --to"])
def test_of_another_migration(tmp_path: Path, name: str) -> None:
    path = tmp_path / "checkpoint.json"
    make(path)
    with pytest.raises(CheckpointError, match=f"another {name}"):
        Checkpoint.read(lambda salt: {**binding(salt), name: "another"}, path)


def _changed(**changes: Any) -> Any:
    return lambda document: json.dumps({**document, **changes}).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda document: json.dumps(document).encode()[:-20],
        lambda document: b"",
        lambda document: b"\xff\xfe",
        lambda document: b"[]",
        lambda document: b"[" * 100_000,
        lambda document: b" " * (4 * 1024 * 1024) + json.dumps(document).encode(),
        _changed(format="another"),
        _changed(version=2),
        _changed(salt="xyz"),
        _changed(salt=7),
        _changed(segments=0),
        _changed(segments=257),
        _changed(segments=True),
        _changed(segments="3"),
        _changed(bound=[]),
        _changed(bound={"table": "visits"}),
        _changed(positions=[]),
        _changed(positions={"3": None}),
        _changed(positions={"-1": None}),
        _changed(positions={"first": None}),
        _changed(positions={"0": []}),
        _changed(positions={"0": [["id", "S"]]}),
        _changed(positions={"0": [["id", "S", 7]]}),
        _changed(positions={"0": [["id", "SS", "a"]]}),
        _changed(positions={"0": [["id", "B", "*"]]}),
        _changed(positions={"0": [["id", "S", "a" * 5000]]}),
        _changed(positions={"0": [["a", "S", "a"], ["b", "S", "b"], ["c", "S", "c"]]}),
        _changed(counts={"unheard of": 1}),
        _changed(counts={"migrated": -1}),
        _changed(counts={"migrated": 1.5}),
        _changed(conflicts=None),
    ],
    ids=range(31),
)
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, change: Any) -> None:
    path = tmp_path / "checkpoint.json"
    make(path)
    path.write_bytes(change(json.loads(path.read_text())))
    with pytest.raises(CheckpointError, match="checkpoint.json: it is not a whole checkpoint"):
        Checkpoint.read(binding, path)


def test_a_missing_entry_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.json"
    make(path)
    document = json.loads(path.read_text())
    for name in document:
        path.write_text(json.dumps({other: value for other, value in document.items() if other != name}))
        with pytest.raises(CheckpointError, match="not a whole checkpoint"):
            Checkpoint.read(binding, path)


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    made = Checkpoint(binding, 1, tmp_path / "no folder" / "checkpoint.json")
    with pytest.raises(CheckpointError, match="cannot be written"):
        made.advance(0, None, {}, 0)
    with pytest.raises(CheckpointError, match="cannot be read"):
        Checkpoint.read(binding, tmp_path)


def test_a_failed_write_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "checkpoint.json"
    made = make(path)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CheckpointError, match="No space left"):
        made.advance(0, None, {}, 0)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
