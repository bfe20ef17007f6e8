"""Keys of organisations, and what they wrote."""

from typing import TypedDict

from ledger_node.client.answers.parts import AsOf, Named


class Key(AsOf):
    """`state` is proposed, accepted, retired, withdrawn or void."""

    address: str
    organisation: Named
    role: str
    state: str
    acceptableFrom: str | None
    compromisedSince: str | None
    compromiseConfirmedBy: Named | None
    block: int


class WrittenFact(TypedDict):
    """An event that names the key as its writer; `doubtful` from the time on since when it is claimed compromised."""

    contract: str
    generation: int
    event: str
    subject: str | None
    transaction: str
    writtenAt: str
    doubtful: bool
    block: int
