"""What solc says of the sources in contracts/ besides code: NatSpec, ABI, declarations with their numbers, storage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from eth_utils import keccak

from scripts.contracts import ROOT, solc, standard_input
from scripts.reference.callgraph import CallGraph

SELECTION = {"*": {"": ["ast"], "*": ["abi", "devdoc", "userdoc", "storageLayout"]}}
Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Doc:
    """NatSpec of one thing. `caller` is the tag `@custom:caller`: who may call a function."""

    title: str = ""
    notice: str = ""
    details: str = ""
    caller: str = ""
    params: dict[str, str] = field(default_factory=dict)
    returns: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return " ".join(part for part in (self.notice, self.details) if part)


@dataclass(frozen=True, slots=True)
class Declared:
    """A type or constant in the source. `rows` are an enum's (number, name) or a struct's (type, field)."""

    kind: str
    name: str
    doc: Doc
    rows: tuple[tuple[str, str], ...] = ()
    value: str = ""


class Sources:
    """One compilation of contracts/."""

    def __init__(self) -> None:
        output = solc(standard_input(SELECTION))
        self._contracts = {name: made for unit in output["contracts"].values() for name, made in unit.items()}
        self._units: dict[str, Node] = {n: u["ast"] for n, u in output["sources"].items() if n.startswith("contracts/")}
        self._graph = CallGraph(unit["ast"] for unit in output["sources"].values())
        self._order = {name: at for at, name in enumerate(dict.fromkeys(self._names()))}

    def interfaces(self, contract: str) -> list[str]:
        """Our own interfaces of a deployed contract, the one that has its name first; not those of the ERCs."""
        found = [
            base["name"]
            for base in self._graph.bases(contract)
            if base["contractKind"] == "interface" and not base["name"].startswith("IERC")
        ]
        return sorted(found, key=lambda name: (name != f"I{contract}", name))

    def own_errors(self) -> set[str]:
        """Names of all errors declared in contracts/."""
        nodes = (node for file in self._units for node in self._unit_nodes(file))
        return {node["name"] for node in nodes if node["nodeType"] == "ErrorDefinition"}

    def entries(self, contract: str, kind: str) -> list[Node]:
        """The ABI's functions, events or errors in the order of the source."""
        abi: list[Node] = self._contracts[contract]["abi"]
        return sorted((e for e in abi if e["type"] == kind), key=lambda e: self._order.get(e["name"], len(self._order)))

    def doc(self, contract: str) -> Doc:
        made = self._contracts[contract]
        user, dev = made["userdoc"], made["devdoc"]
        return Doc(dev.get("title", ""), user.get("notice", ""), dev.get("details", ""))

    def doc_of(self, contract: str, entry: Node) -> Doc:
        """NatSpec of an entry of the ABI."""
        made = self._contracts[contract]
        key = {"function": "methods", "event": "events", "error": "errors"}[entry["type"]]
        user, dev = (made[part].get(key, {}).get(signature(entry), {}) for part in ("userdoc", "devdoc"))
        # Errors come as lists: several may share a signature.
        user, dev = (part[0] if isinstance(part, list) else part for part in (user, dev))
        params = dev.get("params", {})  # in the order of names; wanted is that of the signature
        return Doc(
            notice=user.get("notice", ""),
            details=dev.get("details", ""),
            caller=dev.get("custom:caller", ""),
            params={part["name"]: params[part["name"]] for part in entry["inputs"] if part["name"] in params},
            returns=dev.get("returns", {}),
        )

    def refusals(self, contract: str, entry: Node) -> list[str]:
        """The custom errors that a function of a deployed contract can end in."""
        return self._graph.errors(contract, selector(entry).removeprefix("0x"))

    def guards(self, contract: str, entry: Node) -> list[tuple[str, tuple[str, ...]]]:
        """What a function asks of its caller: the name of what it calls with `msg.sender`, and the other arguments."""
        return self._graph.guards(contract, selector(entry).removeprefix("0x"))

    def files_of(self, contract: str) -> list[str]:
        """Where the contract and those of ours that it inherits from are written, its own file first."""
        places = {node["id"]: file for file in self._units for node in self._units[file]["nodes"]}
        return list(dict.fromkeys(places[b["id"]] for b in self._graph.bases(contract) if b["id"] in places))

    def storage(self, contract: str) -> Node:
        """solc's storageLayout."""
        found: Node = self._contracts[contract]["storageLayout"]
        return found

    def files(self, folder: str) -> list[str]:
        return sorted(name for name in self._units if name.startswith(folder))

    def declared(self, file: str) -> list[Declared]:
        """Enums, structs, value types and constants of a file and of the contracts in it, in its order."""
        found = [self._declared(node, file) for node in self._unit_nodes(file)]
        return [one for one in found if one is not None]

    def _unit_nodes(self, file: str) -> Iterator[Node]:
        for node in self._units[file]["nodes"]:
            yield node
            if node["nodeType"] == "ContractDefinition":
                yield from node["nodes"]

    def _declared(self, node: Node, file: str) -> Declared | None:
        doc = _doc(node.get("documentation"))
        match node["nodeType"]:
            case "EnumDefinition":
                members = tuple((str(at), member["name"]) for at, member in enumerate(node["members"]))
                return Declared("enum", node["name"], doc, members)
            case "StructDefinition":
                fields = tuple((_type(member), member["name"]) for member in node["members"])
                return Declared("struct", node["name"], doc, fields)
            case "UserDefinedValueTypeDefinition":
                return Declared("type", node["name"], doc, value=node["underlyingType"]["name"])
            case "VariableDeclaration" if node.get("constant"):
                return Declared("constant", node["name"], doc, value=self._value(node, file))
        return None

    def _value(self, node: Node, file: str) -> str:
        """A constant as written, and as a number when that is another thing."""
        start, length, _ = map(int, node["value"]["src"].split(":"))
        written = " ".join((ROOT / file).read_bytes()[start : start + length].decode().split())
        number = re.fullmatch(r"int_const (\d+)", node["value"]["typeDescriptions"]["typeString"])
        return written if number is None or number[1] == written else f"{written} = {number[1]}"

    def _names(self) -> Iterator[str]:
        """Functions, events and errors as they follow in the sources, the interfaces' before all others."""
        for file in sorted(self._units, key=lambda name: (not name.startswith("contracts/interfaces/"), name)):
            for node in self._unit_nodes(file):
                if node["nodeType"] in ("FunctionDefinition", "EventDefinition", "ErrorDefinition"):
                    yield node["name"]


