"""Keys of organisations, and what they wrote."""

from typing import TypedDict

from ledger_node.client.answers.parts import AsOf, Named


class Key(AsOf):
    """`state` is proposed, accepted, retired, withdrawn or void; `compromiseReporter` the key that made the claim."""

    address: str
    organisation: Named
    role: str
    state: str
    acceptableFrom: str | None
    compromisedSince: str | None
    compromiseReporter: str | None
    compromiseClaimedAt: str | None
    compromiseConfirmedBy: Named | None
    compromiseConfirmedSince: str | None
    block: int


class WrittenFact(TypedDict):
    """An event that the key wrote; `doubtful` from the time on since when it is claimed compromised."""

    contract: str
    generation: int
    event: str
    subject: str | None
    transaction: str
    writtenAt: str
    doubtful: bool
    block: int
