"""Small changes of the contracts that a test should notice, in an order of drawing that stays while the source stays.

The operators: comparison, logic, arithmetic and bit operators swapped; a condition negated; a statement, an emit, a
revert or a modifier left out; a number raised or lowered by one; true and false swapped; a result replaced; an enum's
member replaced by the next; the branches of `?:` exchanged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from scripts.analysis.syntax import Node, place_of, walk

SEED = b"medledger mutants 1"
SWAPS: dict[str, tuple[str, ...]] = {
    "<": ("<=", ">"),
    "<=": ("<", ">"),
    ">": (">=", "<"),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
    "&&": ("||",),
    "||": ("&&",),
    "+": ("-",),
    "-": ("+",),
    "*": ("/",),
    "/": ("*",),
    "%": ("*",),
    "&": ("|", "^"),
    "|": ("&", "^"),
    "^": ("&",),
    "<<": (">>",),
    ">>": ("<<",),
}
ASSIGNMENTS: dict[str, tuple[str, ...]] = {
    "+=": ("-=", "="),
    "-=": ("+=", "="),
    "|=": ("&=", "="),
    "&=": ("|=", "="),
    "^=": ("|=",),
    "<<=": (">>=",),
    ">>=": ("<<=",),
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the bytes from `start` to `end` of `file` become `after`. `of` is the function that it is in."""

    file: str
    line: int
    column: int
    of: str
    operator: str
    start: int
    end: int
    before: str
    after: str
    code: str

    def apply(self, source: bytes) -> bytes:
        return source[: self.start] + self.after.encode() + source[self.end :]

    @property
    def rank(self) -> str:
        """Where it stands in the drawing: by what it is, not by its place, so that edits elsewhere keep the sample."""
        words = "\0".join((self.file, self.of, self.operator, self.code, str(self.column), self.before, self.after))
        return hashlib.sha256(SEED + words.encode()).hexdigest()


def drawn(mutants: list[Mutant]) -> list[Mutant]:
    """All mutants in the order in which they are drawn."""
    return sorted(mutants, key=lambda mutant: (mutant.rank, mutant.start))


def mutants_of(file: str, source: bytes, tree: Node, enums: dict[int, list[str]]) -> Iterator[Mutant]:
    """Every mutant of the functions of one file that are written out.

    `enums` has the members of each enum by the id of any of its members' or its own declaration.
    """
    for contract in tree["nodes"]:
        if contract["nodeType"] != "ContractDefinition" or contract["contractKind"] == "interface":
            continue
        for part in contract["nodes"]:
            name = f"{contract['name']}.{part.get('name') or part.get('kind', '')}"
            if part["nodeType"] == "FunctionDefinition" and part.get("body"):
                changes = _of_function(source, part, enums)
            elif part["nodeType"] == "VariableDeclaration" and part.get("value"):
                changes = _of_expressions(source, part["value"], enums)
            else:
                continue
            for operator, start, end, after in changes:
                before = source[start:end].decode()
                if before != after:
                    yield _mutant(file, source, name, operator, start, end, before, after)


def enums_of(all_trees: dict[str, Node]) -> dict[int, list[str]]:
    """The names of an enum's members, by the id of each of them."""
    found = {}
    for tree in all_trees.values():
        for node in walk(tree):
            if node["nodeType"] == "EnumDefinition":
                names = [member["name"] for member in node["members"]]
                found.update({member["id"]: names for member in node["members"]})
    return found


Change = tuple[str, int, int, str]


def _mutant(file: str, source: bytes, of: str, operator: str, start: int, end: int, before: str, after: str) -> Mutant:
    first = source.rfind(b"\n", 0, start) + 1
    last = source.find(b"\n", start)
    code = source[first:last].decode()
    line, column = source.count(b"\n", 0, start) + 1, start - first - (len(code) - len(code.lstrip()))
    return Mutant(file, line, column, of, operator, start, end, before, after, code.strip())


