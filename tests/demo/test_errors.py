# SPDX-License-Identifier: Apache-2.0
"""What keeps the demo from running: one line on standard error, no traceback, an exit code of its own."""

import gzip
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ddbcrypt.cli import main
from tests.demo.runs import Database, DemoRunner, write_lines
from tests.support.endpoint import Answer, Forward
from tests.support.injections import HoldBackWrites

GOOD = {"pk": {"S": "a"}, "sk": {"S": "b"}}


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A loopback port that nobody listens on, nor can: it is taken as long as the test runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def file_error(capsys: pytest.CaptureFixture[str], path: Path, *arguments: str) -> str:
    """Run on a file that is not as it should be; nothing but the error is printed."""
    # The endpoint is not reached: a file is read first.
    code = main(["demo", "--items", str(path), *arguments])
    output = capsys.readouterr()
    assert code == 3, output
    assert output.out == ""
    assert output.err.startswith("ddbcrypt: ")
    assert output.err.count("\n") == 1
    return output.err


def test_a_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "none.jsonl: no such file" in file_error(capsys, tmp_path / "none.jsonl")


def test_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot be read" in file_error(capsys, tmp_path)


def test_an_empty_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "holds no item" in file_error(capsys, write_lines(tmp_path / "empty.jsonl", []))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param('{"pk": {"S": "a"}', "not JSON", id="cut-off"),
        pytest.param("[1, 2]", "a JSON object is expected", id="array"),
        pytest.param("{}", "without attributes", id="empty"),
        pytest.param('{"pk": "a", "sk": "b"}', 'attribute "pk": not DynamoDB JSON', id="ordinary-json"),
        pytest.param('{"Item": {"pk": {"X": "a"}}}', '"X" is no DynamoDB type', id="unknown-type"),
        pytest.param('{"pk": {"S": 1}}', "the value of S is not a string", id="number-as-S"),
        pytest.param('{"pk": {"N": 1}}', "the value of N is not a number in quotes", id="unquoted-N"),
        pytest.param('{"pk": {"N": "one"}}', "the value of N is not a number", id="word-as-N"),
        pytest.param('{"pk": {"N": "NaN"}}', "the value of N is not a number", id="NaN"),
        pytest.param('{"pk": {"B": "***"}}', "the value of B is not base64", id="base64"),
        pytest.param('{"pk": {"B": "\u00e9"}}', "the value of B is not base64", id="base64-not-ascii"),
        pytest.param('{"pk": {"BOOL": "true"}}', "the value of BOOL is not true or false", id="quoted-BOOL"),
        pytest.param('{"pk": {"NULL": false}}', "the value of NULL is not true", id="NULL-false"),
        pytest.param('{"pk": {"SS": []}}', "the value of SS is not a list of one or more", id="empty-set"),
        pytest.param('{"pk": {"SS": ["a", 1]}}', "the value of SS is not a list", id="mixed-set"),
        pytest.param('{"pk": {"M": []}}', "the value of M is not an object", id="list-as-M"),
        pytest.param('{"pk": {"L": {"a": {"S": "b"}}}}', "the value of L is not a list", id="map-as-L"),
        pytest.param('{"pk": {"S": "a", "N": "1"}}', "not DynamoDB JSON", id="two-types"),
        pytest.param('{"pk": ' + '{"L": [' * 40 + "]}" * 40 + "}", "nested deeper than 32", id="depth"),
        pytest.param("[" * 200_000, "not an item", id="brackets"),
    ],
)
def test_a_bad_line_is_named(line: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n\n{line}\n{json.dumps(GOOD)}\n", encoding="utf-8")
    message = file_error(capsys, path)
    assert f"{path}, line 3: " in message
    assert expected in message


def test_bytes_that_are_not_utf8(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "latin.jsonl"
    path.write_bytes(b'{"pk": {"S": "caf\xe9"}}\n')
    assert "line 1: not UTF-8" in file_error(capsys, path)


def test_a_truncated_gzip_file(items_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items_file.write_bytes(gzip.compress(items_file.read_bytes())[:-20])
    assert "cannot be read" in file_error(capsys, items_file)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({"pk": {"S": "a"}, "other": {"S": "b"}}, 'has no key attribute "sk"'),
        ({"pk": {"S": "a"}, "sk": {"N": "1"}}, 'key attribute "sk" is of type N, not S'),
        ({"pk": {"S": "a"}, "sk": {"S": "b"}, "more": {"S": "c"}}, "has the key of line 1"),
    ],
)
def test_an_item_without_a_key_of_its_own(
    second: dict[str, Any], expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    message = file_error(capsys, write_lines(tmp_path / "keys.jsonl", [GOOD, second]))
    assert f"line 2: {expected}" in message


def test_a_key_that_is_no_scalar(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_lines(tmp_path / "keys.jsonl", [{"pk": {"BOOL": True}, "sk": {"S": "b"}}])
    assert 'line 1: key attribute "pk" is of type BOOL, not S, N or B' in file_error(capsys, path)


def test_an_item_that_dynamodb_could_not_hold(tmp_path: Path, demo: DemoRunner) -> None:
    path = write_lines(tmp_path / "long.jsonl", [GOOD | {"long": {"N": "1" * 39}}])
    run = demo("--items", path)
    assert run.returncode == 3, run.stdout + run.stderr
    assert "InvalidNumberError" in run.stderr
    assert "attribute 'long'" in run.stderr


def test_a_lone_surrogate(tmp_path: Path, database: Database, demo_here: DemoRunner) -> None:
    path = tmp_path / "surrogate.jsonl"
    path.write_text('{"pk": {"S": "a"}, "sk": {"S": "b"}, "text": {"S": "\\ud800"}}\n', encoding="utf-8")
    run = demo_here("--items", path, *database.arguments)
    assert run.returncode == 3, run.stdout + run.stderr
    assert "InvalidTextError" in run.stderr


def test_a_reserved_attribute(tmp_path: Path, database: Database, demo_here: DemoRunner) -> None:
    path = write_lines(tmp_path / "reserved.jsonl", [GOOD | {"*amzn-ddb-map-sig*": {"B": "AAAA"}}])
    run = demo_here("--items", path, *database.arguments)
    assert run.returncode == 3, run.stdout + run.stderr
    assert "ReservedAttributeError" in run.stderr


@pytest.mark.parametrize("option", ["--do-nothing", "--sign-only"])
def test_an_action_for_a_reserved_attribute(option: str, items_file: Path, demo_here: DemoRunner) -> None:
    run = demo_here("--items", items_file, option, "*amzn-ddb-map-sig*")
    assert run.returncode == 2, run.stdout + run.stderr
    assert "reserved" in run.stderr
    assert run.stderr.count("\n") == 1


def test_two_actions_for_one_attribute(items_file: Path, demo_here: DemoRunner) -> None:
    run = demo_here("--items", items_file, "--do-nothing", "seen", "--sign-only", "seen")
    assert run.returncode == 2, run.stdout + run.stderr
    assert "both --sign-only and --do-nothing: seen" in run.stderr
    assert run.stderr.count("\n") == 1


def test_an_endpoint_that_nobody_listens_on(items_file: Path, demo: DemoRunner, closed_port: int) -> None:
    url = f"http://127.0.0.1:{closed_port}"
    run = demo("--items", items_file, "--endpoint-url", url)
    assert run.returncode == 4, run.stdout + run.stderr
    assert url in run.stderr
    assert run.stderr.count("\n") == 1


def test_an_endpoint_that_is_no_url(items_file: Path, demo_here: DemoRunner) -> None:
    run = demo_here("--items", items_file, "--endpoint-url", "not a url")
    assert run.returncode == 4, run.stdout + run.stderr
    assert "not a url: no client can be made" in run.stderr


def test_no_credentials(items_file: Path, database: Database, tmp_path: Path, demo_here: DemoRunner) -> None:
    nothing = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"}
    run = demo_here("--items", items_file, *database.arguments, HOME=str(tmp_path), **nothing)
    assert run.returncode == 4, run.stdout + run.stderr
    assert "NoCredentialsError" in run.stderr
    assert "AWS_ACCESS_KEY_ID" in run.stderr


def test_no_region(items_file: Path, database: Database, tmp_path: Path, demo_here: DemoRunner) -> None:
    run = demo_here("--items", items_file, *database.arguments, HOME=str(tmp_path), AWS_DEFAULT_REGION="")
    assert run.returncode == 4, run.stdout + run.stderr
    assert "no client can be made" in run.stderr


def test_a_request_that_the_database_refuses(items_file: Path, database: Database, demo_here: DemoRunner) -> None:
    def refuse(operation: str, request: dict[str, Any], forward: Forward) -> Answer | None:
        kind = "com.amazonaws.dynamodb.v20120810#AccessDeniedException"
        return (400, {"__type": kind, "message": "not you"}) if operation == "CreateTable" else None

    database.endpoint.inject(refuse)
    run = demo_here("--items", items_file, *database.arguments)
    assert run.returncode == 4, run.stdout + run.stderr
    assert "AccessDeniedException" in run.stderr
    assert "not you" in run.stderr
    assert run.stderr.count("\n") == 1


def test_a_table_that_takes_no_items(items_file: Path, database: Database, demo_here: DemoRunner) -> None:
    database.endpoint.inject(HoldBackWrites(keep=0, times=1000))
    run = demo_here("--items", items_file, *database.arguments)
    assert run.returncode == 4, run.stdout + run.stderr
    assert "stay unprocessed" in run.stderr
    assert not database.exists()


@pytest.mark.parametrize("package", ["rich", "moto", "flask"])
def test_a_missing_extra(package: str, demo_environment: dict[str, str]) -> None:
    program = f"import sys; sys.modules[{package!r}] = None; from ddbcrypt.cli import main; sys.exit(main(['demo']))"
    run = subprocess.run(
        [sys.executable, "-c", program], env=demo_environment, capture_output=True, encoding="utf-8", check=False
    )
    assert run.returncode == 5, run.stdout + run.stderr
    assert "pip install 'ddbcrypt[demo]'" in run.stderr
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["demo", "--no-such-option"], ["demo", "--it", "x"], ["no-such-command"]])
def test_a_command_line_that_is_not_valid(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: ddbcrypt" in capsys.readouterr().err
