"""Keccak-256 and secp256k1 in plain Python, for the one-file verifier on a machine that has no native library.

Slower by far (a fraction of a millisecond for a block, milliseconds for a key), and for checking only: nothing
here keeps a secret, so nothing runs in constant time. Tests hold both against the native libraries. Why no package does
it: docs/adr/0029.
"""

from __future__ import annotations

from collections.abc import Iterator

# --- Keccak-f[1600], FIPS 202, section 3; with the padding of the Keccak submission, as the EVM has it ---------------

_RATE = 136  # bytes that a block takes in: 1600 bits less twice the 256 of the digest
_LANE = (1 << 64) - 1


def keccak256(content: bytes) -> bytes:
    """Keccak-256 (32 bytes)."""
    padded = bytearray(content + b"\x01" + bytes(-(len(content) + 1) % _RATE))
    padded[-1] |= 0x80
    state = [0] * 25
    for start in range(0, len(padded), _RATE):
        for lane in range(_RATE // 8):
            at = start + 8 * lane
            state[lane] ^= int.from_bytes(padded[at : at + 8], "little")
        state = _permuted(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


def _permuted(state: list[int]) -> list[int]:
    """24 rounds over 25 lanes; lane (x, y) is number x + 5y."""
    for constant in _CONSTANTS:
        columns = [state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20] for x in range(5)]
        turned = [(one << 1 | one >> 63) & _LANE for one in columns]
        mixed = [columns[x - 1] ^ turned[(x + 1) % 5] for x in range(5)]
        moved = [0] * 25
        for source, target, left in _MOVES:
            lane = state[source] ^ mixed[source % 5]
            moved[target] = (lane << left | lane >> 64 - left) & _LANE
        state = [moved[at] ^ (~moved[one] & moved[two]) for at, one, two in _ROWS]
        state[0] ^= constant
    return state


def _moves() -> Iterator[tuple[int, int, int]]:
    """Steps rho and pi: from which lane to which, and by how many bits it is turned to the left."""
    yield 0, 0, 0
    x, y = 1, 0
    for step in range(24):
        target = y, (2 * x + 3 * y) % 5
        yield x + 5 * y, target[0] + 5 * target[1], (step + 1) * (step + 2) // 2 % 64
        x, y = target


def _constants() -> Iterator[int]:
    """Step iota: bits 2^j - 1 of each round's constant come out of a shift register."""
    register = 1
    for _ in range(24):
        constant = 0
        for j in range(7):
            constant |= (register & 1) << (1 << j) - 1
            register = register << 1 ^ (register >> 7) * 0x171
        yield constant


_MOVES = tuple(_moves())
_CONSTANTS = tuple(_constants())
_ROWS = tuple((x + y, (x + 1) % 5 + y, (x + 2) % 5 + y) for y in range(0, 25, 5) for x in range(5))


# --- secp256k1, SEC 2, section 2.4.1; recovery of the key, SEC 1, section 4.1.6 -------------------------------------

#: Jacobian coordinates: (x/z², y/z³); the point at infinity has z = 0.
_Point = tuple[int, int, int]

_P = 2**256 - 2**32 - 977
_N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_G: _Point = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
    1,
)
_INFINITY: _Point = (1, 1, 0)


def recover(digest: bytes, r: int, s: int, parity: int) -> bytes:
    """The public key (x and y, 64 bytes) that signed `digest`. ValueError when no key did."""
    if not (1 <= r < _N and 1 <= s < _N):
        raise ValueError("r or s is out of range")
    y_squared = (r**3 + 7) % _P
    y = pow(y_squared, (_P + 1) // 4, _P)
    if y * y % _P != y_squared:
        raise ValueError("r is on no point of the curve")
    inverse = pow(r, -1, _N)
    point = (r, y if y & 1 == parity else _P - y, 1)
    x, y, z = _sum_of(-int.from_bytes(digest, "big") * inverse % _N, _G, s * inverse % _N, point)
    if z == 0:
        raise ValueError("the key is the point at infinity")
    scale = pow(z, -1, _P)
    return (x * scale**2 % _P).to_bytes(32, "big") + (y * scale**3 % _P).to_bytes(32, "big")


def _sum_of(a: int, p: _Point, b: int, q: _Point) -> _Point:
    """a·p + b·q, both in one pass over the bits."""
    parts = (_INFINITY, p, q, _added(p, q))
    total = _INFINITY
    for bit in reversed(range(256)):
        total = _doubled(total)
        total = _added(total, parts[(a >> bit & 1) | (b >> bit & 1) << 1])
    return total


def _doubled(point: _Point) -> _Point:
    """No point of this curve has y = 0, and infinity keeps z = 0."""
    x, y, z = point
    y_squared = y * y % _P
    s = 4 * x * y_squared % _P
    m = 3 * x * x % _P
    doubled_x = (m * m - 2 * s) % _P
    return doubled_x, (m * (s - doubled_x) - 8 * y_squared * y_squared) % _P, 2 * y * z % _P


def _added(p: _Point, q: _Point) -> _Point:
    if p[2] == 0:
        return q
    if q[2] == 0:
        return p
    p_squared, q_squared = p[2] * p[2] % _P, q[2] * q[2] % _P
    u, s = p[0] * q_squared % _P, p[1] * q_squared * q[2] % _P
    h = (q[0] * p_squared - u) % _P
    w = (q[1] * p_squared * p[2] - s) % _P
    if h == 0:
        return _doubled(p) if w == 0 else _INFINITY
    h_squared = h * h % _P
    h_cubed, v = h_squared * h % _P, u * h_squared % _P
    x = (w * w - h_cubed - 2 * v) % _P
    return x, (w * (v - x) - s * h_cubed) % _P, h * p[2] * q[2] % _P
