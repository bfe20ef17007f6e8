"""Signed checkpoints: what operators say which block the chain has at a height."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from ledger_node.ports import Vouched
from ledger_node.proof import checkpoint as proof
from registry_api.schemas.base import EXAMPLE_DIGEST, Answer, Asked, Counted, Digest, Listing, Moment, rfc3339, whole
from registry_api.strict import MAX_SAFE

SIGNATURE = "^0x[0-9a-f]{130}$"
LOWERCASE_ADDRESS = "^0x[0-9a-f]{40}$"
Safe = Annotated[int, Field(ge=0, le=MAX_SAFE, examples=[12_000]), BeforeValidator(whole)]


class Signature(Asked):
    organisation: Counted
    operator: str = Field(pattern=LOWERCASE_ADDRESS, strict=True, description="Address of the key.")
    signature: str = Field(pattern=SIGNATURE, strict=True, description="EIP-191: r, a low s, v 27 or 28.")


class SignedCheckpoint(Asked):
    """A `medledger-checkpoint/1` document, docs/evidence-format.md."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "format": proof.FORMAT,
                    "chainId": 1337,
                    "genesis": EXAMPLE_DIGEST,
                    "number": 12_000,
                    "hash": EXAMPLE_DIGEST,
                    "signatures": [
                        {"organisation": 1, "operator": "0x" + "5f" * 20, "signature": "0x" + "11" * 64 + "1b"}
                    ],
                }
            ]
        }
    )

    format: str = Field(pattern=f"^{proof.FORMAT}$", strict=True)
    chain_id: Safe
    genesis: Digest
    number: Safe
    hash: Digest
    signatures: list[Signature] = Field(
        min_length=1, max_length=proof.MAX_SIGNATURES, description="In rising order of `operator`."
    )


class Headers(Answer):
    """In order."""

    head: Counted = Field(description="The chain's newest block.")
    items: list[dict[str, str]] = Field(description="Fields as `eth_getBlockByNumber` names them.")


class SignCheckpoint(Asked):
    model_config = ConfigDict(json_schema_extra={"examples": [{"number": None}]})

    number: Safe | None = Field(default=None, description="A final block; the newest one when left out.")


class Checkpoint(Answer):
    """What operators say of one height."""

    number: int
    split_view: bool = Field(
        description="They do not all say the same, or not what this node's chain has: `checkpoints` are the evidence."
    )
    kept_at: Moment = Field(description="When the newest of them came.")
    checkpoints: list[SignedCheckpoint]

    @classmethod
    def of(cls, kept: Vouched) -> Checkpoint:
        return cls(
            number=kept.number,
            split_view=kept.split_view,
            kept_at=rfc3339(kept.kept_at),
            checkpoints=[SignedCheckpoint.model_validate(proof.to_json(one)) for one in kept.checkpoints],
        )


class Checkpoints(Listing):
    items: list[Checkpoint]