@cache
def sources() -> Sources:
    return Sources()


def signature(entry: Node) -> str:
    """`vote(uint256,bool)`, as selectors are made of it."""
    return f"{entry['name']}({','.join(_abi_type(part) for part in entry['inputs'])})"


def selector(entry: Node) -> str:
    """The first four bytes of the signature's keccak-256, as 0x-hex."""
    return "0x" + keccak(text=signature(entry))[:4].hex()


def _abi_type(part: Node) -> str:
    kind = str(part["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(_abi_type(inner) for inner in part['components'])}){kind.removeprefix('tuple')}"


def _type(member: Node) -> str:
    kind = str(member["typeDescriptions"]["typeString"])
    return re.sub(r"\b(enum|struct|contract) ", "", kind)


def _doc(documentation: Node | None) -> Doc:
    """NatSpec as it stands in the syntax tree, for what solc makes no document of."""
    if documentation is None:
        return Doc()
    text = " ".join(documentation["text"].split())
    tags: dict[str, str] = {}
    params: dict[str, str] = {}
    for tag, said in re.findall(r"@([\w:]+) (.*?)(?= @[\w:]+ |$)", text if text.startswith("@") else f"@notice {text}"):
        if tag == "param":
            name, _, meaning = said.partition(" ")
            params[name] = meaning
        else:
            tags[tag] = said
    return Doc(notice=tags.get("notice", ""), details=tags.get("dev", ""), params=params)
