# SPDX-License-Identifier: Apache-2.0
"""The example of the structured format runs from end to end and shows what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples/structured.py"


def test_the_notebook_of_the_structured_format() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    command = [sys.executable, str(EXAMPLE)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert "{'id': 'p-17', 'name': 'Ada Lovelace', 'weight': Decimal('58'), 'views': Decimal('3')}" in lines
    assert any(line.startswith("DataKeyUnwrappingError: ") and "id='p-18'" in line for line in lines)
    assert lines[-2].startswith("the application reads {'id': 'p-17'")
    assert "Decimal('59')" in lines[-2]
    assert lines[-1].startswith("DynamoDB holds ['aws_dbe_foot', 'aws_dbe_head', 'id', 'name'")
