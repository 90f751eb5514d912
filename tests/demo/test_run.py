# SPDX-License-Identifier: Apache-2.0
"""The demo with its embedded DynamoDB, started as a user starts it."""

import gzip
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.demo.conftest import RUN_SECONDS
from tests.demo.runs import DemoRunner, control_characters, figure, write_lines


@pytest.fixture(scope="module")
def sample_run(demo: DemoRunner) -> subprocess.CompletedProcess[str]:
    """One run of the whole sample, of which several tests judge the output."""
    return demo()


def test_the_sample_comes_back_equal_and_an_altered_item_is_refused(
    sample_run: subprocess.CompletedProcess[str], record_property: Callable[[str, object], None]
) -> None:
    run = sample_run
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    assert figure(run.stdout, "items stored encrypted") == "1,000"
    assert figure(run.stdout, "items read back equal") == "1,000"
    assert figure(run.stdout, "items different") == "0"
    assert figure(run.stdout, "items missing") == "0"
    assert figure(run.stdout, "altered items refused") == "1"
    assert "refused: SignatureVerificationError: " in run.stdout
    assert "PATIENT#000001" in run.stdout
    assert control_characters(run.stdout) == []
    record_property("count: sample items stored, read back and compared", 1000)


def test_the_item_is_shown_in_plaintext_on_one_side_alone(sample_run: subprocess.CompletedProcess[str]) -> None:
    output = sample_run.stdout
    name = next(line for line in output.splitlines() if line.startswith("│ name "))
    _, _, seen, stored, _ = name.split("│")
    assert "Grünwälder" in seen
    assert "Grünwälder" not in stored
    assert "bytes" in stored
    clinic = next(line for line in output.splitlines() if line.startswith("│ clinic "))
    _, _, seen, stored, _ = clinic.split("│")
    assert seen.strip() == stored.strip()
    assert "CLINIC-" in seen
    assert "*amzn-ddb-map-sig*" in output


@pytest.mark.parametrize("shape", ["wrapped", "alone", "gzip"])
def test_a_users_file(shape: str, items: list[dict[str, Any]], tmp_path: Path, demo_here: DemoRunner) -> None:
    path = write_lines(tmp_path / "some.jsonl", items, wrapped=shape == "wrapped")
    if shape == "gzip":
        path.write_bytes(gzip.compress(path.read_bytes()))
    run = demo_here("--items", path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert figure(run.stdout, "items read back equal") == str(len(items))
    assert "SignatureVerificationError" in run.stdout


def test_an_item_of_nothing_but_a_key_has_its_signature_altered(
    items: list[dict[str, Any]], tmp_path: Path, demo_here: DemoRunner
) -> None:
    run = demo_here("--items", write_lines(tmp_path / "key.jsonl", items[-1:]))
    assert run.returncode == 0, run.stdout + run.stderr
    assert "stored for *amzn-ddb-map-sig*" in run.stdout
    assert figure(run.stdout, "altered items refused") == "1"


def test_keys_of_other_names_and_types(tmp_path: Path, demo_here: DemoRunner) -> None:
    items = [{"id": {"N": str(number)}, "text": {"S": "hidden"}} for number in range(30)]
    run = demo_here("--items", write_lines(tmp_path / "numbers.jsonl", items), "--partition-key", "id")
    assert run.returncode == 0, run.stdout + run.stderr
    assert figure(run.stdout, "items read back equal") == "30"


def test_the_users_aws_settings_are_not_read(items_file: Path, tmp_path: Path, demo: DemoRunner) -> None:
    broken = tmp_path / ".aws"
    broken.mkdir()
    (broken / "config").write_text("this is [not a config file\n", encoding="utf-8")
    (broken / "credentials").write_text("[default\nnor = this\n", encoding="utf-8")
    run = demo(
        "--items",
        items_file,
        HOME=str(tmp_path),
        AWS_PROFILE="of-nobody",
        AWS_ENDPOINT_URL="http://127.0.0.1:1",
        AWS_USE_FIPS_ENDPOINT="true",
        AWS_ACCESS_KEY_ID="",
        AWS_DEFAULT_REGION="",
        HTTP_PROXY="http://127.0.0.1:1",
        http_proxy="http://127.0.0.1:1",
        NO_PROXY="",
    )
    assert run.returncode == 0, run.stderr


def test_output_in_an_encoding_that_lacks_the_characters(items_file: Path, demo: DemoRunner) -> None:
    run = demo("--items", items_file, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert run.returncode == 0, run.stderr
    assert r"\U0001f40e" in run.stdout
    assert run.stdout.isascii()


def test_an_item_cannot_steer_the_terminal(tmp_path: Path, demo: DemoRunner) -> None:
    text = "\x1b[2J\x9b31m [red]\u202e\r\n\x07"
    items = [{"pk": {"S": text}, "sk": {"S": text}, text: {"S": text}, "list": {"L": [{"M": {text: {"S": text}}}]}}]
    run = demo("--items", write_lines(tmp_path / "hostile.jsonl", items))
    assert run.returncode == 0, run.stderr
    assert control_characters(run.stdout) == []
    assert "\u202e" not in run.stdout
    assert "[red]" in run.stdout


def test_a_terminal_gets_colours_and_the_same_figures(demo_environment: dict[str, str], items_file: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "ddbcrypt", "demo", "--items", str(items_file)]
    environment = demo_environment | {"TERM": "xterm-256color", "COLUMNS": "120"}
    with subprocess.Popen(command, env=environment, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        output = bytearray()
        while True:
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # Linux: the other end is closed
                break
            if not chunk:
                break
            output += chunk
        os.close(ours)
        assert process.wait(RUN_SECONDS) == 0
    assert b"\x1b[1m" in output
    assert b"Nothing differed." in output
