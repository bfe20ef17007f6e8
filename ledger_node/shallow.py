"""Reading JSON of others: the parser recurses, and a library that a node loads lifts Python's limit on recursion above
what the stack can hold, so that depth is counted before anything is parsed.
"""

from __future__ import annotations

import json
import re
from typing import Any

DEEPEST = 64  # objects and lists within each other
_STRING = re.compile(rb'"(?:[^"\\]+|\\.)*+"?', re.DOTALL)
_OTHERS = bytes(set(range(256)) - set(b"[{]}"))


def loads(content: bytes, **options: Any) -> Any:
    """`json.loads` of UTF-8 with its options. Raises ValueError, for what is nested deeper than DEEPEST too."""
    if not is_shallow(content):
        raise ValueError(f"nested deeper than {DEEPEST}")
    return json.loads(content.decode("utf-8"), **options)


def is_shallow(content: bytes) -> bool:
    """Whether no list or object stands deeper than DEEPEST."""
    if content.count(b"[") + content.count(b"{") <= DEEPEST:
        return True
    depth = 0
    for bracket in _STRING.sub(b"", content).translate(None, _OTHERS):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST:
            return False
    return True
