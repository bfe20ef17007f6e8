"""Verifying an evidence bundle: bytes in, report out. The order of the checks is that of `docs/evidence-format.md`."""

from __future__ import annotations

from itertools import pairwise

from ledger_node.errors import EvidenceMalformed, InputError
from ledger_node.proof import anchoring, envelope, lineage, sentences, trust
from ledger_node.proof.documents import documents_of
from ledger_node.proof.envelope import Bundle
from ledger_node.proof.hashing import sha256, to_hex
from ledger_node.proof.names import Name
from ledger_node.proof.nodes import NodeTable
from ledger_node.proof.report import Check, Known, KnownFact, Report, Result
from ledger_node.proof.strict_json import parse_canonical
from ledger_node.proof.subject import began
from ledger_node.proof.trie import EMPTY_CODE, Account
from ledger_node.proof.trust import Trust
from ledger_node.proof.words import Word, words_of

#: Words of one fact that are not proved, after which its others are left: a few bytes can claim a million.
MOST_PROBLEMS = 100

#: What no bundle proves, whatever it holds.
LIMITS = (
    "what documents say: they are shown to be those whose digests are on chain, not to be true",
    "that the records behind a dataset version's root exist, or were de-identified as its attestation says",
    "that a model's files were made by the run that its version names",
    "a dataset's own card, the single uses of a consent, and when a version was released or a recall acknowledged: "
    "they are in events, which storage proofs do not cover",
    "which organisations were active, and which dataset versions were withdrawn, at the time of a use",
    "that recalls which were lifted by the as-of block are all here, whatever the time asked about; those that stand "
    "are",
    "anything after the as-of block, and that the time of a block is exact",
)


def read(content: bytes) -> Bundle:
    """A bundle from its bytes, not verified. Raises EvidenceMalformed for anything that is not its one strict form."""
    try:
        return envelope.bundle.read(parse_canonical(content, envelope.MAX_BUNDLE))
    except InputError as failure:
        raise EvidenceMalformed(failure.detail, got=failure.got, needed=failure.needed) from failure


def verify(content: bytes, trust_file: bytes | None) -> Report:
    """Checks everything in the bundle, and that it hangs on what the trust file says.

    Without a trust file the result is never `verified`. Raises EvidenceMalformed or TrustMalformed for what cannot be
    read; everything else that is wrong is a failed check in the report.
    """
    return verify_read(content, trust_file)[1]


def verify_read(content: bytes, trust_file: bytes | None) -> tuple[Bundle, Report]:
    """As `verify`, with the bundle itself for who goes on reading it."""
    trusted = _trusted(trust_file)
    bundle = read(content)
    return bundle, _report(bundle, trusted)


def report(bundle: Bundle, trust_file: bytes | None) -> Report:
    """As `verify`, of a bundle that was read. TrustMalformed."""
    return _report(bundle, _trusted(trust_file))


def _trusted(trust_file: bytes | None) -> Trust | None:
    return None if trust_file is None else trust.read(trust_file)


def _report(bundle: Bundle, trusted: Trust | None) -> Report:
    table = NodeTable(bundle.proof_nodes)
    accounts: dict[str, Account | str] = {}
    proofs, proven = _facts(bundle, table, accounts)
    checks = [_header(bundle), _following(bundle), _lineage(bundle), _at(bundle), _contracts(accounts), *proofs]
    checks += [_nodes(table), _documents(bundle), _not_proved(bundle)]
    if trusted is not None:
        checks += anchoring.checks(bundle, accounts, trusted)
    kind, subject = bundle.subject.name
    passed = all(check.passed for check in checks)
    result = Result.FAILED if not passed else Result.UNANCHORED if trusted is None else Result.VERIFIED
    return Report(
        result=result,
        kind=kind,
        subject=subject,
        at=bundle.at,
        as_of_number=bundle.as_of.number,
        as_of_hash=to_hex(bundle.as_of.hash),
        as_of_time=bundle.header.timestamp,
        checks=tuple(checks),
        facts=(*_known_facts(bundle, proven, result), *_known_documents(bundle, result)),
        not_proved=LIMITS,
        trust_roots=() if trusted is None else anchoring.roots(trusted),
    )


def _header(bundle: Bundle) -> Check:
    header, as_of = bundle.header, bundle.as_of
    same = header.hash == as_of.hash and header.number == as_of.number
    return Check("header", same, f"block {header.number} hashes to {to_hex(header.hash)}")


def _following(bundle: Bundle) -> Check:
    chain = (bundle.header, *bundle.following)
    linked = all(
        later.parent_hash == earlier.hash and later.number == earlier.number + 1 for earlier, later in pairwise(chain)
    )
    return Check("following", linked, f"{len(bundle.following)} blocks follow the as-of block")


