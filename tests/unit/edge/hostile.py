"""Files that mean harm."""

from __future__ import annotations

import zlib
from functools import cache


@cache
def bomb(size: int) -> bytes:
    """A deflated file (PS3.5, A.5) of a few hundred kilobytes whose one element is `size` zero bytes."""
    packer = zlib.compressobj(1, wbits=-15)
    element = b"\xe0\x7f\x10\x00OB\0\0" + size.to_bytes(4, "little")
    zeros = b"\0" * (1 << 20)
    body = packer.compress(element) + b"".join(packer.compress(zeros) for _ in range(size >> 20)) + packer.flush()
    syntax = b"1.2.840.10008.1.2.1.99"
    meta = b"\x02\x00\x10\x00UI" + len(syntax).to_bytes(2, "little") + syntax
    return b"\0" * 128 + b"DICM" + b"\x02\x00\x00\x00UL\x04\x00" + len(meta).to_bytes(4, "little") + meta + body
