"""Signed checkpoints: this node's word about its own chain, and what others say about theirs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from ledger_node.domain.command import Identity
from ledger_node.domain.position import BlockRef
from ledger_node.errors import (
    ChainAnswerInvalid,
    InvalidField,
    NotFound,
    NotPermitted,
    SignerUnavailable,
    SplitView,
    StateConflict,
)
from ledger_node.ports import Checkpoints, Clock, Finality, Index, Ledger, Page, Signer, Vouched
from ledger_node.proof import checkpoint as proof
from ledger_node.proof.checkpoint import Signature, SignedCheckpoint
from ledger_node.proof.hashing import parse_hex, to_hex
from ledger_node.services.reading import checkpoint as indexed
from ledger_node.services.reading import checksummed

log = logging.getLogger(__name__)

SIGNER_PAUSE = 300  # seconds until a signer that refused is asked again unbidden: a person may have to press a button
SIGNER_WAIT = 1.0  # seconds that whoever brings a checkpoint waits while the signer is asked for another


class CheckpointDesk:
    """Nothing is signed unless `signs`, nor while `paused` says why writing is; and never two blocks of one height."""

    def __init__(
        self,
        identity: Identity,
        index: Index,
        ledger: Ledger,
        finality: Finality,
        kept: Checkpoints,
        signer: Signer,
        clock: Clock,
        *,
        paused: Callable[[], str | None],
        signs: bool,
    ) -> None:
        self._identity = identity
        self._index = index
        self._ledger = ledger
        self._finality = finality
        self._kept = kept
        self._signer = signer
        self._clock = clock
        self._paused = paused
        self._signs = signs
        self._signing = threading.Lock()
        self._not_before = 0

    def list_recent(self, page: Page) -> list[Vouched]:
        """The greatest height first."""
        return self._kept.list_recent(page.limit, page.after.block if page.after else None)

    def get(self, number: int) -> Vouched:
        found = self._kept.find(number)
        if found is None:
            raise NotFound("no checkpoint of this height is kept", got=f"block {number}", needed="one that was signed")
        return found

    def may_sign(self) -> bool:
        """Whether the signer may be asked though no person said so."""
        return self._signs and self._paused() is None and self._clock.now() >= self._not_before

    def sign(self, number: int | None = None) -> Vouched:
        """Signs for a block that is final here, the newest unless another is named.

        StateConflict while nothing is signed, or for a block that is not final; SplitView when the organisation signed
        for another block of that height; NotPermitted when the node's key is no operator; SignerUnavailable.
        """
        paused = self._paused()
        if paused or not self._signs:
            got = paused or "checkpoints.sign = false"
            raise StateConflict("this node signs no checkpoints now", got=got, needed="an operator's decision")
        block = self._final(number)
        with self._signing:
            made = self._vouch(block)
        return self.get(block.number) if made is None else made

    def bring(self, content: bytes) -> Vouched:
        """Somebody's checkpoint: kept with what operators signed of it, and countersigned when it is this chain's.

        SplitView for another block than this chain has, which is kept as evidence. CheckpointMalformed; InvalidField
        when it is of another chain or no operator signed it; StateConflict for a block that is not final here.
        """
        given = proof.read(content)
        ours = self._unsigned(given.number, given.hash)
        if (given.chain_id, given.genesis) != (ours.chain_id, ours.genesis):
            raise InvalidField("the checkpoint is of another chain", needed="this node's chain id and genesis")
        block = self._final(given.number)
        known = self._by_operators(given)
        differs = given.hash != _bytes(block.hash)
        made = self._kept.keep(known, self._clock.now(), split_view=differs)
        if self.may_sign():
            made = self._countersigned(block) or made
        if differs:
            raise _split(block, known)
        return made or self.get(block.number)

    def holds(self, content: bytes) -> bool:
        """Whether bringing this would add nothing. CheckpointMalformed."""
        given = proof.read(content)
        found = self._kept.find(given.number)
        copy = next((one for one in found.checkpoints if one.hash == given.hash), None) if found else None
        if found is None or copy is None:
            return False
        ours = found.split_view or not self.may_sign() or self._has_ours(copy)
        return ours and {one.operator for one in given.signatures} <= {one.operator for one in copy.signatures}

    def look_back(self) -> None:
        """Whether the chain still has the block of the newest height that this organisation signed for; a split view
        when it has another: what was final is gone."""
        for vouched in self._kept.list_recent(1):
            block = self._block(vouched.number)
            if block is None or vouched.split_view:
                continue  # an index that was taken back contradicts nothing
            if any(self._has_ours(one) and one.hash != _bytes(block.hash) for one in vouched.checkpoints):
                self._kept.dispute(vouched.number)
                log.critical("the chain has another block than was signed for", extra={"code": SplitView.code})

    def _final(self, number: int | None) -> BlockRef:
        """A block of the chain that is final by the engine's rule and indexed, so that its operators are known."""
        most = min(self._finality.height(self._ledger.head()), indexed(self._index).number)
        wanted = most if number is None else number
        if not 0 <= wanted <= most:
            raise StateConflict(
                "the block is not final here", got=f"block {wanted}", needed=f"at most {most}, or the same later"
            )
        block = self._block(wanted)
        if block is None:
            raise ChainAnswerInvalid("the chain does not know a block below its head", got=f"block {wanted}")
        return block

    def _block(self, number: int) -> BlockRef | None:
        """ChainAnswerInvalid unless the chain is the one that the index has read: an engine that was begun anew shows
        blocks of a chain that nobody here vouches for."""
        at = indexed(self._index)
        newest = self._ledger.block(at.number)
        if newest is None or newest.hash != at.hash:
            raise ChainAnswerInvalid(
                "the chain is not the one that the index has read",
                got=f"another block {at.number}, or none",
                needed="the same again, when the index has followed",
            )
        return self._ledger.block(number)

    def _countersigned(self, block: BlockRef) -> Vouched | None:
        """As `_vouch`; what was brought is kept also when it cannot be signed now."""
        if not self._signing.acquire(timeout=SIGNER_WAIT):
            return None
        try:
            return self._vouch(block)
        except (SignerUnavailable, SplitView, NotPermitted) as error:
            log.warning("a checkpoint is not countersigned", extra={"code": error.code})
            return None
        finally:
            self._signing.release()

    def _vouch(self, block: BlockRef) -> Vouched | None:
        """Signs for a block of this chain, once; None when it is not kept. `_signing` is held."""
        made = self._unsigned(block.number, _bytes(block.hash))
        found = self._kept.find(block.number)
        for one in found.checkpoints if found else ():
            if self._has_ours(one) and one.hash != made.hash:
                self._kept.dispute(block.number)
                raise _split(block, one)
            if any(each.operator == self._operator for each in one.signatures) and one.hash == made.hash:
                return found
        if not self._is_operator(self._identity.organisation, self._operator, block.number):
            raise NotPermitted("the node's key is no operator's", needed="a key that was accepted by that block")
        try:
            word = self._signer.sign_statement(proof.statement(made))
        except SignerUnavailable:
            self._not_before = self._clock.now() + SIGNER_PAUSE
            raise
        ours = Signature(self._identity.organisation, self._operator, word)
        return self._kept.keep(proof.signed(made, ours), self._clock.now())

    def _by_operators(self, given: SignedCheckpoint) -> SignedCheckpoint:
        """With the signatures alone that are an operator's, for its organisation, as of the block."""
        known = tuple(
            one for one in given.signatures if self._is_operator(one.organisation, one.operator, given.number)
        )
        if not known:
            raise InvalidField(
                "no operator signed the checkpoint",
                got=f"{len(given.signatures)} signatures",
                needed="that of a key which its organisation had accepted as operator by that block",
            )
        return replace(given, signatures=known)

    def _is_operator(self, organisation: int, operator: bytes, number: int) -> bool:
        key = self._index.find_key(checksummed(to_hex(operator)), number)
        return key is not None and key.is_operator and key.organisation == organisation

    def _has_ours(self, one: SignedCheckpoint) -> bool:
        """Whether the organisation signed it, by whichever of its operators."""
        return any(each.organisation == self._identity.organisation for each in one.signatures)

    @property
    def _operator(self) -> bytes:
        return parse_hex(self._signer.address.lower(), 20)

    def _unsigned(self, number: int, block: bytes) -> SignedCheckpoint:
        deployment = self._identity.deployment
        return proof.unsigned(deployment.chain_id, _bytes(deployment.genesis), number, block)


def _split(block: BlockRef, other: SignedCheckpoint) -> SplitView:
    """Told where it is found; what is kept of the height is the evidence."""
    organisations = sorted({one.organisation for one in other.signatures})
    log.critical("operators signed for another block", extra={"code": SplitView.code})
    return SplitView(
        "operators signed for another block than this node's chain has",
        got=f"block {block.number}, signed by organisations {', '.join(map(str, organisations))}",
        needed="one chain: both checkpoints are kept as evidence",
        number=block.number,
        ours=block.hash,
        theirs=to_hex(other.hash),
        organisations=organisations,
    )


def _bytes(text: str) -> bytes:
    return parse_hex(text, 32)
