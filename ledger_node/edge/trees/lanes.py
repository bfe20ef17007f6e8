"""SHA-256 (FIPS 180-4) of many short messages at once: sixteen lanes side by side, compiled by numba for this machine.

hashlib spends more time on making an object for each hash than on hashing 64 bytes, and no library takes a batch
(docs/adr/0016). Words are uint32 in the machine's own order, as a view of big-endian digests gives them. Everything
here is compared with hashlib: by the tests for all lengths, and by `hashing` for a sample of each batch.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, uint32

LANES = 16

_K = np.array(
    [
        0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
        0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
        0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
        0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
        0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
        0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
        0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
        0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
    ],
    dtype=np.uint32,
)  # fmt: skip
_START = np.array(
    [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19], dtype=np.uint32
)


@njit(inline="always")
def _turn(x: Any, n: int) -> Any:
    return uint32((x >> uint32(n)) | (x << uint32(32 - n)))


@njit(inline="always")
def _swap(x: Any) -> Any:
    # numba widens a shifted word to 64 bits: what is returned must be 32 again.
    outer = (x << uint32(24)) | (x >> uint32(24))
    return uint32(outer | ((x & uint32(0xFF00)) << uint32(8)) | ((x >> uint32(8)) & uint32(0xFF00)))


@njit(boundscheck=False, nogil=True, cache=True)
def _compress(state: Any, w: Any) -> None:
    """One block for each lane: `state` is (8, LANES), `w` (16, LANES) and spent afterwards (FIPS 180-4, 6.2.2)."""
    v = state.copy()
    for t in range(64):
        # Instead of moving eight words, their places turn by one.
        r = (64 - t) & 7
        b, c, d, e = (r + 1) & 7, (r + 2) & 7, (r + 3) & 7, (r + 4) & 7
        f, g, h = (r + 5) & 7, (r + 6) & 7, (r + 7) & 7
        at = t & 15
        if t >= 16:
            one, nine, fourteen = (t + 1) & 15, (t + 9) & 15, (t + 14) & 15
            for lane in range(LANES):
                x, y = w[one, lane], w[fourteen, lane]
                small0 = _turn(x, 7) ^ _turn(x, 18) ^ (x >> uint32(3))
                small1 = _turn(y, 17) ^ _turn(y, 19) ^ (y >> uint32(10))
                w[at, lane] = w[at, lane] + small0 + w[nine, lane] + small1
        for lane in range(LANES):
            x, y = v[r, lane], v[e, lane]
            big1 = _turn(y, 6) ^ _turn(y, 11) ^ _turn(y, 25)
            choice = (y & v[f, lane]) ^ (~y & v[g, lane])
            first = v[h, lane] + big1 + choice + _K[t] + w[at, lane]
            big0 = _turn(x, 2) ^ _turn(x, 13) ^ _turn(x, 22)
            majority = (x & v[b, lane]) ^ (x & v[c, lane]) ^ (v[b, lane] & v[c, lane])
            v[d, lane] = v[d, lane] + first
            v[h, lane] = first + big0 + majority
    for i in range(8):
        for lane in range(LANES):
            state[i, lane] += v[i, lane]


@njit(boundscheck=False, nogil=True, cache=True)
def _begin(state: Any, start: Any) -> None:
    for i in range(8):
        for lane in range(LANES):
            state[i, lane] = start[i]


@njit(boundscheck=False, nogil=True, cache=True)
def leaves(content: Any, out: Any) -> None:
    """SHA-256 of 0x00 and each leaf: `content` and `out` are (n, 8)."""
    state, w = np.empty((8, LANES), np.uint32), np.zeros((16, LANES), np.uint32)
    for base in range(0, len(out), LANES):
        used = min(LANES, len(out) - base)
        _begin(state, _START)
        for lane in range(used):
            carry = uint32(0)
            for i in range(8):
                x = _swap(content[base + lane, i])
                w[i, lane] = (carry << uint32(24)) | (x >> uint32(8))
                carry = x & uint32(0xFF)
            w[8, lane] = (carry << uint32(24)) | uint32(0x800000)
            for i in range(9, 15):
                w[i, lane] = uint32(0)
            w[15, lane] = uint32(33 * 8)
        _compress(state, w)
        for lane in range(used):
            for i in range(8):
                out[base + lane, i] = _swap(state[i, lane])


@njit(boundscheck=False, nogil=True, cache=True)
def nodes(children: Any, out: Any) -> None:
    """SHA-256 of 0x01 and two children each: `children` is (2 n, 8), `out` (n, 8)."""
    state, w = np.empty((8, LANES), np.uint32), np.zeros((16, LANES), np.uint32)
    for base in range(0, len(out), LANES):
        used = min(LANES, len(out) - base)
        _begin(state, _START)
        for lane in range(used):
            carry = uint32(1)
            for i in range(16):
                x = _swap(children[2 * (base + lane) + (i >> 3), i & 7])
                w[i, lane] = (carry << uint32(24)) | (x >> uint32(8))
                carry = x & uint32(0xFF)
        _compress(state, w)
        for lane in range(used):
            last = _swap(children[2 * (base + lane) + 1, 7]) & uint32(0xFF)
            w[0, lane] = (last << uint32(24)) | uint32(0x800000)
            for i in range(1, 15):
                w[i, lane] = uint32(0)
            w[15, lane] = uint32(65 * 8)
        _compress(state, w)
        for lane in range(used):
            for i in range(8):
                out[base + lane, i] = _swap(state[i, lane])


@njit(boundscheck=False, nogil=True, cache=True)
def salted(pads: Any, nonces: Any, digests: Any, out: Any) -> None:
    """HMAC-SHA256 (RFC 2104) of nonce and digest under one key.

    `pads` is (2, 16): the key XOR ipad, the key XOR opad. `nonces` is (n, 4), `digests` and `out` (n, 8).
    """
    state, w = np.empty((8, LANES), np.uint32), np.zeros((16, LANES), np.uint32)
    keyed = np.empty((2, 8), np.uint32)
    for side in range(2):
        _begin(state, _START)
        for i in range(16):
            for lane in range(LANES):
                w[i, lane] = _swap(pads[side, i])
        _compress(state, w)
        for i in range(8):
            keyed[side, i] = state[i, 0]
    for base in range(0, len(out), LANES):
        used = min(LANES, len(out) - base)
        _begin(state, keyed[0])
        for lane in range(used):
            for i in range(4):
                w[i, lane] = _swap(nonces[base + lane, i])
            for i in range(8):
                w[4 + i, lane] = _swap(digests[base + lane, i])
            w[12, lane] = uint32(0x80000000)
            w[13, lane] = w[14, lane] = uint32(0)
            w[15, lane] = uint32((64 + 48) * 8)
        _compress(state, w)
        for lane in range(used):
            for i in range(8):
                w[i, lane] = state[i, lane]
            w[8, lane] = uint32(0x80000000)
            for i in range(9, 15):
                w[i, lane] = uint32(0)
            w[15, lane] = uint32((64 + 32) * 8)
        _begin(state, keyed[1])
        _compress(state, w)
        for lane in range(used):
            for i in range(8):
                out[base + lane, i] = _swap(state[i, lane])