def _of_function(source: bytes, function: Node, enums: dict[int, list[str]]) -> Iterator[Change]:
    for modifier in function["modifiers"]:
        if modifier.get("kind") == "modifierInvocation":
            yield ("modifier left out", *place_of(modifier), "")
    for node in walk(function["body"]):
        kind = node["nodeType"]
        start, end = place_of(node)
        if kind in ("ExpressionStatement", "EmitStatement", "RevertStatement"):
            # The semicolon may or may not belong to the node's place.
            end += source[end : end + 1] == b";"
            yield f"{_named(kind, node)} left out", start, end, "{}"
        elif kind in ("IfStatement", "WhileStatement", "Conditional"):
            yield from _negated(source, node["condition"])
        elif kind == "Return" and node.get("expression"):
            yield from _returned(node["expression"])
    yield from _of_expressions(source, function["body"], enums)


def _named(kind: str, node: Node) -> str:
    if kind != "ExpressionStatement":
        return kind.removesuffix("Statement").lower()
    return {"Assignment": "assignment", "FunctionCall": "call"}.get(node["expression"]["nodeType"], "statement")


def _negated(source: bytes, condition: Node) -> Iterator[Change]:
    # These are negated by another operator.
    if condition.get("operator") in ("==", "!=", "!"):
        return
    start, end = place_of(condition)
    yield "condition negated", start, end, f"!({source[start:end].decode()})"


def _returned(expression: Node) -> Iterator[Change]:
    kind = expression["typeDescriptions"].get("typeString", "")
    start, end = place_of(expression)
    if kind == "bool" and expression["nodeType"] != "Literal":
        yield "result replaced", start, end, "false"
        yield "result replaced", start, end, "true"
    elif kind.startswith(("uint", "int", "bytes32")) and "[" not in kind:
        yield "result replaced", start, end, "0"


def _of_expressions(source: bytes, top: Node, enums: dict[int, list[str]]) -> Iterator[Change]:
    for node in walk(top):
        kind = node["nodeType"]
        start, end = place_of(node)
        text = source[start:end].decode()
        if kind == "BinaryOperation":
            yield from _swapped(source, node["leftExpression"], node["rightExpression"], node["operator"], SWAPS)
        elif kind == "Assignment":
            yield from _swapped(source, node["leftHandSide"], node["rightHandSide"], node["operator"], ASSIGNMENTS)
        elif kind == "UnaryOperation" and node["operator"] in ("!", "~"):
            yield f"{node['operator']} left out", start, end, source[slice(*place_of(node["subExpression"]))].decode()
        elif kind == "UnaryOperation" and node["operator"] in ("++", "--"):
            other = "--" if node["operator"] == "++" else "++"
            yield "step turned", start, end, text.replace(node["operator"], other)
        elif kind == "Literal" and node["kind"] == "number":
            yield "number raised", start, end, f"({text} + 1)"
            if int(text.split()[0].replace("_", ""), 0):
                yield "number lowered", start, end, f"({text} - 1)"
        elif kind == "Literal" and node["kind"] == "bool":
            yield "true and false", start, end, "false" if text == "true" else "true"
        elif kind == "Conditional":
            yield from _exchanged(source, node)
        elif kind == "MemberAccess" and node.get("referencedDeclaration") in enums:
            members = enums[node["referencedDeclaration"]]
            other = members[(members.index(node["memberName"]) + 1) % len(members)]
            yield "enum's member", start, end, text.removesuffix(node["memberName"]) + other


def _swapped(
    source: bytes, left: Node, right: Node, operator: str, swaps: dict[str, tuple[str, ...]]
) -> Iterator[Change]:
    """The operator stands between its operands, with white space or comments."""
    between = place_of(left)[1], place_of(right)[0]
    at = source.find(operator.encode(), *between)
    if at < 0:
        return
    for other in swaps.get(operator, ()):
        yield f"{operator} to {other}", at, at + len(operator), other


def _exchanged(source: bytes, node: Node) -> Iterator[Change]:
    (first, middle), (second, end) = place_of(node["trueExpression"]), place_of(node["falseExpression"])
    swapped = source[second:end] + source[middle:second] + source[first:middle]
    yield "branches of ?: exchanged", first, end, swapped.decode()
