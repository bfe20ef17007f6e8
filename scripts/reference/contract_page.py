"""docs/contracts.md: the brief for whoever reads the contracts, made of their NatSpec, ABI and storage layout."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ledger_node.domain.refusals import REFUSALS
from scripts.contracts import DEPLOYED
from scripts.reference.markdown import anchor, listed, paragraph, prose, table
from scripts.reference.natspec import Declared, Doc, Node, Sources, selector, signature, sources

HEAD = """\
# Contracts

Generated from the NatSpec in [contracts/interfaces](../contracts/interfaces), the compiler's ABI, its syntax trees and
its storage layout.

Signatures show the types of the source; selectors are those of the ABI, where an id is `bytes32`, an organisation
`uint32`, an enum `uint8`. Times are seconds of Unix time in `uint48`. Digests are 32 bytes: SHA-256 of documents,
keccak-256 of records.

A write that may not be made reverts with a custom error, which the node, the REST interface and the command line give
by the name that stands here ([errors](errors.md)). Who may call and which errors a write can meet is followed through
all functions and contracts that it calls. The list may name an error that this function never meets; it leaves none
out.

`medledger contracts verify` compiles this source and compares it with the code on a chain.
"""


#: How errors are called that tell who asks that it is not for them; after the contract's name.
ABOUT_THE_CALLER = (
    "(?:Not(?:Admin|Operator|Grantor|Grantee|Requester|Custodian|Publisher|Regulator|Recorder|Issuer|InElectorate"
    "|Consortium)|KeyUnknown|Inactive|LacksCapability|OwnCase|FormerGeneration)"
)
#: Whom a function asks for, by what it calls with `msg.sender`; then a capability.
WORDS = {
    "requireOperator": "an operator key of an active organisation{}",
    "_requireActive": "an operator key of an active organisation{}",
    "operatorOf": "an operator key of an organisation{}, which may be suspended",
    "_organisationOf": "any key of an organisation",
    "_requireKey": "any key of an organisation",
}
#: Whom a function asks for that calls none of these, by the ending of the error that others meet.
ASKED = {
    "NotAdmin": "an organisation's admin key",
    "NotRecorder": "a contract of the same generation that records uses",
    "NotConsentToken": "the ConsentToken of the same generation",
    "NotConsortium": "the Consortium, carrying out a vote",
    "KeyUnknown": "a key that an organisation has offered a role",
}


def page() -> str:
    found = sources()
    parts = [HEAD, "\n".join(_contents(found))]
    parts += ["\n".join(_contract(found, name)) for name in DEPLOYED]
    parts.append("\n".join(_shared(found)))
    return re.sub(r"\n{3,}", "\n\n", "\n\n".join(parts)).strip() + "\n"


# --- parts


def _contents(found: Sources) -> Iterator[str]:
    yield "## Contents\n"
    for name in DEPLOYED:
        title = found.doc(f"I{name}").title.partition(": ")[2]
        yield f"- [{name}](#{name.lower()}): {prose(title)}"
        headings = [line.removeprefix("### ") for line in _contract(found, name) if line.startswith("### ")]
        links = [f"[{heading.partition(': ')[2]}](#{anchor(heading)})" for heading in map(str.strip, headings)]
        yield "  " + " · ".join(links)
    yield "- [Shared types](#shared-types): ids, enums, structs and masks that several contracts use"


def _contract(found: Sources, name: str) -> Iterator[str]:
    interfaces = found.interfaces(name)
    yield f"## {name}\n"
    for doc in map(found.doc, interfaces):
        title = doc.title.partition(": ")[2]
        for text in (f"{title[:1].upper()}{title[1:]}.", doc.notice, doc.details):
            yield paragraph(text)
    files = [f"contracts/interfaces/{interface}.sol" for interface in interfaces]
    links = (f"[{file.rpartition('/')[2]}](../{file})" for file in dict.fromkeys([*files, *found.files_of(name)]))
    yield listed(", ".join(links), "Source: ") + "\n"
    functions = _own(found, name, "function")
    writing = [entry for entry in functions if entry["stateMutability"] not in ("view", "pure")]
    reading = [entry for entry in functions if entry["stateMutability"] in ("view", "pure")]
    if writing:
        yield f"### {name}: writing\n"
        for entry in writing:
            yield from _function(found, name, entry)
    if reading:
        yield f"### {name}: reading\n"
        yield from table(
            ("function", "selector", "meaning"),
            [(_signature(e), f"`{selector(e)}`", _meaning(_doc(found, name, e))) for e in reading],
        )
    yield from _inherited(found, name, {signature(entry) for entry in functions})
    yield from _events(found, name)
    yield from _errors(found, name)
    declared = [one for file in files for one in found.declared(file)]
    if any(one.kind != "constant" for one in declared):
        yield f"### {name}: types\n"
        yield from _types(declared)
    constants = [one for file in found.files_of(name) for one in found.declared(file) if one.kind == "constant"]
    if constants:
        yield f"### {name}: constants\n"
        yield from _constants(constants)
    yield from _storage(found, name)


def _own(found: Sources, name: str, kind: str) -> list[Node]:
    """What the contract's own interfaces have of the ABI."""
    return [entry for interface in found.interfaces(name) for entry in found.entries(interface, kind)]


