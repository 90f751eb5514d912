# SPDX-License-Identifier: Apache-2.0
"""README's first example, run as it stands there: what it prints is what README says it prints."""

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_first_example_prints_what_readme_shows() -> None:
    text = README.read_text(encoding="utf-8")
    example, shown = re.findall(r"```python\n(.*?)```\n\nprints\n\n```text\n(.*?)```", text, re.S)[0]
    run = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 1
    # The traceback is Python's own; README shows its last line, the refusal, without the module's name.
    refusal = run.stderr.strip().splitlines()[-1].removeprefix("ddbcrypt.exceptions.")
    assert run.stdout + refusal + "\n" == shown
