# SPDX-License-Identifier: Apache-2.0
"""The last few updates of an item, as ids that travel with it.

An update whose answer is lost is sent again, and then fails its condition whether it arrived before or not. Its id in
the stored item tells. The ids of the updates before it stay in the trail, so that it is still told when others have
updated the item since. Nothing signs a trail: it decides about repetition, which whoever stores the item decides
anyway, and never about what is read.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from typing import Final

#: Bytes of an id: their base64 has no padding, so that ids stand in one text side by side.
_ID_BYTES: Final = 12
_ID_LENGTH: Final = 16
#: How many ids are kept: 256 characters of an item.
TRAIL_IDS: Final = 16
_TEXT: Final = re.compile(rf"(?:[A-Za-z0-9_-]{{{_ID_LENGTH}}}){{1,{TRAIL_IDS}}}", re.ASCII)


def new_update_id() -> str:
    """Draw an id."""
    return _text(secrets.token_bytes(_ID_BYTES))


def anchor(signature: bytes) -> str:
    """Give the id of a state that no update made: the beginning of the trail of those that follow."""
    return _text(hashlib.sha256(b"ddbcrypt update trail" + signature).digest()[:_ID_BYTES])


def read_trail(text: str | None) -> tuple[str, ...]:
    """Give the ids of a trail's text, oldest first; none where there is no such text or it is not ours."""
    if text is None or _TEXT.fullmatch(text) is None:
        return ()
    return tuple(text[at : at + _ID_LENGTH] for at in range(0, len(text), _ID_LENGTH))


def write_trail(ids: tuple[str, ...]) -> str:
    """Give the text of the last ids."""
    return "".join(ids[-TRAIL_IDS:])


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii")