def _doc(found: Sources, name: str, entry: Node) -> Doc:
    """NatSpec as it stands in the interface; in the contract, for what it has besides."""
    holders = [one for one in found.interfaces(name) if entry in found.entries(one, entry["type"])]
    return found.doc_of(holders[0] if holders else name, entry)


def _function(found: Sources, name: str, entry: Node) -> Iterator[str]:
    doc = _doc(found, name, entry)
    yield f"#### {entry['name']}\n"
    yield f"```solidity\n{_plain_signature(entry)}\n```\n"
    yield paragraph(doc.notice)
    yield paragraph(doc.details)
    yield from (listed(f"`{part}`: {prose(said)}") for part, said in doc.params.items())
    yield from (listed(f"returns {_returned(part)}{prose(said)}") for part, said in doc.returns.items())
    refusals = found.refusals(name, entry)
    holders = "|".join(["Consortium", *(interface.removeprefix("I") for interface in found.interfaces(name))])
    callers = [error for error in refusals if re.fullmatch(f"(?:{holders}){ABOUT_THE_CALLER}", error)]
    others = [error for error in refusals if error not in callers]
    refused = f"; others meet {', '.join(f'`{error}`' for error in callers)}" if callers else ""
    yield listed(
        f"who may call: {prose(doc.caller) or _caller(found.guards(name, entry), callers or refusals)}{refused}"
    )
    if others:
        yield listed(f"other refusals: {', '.join(f'`{error}`' for error in others)}")
    yield f"- selector `{selector(entry)}`\n"


def _caller(guards: Sequence[tuple[str, tuple[str, ...]]], errors: Sequence[str]) -> str:
    """In words what the function asks of its caller."""
    said = [WORDS[name].format(_capability(arguments)) for name, arguments in guards if name in WORDS]
    if said:
        return "; or ".join(sorted(said))
    found = [words for ending, words in ASKED.items() if any(error.endswith(ending) for error in errors)]
    return found[0] if found else "whom the text names" if errors else "anybody"


def _capability(arguments: Sequence[str]) -> str:
    return "" if not arguments or arguments[0] == "0" else f" with `{arguments[0]}`"


def _inherited(found: Sources, name: str, known: set[str]) -> Iterator[str]:
    """Functions of the standards that the contract keeps besides its own interface."""
    others = [entry for entry in found.entries(name, "function") if signature(entry) not in known]
    if not others:
        return
    yield f"### {name}: of other standards\n"
    rows = []
    for entry in others:
        # Only what our own source says of it: OpenZeppelin's words describe a token that can be transferred.
        notice = found.doc_of(name, entry).notice
        rows.append((_signature(entry), f"`{selector(entry)}`", prose(notice) or "as the standard says"))
    yield from table(("function", "selector", "meaning"), rows)


def _events(found: Sources, name: str) -> Iterator[str]:
    own = _own(found, name, "event")
    if own:
        yield f"### {name}: events\n"
        yield from table(
            ("event", "meaning"), [(_signature(entry), _meaning(_doc(found, name, entry))) for entry in own]
        )
    known = {signature(entry) for entry in own}
    others = [_signature(entry) for entry in found.entries(name, "event") if signature(entry) not in known]
    if others:
        yield paragraph(f"Of other standards: {', '.join(others)}.")


def _errors(found: Sources, name: str) -> Iterator[str]:
    entries = found.entries(name, "error")
    ours = found.own_errors()
    own = [entry for entry in entries if entry["name"] in ours]
    if own:
        yield f"### {name}: errors\n"
        rows = []
        for entry in own:
            means = [prose(REFUSALS.get(entry["name"], "")), _meaning(_doc(found, name, entry))]
            rows.append((_signature(entry), f"`{selector(entry)}`", "<br>".join(part for part in means if part)))
        yield from table(("error", "selector", "meaning"), rows)
    others = [_signature(entry) for entry in entries if entry["name"] not in ours]
    if others:
        yield paragraph(f"Of OpenZeppelin: {', '.join(others)}.")


