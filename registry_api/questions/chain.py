"""The ledger itself: nothing removed, who may write, how wrong a time can be."""

from __future__ import annotations

from ledger_node.domain.codes import names_of
from registry_api.questions.material import Ledger, Material
from registry_api.questions.stating import NOT_ASKED, Missing, Said, Source, asserted, event, verified
from registry_api.schemas.base import rfc3339, some_time

NOT_READ = "the chain was not asked"


def nothing_removed(m: Material) -> Said:
    """16: can it be proved that nothing was removed since a time, across reorganisations and migrations?"""
    ledger, at = _ledger(m), m.lineage.as_of
    block = Source(block=at.number)
    value = {"chainId": ledger.chain_id, "genesis": ledger.genesis}
    yield verified("chain", value, None, Source(block=0))
    value = {"number": at.number, "hash": at.hash, "time": rfc3339(at.timestamp)}
    yield verified("block that the answer is as of", value, None, block)
    for one in ledger.generations:
        source = event("consortium.GenerationRegistered", str(one.number), one.at)
        yield verified("generation of contracts, which all stay readable", one.number, None, source)
    taken = {"events": ledger.taken_back}
    seen = Source(record=str(ledger.node))  # no block: what was taken back after it counts too
    yield asserted("events that reorganisations took back until now, as this node has seen", taken, ledger.node, seen)
    yield Missing(
        "a proof for all facts at once",
        "a bundle proves each fact of one version in the state of a block that names its ancestors; that no other fact "
        "is missing shows when indexes of several members have the same digest at the same block",
    )


def who_may_write(m: Material) -> Said:
    """17: which keys, roles and contract versions were in force; who changed what?"""
    for one in m.lineage.organisations:
        source = event("consortium.OrganisationAdmitted", str(one.number), one.at)
        value = {"name": one.name, "capabilities": names_of(one.capabilities)}
        value |= {"status": one.status_at(m.lineage.as_of.timestamp).name}
        yield verified("organisation and what it may do", value, None, source)
        for key in m.keys.get(one.number, ()):
            said: dict[str, object] = {"key": key.address, "role": key.role.name, "state": key.state}
            said |= {"compromisedSince": some_time(key.compromised_since)}
            yield verified("key", said, one.number, event("consortium.KeyAccepted", key.address, key.at))
        if one.number not in m.keys:
            yield Missing(f"keys of {one.name}", NOT_ASKED)
    ledger = _ledger(m)
    source = event("models.ModelVersionPublished", m.subject.id, m.subject.at)
    yield verified("generation of contracts that holds the version", ledger.generation, None, source)
    yield Missing("which person changed it", "keys are an organisation's: who used one stands in its own access log")


def how_wrong(m: Material) -> Said:
    """22: how wrong can a timestamp be?"""
    source = event("models.ModelVersionPublished", m.subject.id, m.subject.at)
    value = {"publishedAt": rfc3339(m.subject.published_at), "block": m.subject.at.block}
    yield verified("a fact's time is that of the block that holds it", value, None, source)
    ordered = sorted(_ledger(m).around, key=lambda block: block.number)
    for block in ordered:
        value = {"block": block.number, "time": rfc3339(block.timestamp)}
        yield verified("time of a block around it", value, None, Source(block=block.number))
    times = [block.timestamp for block in ordered]
    if len(times) > 1:
        value = {"rises": times == sorted(times), "seconds": times[-1] - times[0]}
        yield verified("the order of these blocks, and the seconds between them", value, None, source)
    yield Missing(
        "how far the sealers' clocks were off",
        "a sealer writes its own clock into a block; engines refuse a time before the parent's and one too far ahead "
        "of their own, so an error of all sealers' clocks together is seen by nobody on the chain",
    )


def _ledger(m: Material) -> Ledger:
    assert m.ledger is not None, NOT_READ
    return m.ledger
