"""Keccak-256 and secp256k1 in plain Python against the native libraries, and signatures as evidence reads them."""

from __future__ import annotations

import pytest
from coincurve import PrivateKey, PublicKey
from Crypto.Hash import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_node.errors import InvalidField
from ledger_node.proof import pure, signatures

N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
HALF = (N - 1) // 2

numbers = st.one_of(st.sampled_from([0, 1, HALF, HALF + 1, N - 1, N, 2**256 - 1]), st.integers(0, 2**256 - 1))
digests = st.one_of(
    st.sampled_from([bytes(32), b"\xff" * 32, N.to_bytes(32, "big")]), st.binary(min_size=32, max_size=32)
)
keys = st.integers(1, N - 1).map(lambda secret: PrivateKey(secret.to_bytes(32, "big")))


def signature(r: int, s: int, parity: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([parity])


def split(signed: bytes) -> tuple[int, int, int]:
    return int.from_bytes(signed[:32], "big"), int.from_bytes(signed[32:64], "big"), signed[64]


# The ends of a block and of its padding; then whatever comes.
@settings(max_examples=100)
@given(st.one_of(st.sampled_from([0, 1, 135, 136, 137, 271, 272, 273]).map(bytes), st.binary(max_size=600)))
def test_keccak256_is_the_native_one(content: bytes) -> None:
    assert pure.keccak256(content) == keccak.new(digest_bits=256, data=content).digest()


@pytest.mark.parametrize(
    ("content", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
    ],
)
def test_keccak256_has_the_known_digests(content: bytes, digest: str) -> None:
    assert pure.keccak256(content).hex() == digest


@settings(max_examples=60, deadline=None)
@given(keys, digests)
def test_recover_finds_the_key_that_signed(key: PrivateKey, digest: bytes) -> None:
    signed = key.sign_recoverable(digest, hasher=None)
    r, s, parity = split(signed)
    public = key.public_key.format(compressed=False)[1:]
    assert pure.recover(digest, r, s, parity) == public
    # Its twin, which anyone can make, leads to the same key.
    assert pure.recover(digest, r, N - s, 1 - parity) == public
    assert signatures.recover(digest, signed) == signatures.recover(digest, signature(r, N - s, 1 - parity))
    assert signatures.is_low(signed)
    assert not signatures.is_low(signature(r, N - s, 1 - parity))


@settings(max_examples=100, deadline=None)
@given(digests, numbers, numbers, st.integers(0, 1))
def test_recover_refuses_what_the_native_one_refuses(digest: bytes, r: int, s: int, parity: int) -> None:
    """Half of all numbers are on no point of the curve; the rest recover to a key whose secret nobody knows."""
    try:
        known = PublicKey.from_signature_and_message(signature(r, s, parity), digest, hasher=None)
    except ValueError:
        with pytest.raises(ValueError, match=r"r or s|no point|infinity"):
            pure.recover(digest, r, s, parity)
        with pytest.raises(InvalidField):
            signatures.recover(digest, signature(r, s, parity))
    else:
        public = known.format(compressed=False)[1:]
        assert pure.recover(digest, r, s, parity) == public
        assert signatures.recover(digest, signature(r, s, parity)) == pure.keccak256(public)[-20:]


def test_recover_refuses_the_key_at_infinity() -> None:
    """R = G and s = z: the key would be (s·R - z·G) / r."""
    x = int.from_bytes(PrivateKey((1).to_bytes(32, "big")).public_key.format()[1:], "big")
    with pytest.raises(ValueError, match="infinity"):
        pure.recover((7).to_bytes(32, "big"), x, 7, 0)
    with pytest.raises(InvalidField):
        signatures.recover((7).to_bytes(32, "big"), signature(x, 7, 0))


def test_recover_doubles_where_both_points_are_one() -> None:
    """R = G: the sum of both points is a doubling, which addition alone would miss."""
    x = int.from_bytes(PrivateKey((1).to_bytes(32, "big")).public_key.format()[1:], "big")
    digest = (N - 7).to_bytes(32, "big")
    known = PublicKey.from_signature_and_message(signature(x, 7, 0), digest, hasher=None)
    assert pure.recover(digest, x, 7, 0) == known.format(compressed=False)[1:]


@pytest.mark.parametrize("parity", [2, 3, 27, 28, 255])
def test_recover_takes_a_parity_and_nothing_else(parity: int) -> None:
    signed = PrivateKey((5).to_bytes(32, "big")).sign_recoverable(bytes(32), hasher=None)
    with pytest.raises(InvalidField):
        signatures.recover(bytes(32), signed[:64] + bytes([parity]))


@pytest.mark.parametrize(("digest", "length"), [(31, 65), (33, 65), (32, 64), (32, 66), (32, 0)])
def test_recover_takes_no_other_length(digest: int, length: int) -> None:
    with pytest.raises(InvalidField):
        signatures.recover(bytes(digest), bytes(length))