def _types(declared: Sequence[Declared]) -> Iterator[str]:
    for one in declared:
        if one.kind == "enum":
            yield f"`enum {one.name}`\n"
            yield paragraph(one.doc.text)
            yield from table(("number", "name"), [(number, f"`{name}`") for number, name in one.rows])
        elif one.kind == "struct":
            yield f"`struct {one.name}`\n"
            yield paragraph(one.doc.text)
            rows = [(f"`{n}`", f"`{t}`", prose(one.doc.params.get(n, ""))) for t, n in one.rows]
            yield from table(("field", "type", "meaning"), rows)


def _constants(constants: Sequence[Declared]) -> Iterator[str]:
    meant = any(one.doc.text for one in constants)
    head = ("name", "value", "meaning") if meant else ("name", "value")
    rows = [(f"`{one.name}`", f"`{one.value}`", prose(one.doc.text))[: len(head)] for one in constants]
    yield from table(head, rows)


def _storage(found: Sources, name: str) -> Iterator[str]:
    layout = found.storage(name)
    if not layout["storage"]:
        return
    yield f"### {name}: storage\n"
    types = layout["types"] or {}
    yield from table(
        ("slot", "byte", "variable", "type"),
        [
            (entry["slot"], str(entry["offset"]), f"`{entry['label']}`", f"`{_label(types, entry['type'])}`")
            for entry in layout["storage"]
        ],
    )
    for kind in sorted((k for k in types if "members" in types[k]), key=lambda k: _label(types, k)):
        size = int(types[kind]["numberOfBytes"]) // 32
        yield f"`{_label(types, kind)}`, {size} slot{'s' if size > 1 else ''}\n"
        yield from table(
            ("slot", "byte", "bytes", "field", "type"),
            [
                (
                    part["slot"],
                    str(part["offset"]),
                    types[part["type"]]["numberOfBytes"],
                    f"`{part['label']}`",
                    f"`{_label(types, part['type'])}`",
                )
                for part in types[kind]["members"]
            ],
        )


def _shared(found: Sources) -> Iterator[str]:
    yield "## Shared types\n"
    declared = [one for file in found.files("contracts/types/") for one in found.declared(file)]
    yield paragraph("Declared in [contracts/types](../contracts/types).")
    values = [one for one in declared if one.kind == "type"]
    if values:
        yield "### Ids\n"
        yield from table(("type", "is"), [(f"`{one.name}`", f"`{one.value}`") for one in values])
    yield "### Enums and structs\n"
    yield from _types(declared)
    yield "### Masks and constants\n"
    yield from _constants([one for one in declared if one.kind == "constant"])


# --- words


def _plain_signature(entry: Node) -> str:
    inputs = ", ".join(_parameter(part) for part in entry["inputs"])
    mutability = {"nonpayable": ""}.get(entry.get("stateMutability", ""), entry.get("stateMutability", ""))
    outputs = ", ".join(_parameter(part) for part in entry.get("outputs", []))
    words = [f"{entry['name']}({inputs})", mutability, f"returns ({outputs})" if outputs else ""]
    return " ".join(word for word in words if word)


def _signature(entry: Node) -> str:
    return f"`{_plain_signature(entry).replace(' view', '').replace(' pure', '')}`"


def _parameter(part: Node) -> str:
    kind = re.sub(r"\b(?:enum|struct|contract) (?:\w+\.)?", "", part.get("internalType") or part["type"])
    return " ".join(word for word in (kind, "indexed" if part.get("indexed") else "", part["name"]) if word)


def _meaning(doc: Doc) -> str:
    parts = [prose(doc.text)] if doc.text else []
    parts += [f"`{name}`: {prose(said)}" for name, said in doc.params.items()]
    parts += [f"returns {_returned(name)}{prose(said)}" for name, said in doc.returns.items()]
    return "<br>".join(parts)


def _returned(name: str) -> str:
    """solc names an unnamed value `_0`."""
    return "" if re.fullmatch(r"_\d+", name) else f"`{name}`: "


def _label(types: Node, kind: str) -> str:
    return re.sub(r"\b(enum|struct|contract) ", "", types[kind]["label"])
