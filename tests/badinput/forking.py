# SPDX-License-Identifier: Apache-2.0
"""Run by test_fork.py in a process of its own: forks after use, and prints the IVs that parent and children drew."""

from __future__ import annotations

import os
import sys

from ddbcrypt.encrypted.item import decrypt_dynamodb_item, encrypt_dynamodb_item
from tests.interop.ours import case_of, config_for

CHILDREN = 12
NAMES = [f"a{number}" for number in range(8)]
ITEM = {name: {"S": "x"} for name in NAMES}


def draw(config: object) -> list[str]:
    stored = encrypt_dynamodb_item(ITEM, config)  # type: ignore[arg-type]
    assert decrypt_dynamodb_item(stored, config) == ITEM  # type: ignore[arg-type]
    return [stored[name]["B"][:16].hex() for name in NAMES]


def main() -> None:
    config = config_for(case_of({}))
    print(*draw(config))
    sys.stdout.flush()
    for _ in range(CHILDREN):
        child = os.fork()
        if child == 0:
            os.write(1, (" ".join(draw(config) + draw(config)) + "\n").encode())
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        print(*draw(config))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
