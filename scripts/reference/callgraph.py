"""Which custom errors a function can end in and whom it asks for, followed through the syntax trees: into other
functions, overrides, modifiers, libraries, and the contracts behind interfaces.

May name an error too many (of a branch that is never taken), never one too few, as long as no call is made by address.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

Node = dict[str, Any]


class CallGraph:
    def __init__(self, units: Iterable[Node]) -> None:
        self._errors: dict[int, str] = {}
        self._contracts: dict[int, Node] = {}
        self._bodies: dict[int, Node] = {}
        self._overriders: dict[int, list[int]] = defaultdict(list)
        for node in _walk(list(units)):
            match node.get("nodeType"):
                case "ErrorDefinition":
                    self._errors[node["id"]] = node["name"]
                case "ContractDefinition":
                    self._contracts[node["id"]] = node
                case "FunctionDefinition" | "ModifierDefinition":
                    self._bodies[node["id"]] = node
                    for base in node.get("baseFunctions", []) + node.get("baseModifiers", []):
                        self._overriders[base].append(node["id"])

    def bases(self, contract: str) -> list[Node]:
        """The contract itself and those that it inherits from, the most derived first."""
        found = next(node for node in self._contracts.values() if node["name"] == contract)
        return [self._contracts[number] for number in found["linearizedBaseContracts"]]

    def errors(self, contract: str, selector: str) -> list[str]:
        """Names of the errors of an external function, by its selector in hex without 0x; in the order of names."""
        return sorted({self._errors[number] for number in self._reached(contract, selector) if number in self._errors})

    def guards(self, contract: str, selector: str) -> list[tuple[str, tuple[str, ...]]]:
        """Calls of a function with `msg.sender` as its first argument: its name, and what else is given in words."""
        found = set()
        for number in self._reached(contract, selector) & self._bodies.keys():
            for node in _walk(self._bodies[number]):
                if node.get("nodeType") == "FunctionCall" and _is_sender(node["arguments"][:1]):
                    called = node["expression"]
                    found.add((called.get("memberName") or called.get("name", ""), _words(node["arguments"][1:])))
        return sorted(found)

    def _reached(self, contract: str, selector: str) -> set[int]:
        """The function and all declarations that it and what it calls refer to."""
        entry = next(
            node["id"]
            for base in self.bases(contract)
            for node in base["nodes"]
            if node.get("functionSelector") == selector and node.get("implemented", True)
        )
        seen: set[int] = set()
        waiting = [entry]
        while waiting:
            number = waiting.pop()
            if number in seen:
                continue
            seen.add(number)
            # An interface's function has no body; those that override it do.
            waiting += self._overriders[number] if number != entry else []
            if number in self._bodies:
                waiting += _referenced(self._bodies[number])
        return seen


def _is_sender(arguments: list[Node]) -> bool:
    return any(
        part.get("memberName") == "sender" and part.get("expression", {}).get("name") == "msg" for part in arguments
    )


def _words(arguments: list[Node]) -> tuple[str, ...]:
    return tuple(part.get("name") or part.get("value") or "…" for part in arguments)


def _referenced(body: Node) -> list[int]:
    return [node["referencedDeclaration"] for node in _walk(body) if isinstance(node.get("referencedDeclaration"), int)]


def _walk(node: Any) -> Iterator[Node]:
    if isinstance(node, dict):
        yield node
        for part in node.values():
            yield from _walk(part)
    elif isinstance(node, list):
        for part in node:
            yield from _walk(part)