def _lineage(bundle: Bundle) -> Check:
    found = lineage.problems(bundle.facts, bundle.subject, bundle.header.timestamp)
    return Check("lineage", not found, "; ".join(found[:3]) or "closed, minimal, and every use inside its consent")


def _at(bundle: Bundle) -> Check:
    """The time asked about lies in the subject's life and not after the block."""
    start, end = began(bundle.subject, bundle.facts), bundle.header.timestamp
    fits = start is not None and start <= bundle.at <= end
    return Check("at", fits, f"asked about {bundle.at}, the as-of block's time is {end} (Unix seconds)")


def _account(bundle: Bundle, table: NodeTable, contract: str) -> Account | str:
    """A contract's account, or why there is none."""
    try:
        account = table.account(bundle.header.state_root, getattr(bundle.contracts, contract))
    except EvidenceMalformed as failure:
        return failure.detail
    return "no account" if account is None else account


def _contracts(accounts: dict[str, Account | str]) -> Check:
    wrong = [
        f"{name}: {account if isinstance(account, str) else 'no code'}"
        for name, account in accounts.items()
        if isinstance(account, str) or account.code_hash == EMPTY_CODE
    ]
    return Check("contracts", not wrong, "; ".join(wrong) or f"{len(accounts)} accounts below the state root")


def _facts(
    bundle: Bundle, table: NodeTable, accounts: dict[str, Account | str]
) -> tuple[list[Check], dict[Name, bool]]:
    """A check for each kind of fact, and for each fact whether all its words are proved. Puts into `accounts` those of
    the contracts that facts are stored in, or why there is none."""
    proven: dict[Name, bool] = {}
    wrong: dict[str, str] = {}
    count: dict[str, int] = {}
    for name, words in words_of(bundle.facts):
        kind, problems = name[0], 0
        for word in words:
            if word.contract not in accounts:
                accounts[word.contract] = _account(bundle, table, word.contract)
            count[kind] = count.get(kind, 0) + 1
            if problem := _problem(word, table, accounts):
                wrong.setdefault(kind, f"{name[1]}: {problem}")
                problems += 1
            if problems == MOST_PROBLEMS:
                break
        proven[name] = not problems
    return [
        Check(f"facts.{kind}", kind not in wrong, wrong.get(kind, f"{n} words")) for kind, n in count.items()
    ], proven


def _problem(word: Word, table: NodeTable, accounts: dict[str, Account | str]) -> str:
    account = accounts[word.contract]
    if isinstance(account, str):
        return account
    try:
        found = table.word(account.storage_root, word.slot)
    except EvidenceMalformed as failure:
        return failure.detail
    return "" if found == word.value else f"slot {to_hex(word.slot)} of {word.contract} holds another word"


def _nodes(table: NodeTable) -> Check:
    unused = table.unused()
    return Check("proofNodes", unused == 0, f"{unused} proof nodes are not needed")


def _documents(bundle: Bundle) -> Check:
    named = {document.digest for document in documents_of(bundle.facts)}
    wrong = [digest for digest, content in bundle.documents if sha256(content) != digest or digest not in named]
    return Check("documents", not wrong, f"{len(wrong)} of {len(bundle.documents)} are not what the facts name")


def _not_proved(bundle: Bundle) -> Check:
    held = {digest for digest, _ in bundle.documents}
    missing = tuple(document.digest for document in documents_of(bundle.facts) if document.digest not in held)
    return Check("notProved", missing == bundle.not_proved, f"{len(missing)} documents are not in the bundle")


def _known_facts(bundle: Bundle, proven: dict[Name, bool], result: Result) -> list[KnownFact]:
    known = {
        Result.VERIFIED: Known.VERIFIED,
        Result.UNANCHORED: Known.UNANCHORED,
        Result.FAILED: Known.UNPROVEN,
    }[result]
    details = sentences.about(bundle.facts, bundle.at, bundle.header.timestamp)
    return [
        KnownFact(kind, name, known, details.get((kind, name), "") if good else "its words are not proved")
        for (kind, name), good in proven.items()
    ]


def _known_documents(bundle: Bundle, result: Result) -> list[KnownFact]:
    """Two lines for a document that is there: its bytes are attested, what they say is asserted."""
    held = {digest for digest, _ in bundle.documents}
    said: list[KnownFact] = []
    for document in documents_of(bundle.facts):
        name, who = to_hex(document.digest), f"{document.what}, by organisation {document.organisation}"
        if document.digest not in held:
            said.append(KnownFact("document", name, Known.NOT_AVAILABLE, who))
            continue
        known = {
            Result.VERIFIED: Known.ATTESTED,
            Result.UNANCHORED: Known.UNANCHORED,
            Result.FAILED: Known.UNPROVEN,
        }[result]
        said.append(KnownFact("document", name, known, who))
        said.append(KnownFact("contents", name, Known.ASSERTED, f"what the {document.what} says"))
    return said
