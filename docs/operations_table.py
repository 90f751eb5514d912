# SPDX-License-Identifier: Apache-2.0
"""Writes the table of docs/operations.md between its markers:  python docs/operations_table.py"""

from __future__ import annotations

from pathlib import Path

from ddbcrypt.operations import OPERATIONS, Handling, Operation, Treatment

PAGE = Path(__file__).resolve().parent / "operations.md"
BEGIN = "<!-- the table is made by docs/operations_table.py -->\n"
END = "<!-- end of the table -->\n"
_WHAT = {
    Handling.ITEM: "items",
    Handling.ITEMS: "items",
    Handling.CONDITION: "conditions are checked",
    Handling.PROJECTION: "a projection is applied here",
    Handling.UPDATE: "protected attributes are changed here",
    Handling.DEFINITIONS: "definitions over encrypted attributes are refused",
    Handling.LEGACY: "legacy parameters are refused",
}


def table() -> str:
    """One row an operation."""
    order = {treatment: place for place, treatment in enumerate(Treatment)}
    operations = sorted(OPERATIONS.values(), key=lambda one: (order[one.treatment], one.name))
    rows = [f"| `{one.method}` | {one.treatment.value} | {_detail(one)} |" for one in operations]
    return "\n".join(("| operation | treatment | what is done |", "| --- | --- | --- |", *rows)) + "\n"


def _detail(operation: Operation) -> str:
    if operation.treatment is Treatment.REFUSE:
        return f"{operation.reason}; instead, {operation.instead}"
    handlings = {*operation.request.values()}
    for members in operation.nested.values():
        handlings.update(members.values())
    parts: list[str] = []
    if operation.treatment is Treatment.ENCRYPT:
        parts.append("items are encrypted and signed; what comes back is verified and decrypted")
    elif operation.treatment is Treatment.DECRYPT:
        parts.append("items that come back are verified and decrypted")
    if operation.name == "TransactWriteItems":
        handlings.discard(Handling.UPDATE)
        parts.append("an update of protected attributes is refused")
    parts.extend(_WHAT[one] for one in Handling if one in handlings and one in _WHAT and _WHAT[one] != "items")
    return "; ".join(parts)


def main() -> None:
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}")


if __name__ == "__main__":
    main()
