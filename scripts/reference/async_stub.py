"""The types of the client that is awaited, made of those of the client that blocks."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

CLIENT = Path(__file__).resolve().parents[2] / "ledger_node/client"
STUB = CLIENT / "aio.pyi"
HEAD = '"""Generated of the nouns: the same methods, to be awaited."""'


def stub() -> str:
    """`aio.pyi`: AsyncClient, and each noun with coroutines for methods and async iterators for iterators."""
    made = _Stub()
    nouns = _parsed("nouns")
    attributes = {
        part.targets[0].attr: ast.unparse(part.value.func)
        for part in ast.walk(nouns)
        if isinstance(part, ast.Assign)
        and isinstance(part.targets[0], ast.Attribute)
        and isinstance(part.value, ast.Call)
    }
    for noun in attributes.values():
        made.add(noun, nouns)
    made.add_client(_parsed("aio"), attributes)
    return made.text()


class _Stub:
    def __init__(self) -> None:
        self._imports: dict[str, ast.stmt] = {
            "AsyncIterator": ast.ImportFrom("collections.abc", [ast.alias("AsyncIterator")], 0)
        }
        self._classes: dict[str, ast.ClassDef] = {}

    def add(self, name: str, user: ast.Module) -> None:
        """A noun that a module imports, and those that it inherits from, but for the one that they all do."""
        module = next(part.module for part in user.body if isinstance(part, ast.ImportFrom) and name in _names(part))
        assert module is not None
        tree = _parsed(module.rpartition(".")[2])
        self._import(tree)
        for part in tree.body:
            if isinstance(part, ast.ClassDef):
                self._imports[part.name] = ast.ImportFrom(module, [ast.alias(part.name)], 0)
        noun = _class(tree, name)
        noun.bases = [base for base in noun.bases if ast.unparse(base) != "Noun"]
        for base in noun.bases:
            self.add(ast.unparse(base), tree)
        methods = [part for part in noun.body if isinstance(part, ast.FunctionDef)]
        noun.body = [_awaited(method) for method in methods if not method.name.startswith("_")]
        self._classes[name] = noun

    def add_client(self, tree: ast.Module, attributes: dict[str, str]) -> None:
        self._import(tree)
        client = _class(tree, "AsyncClient")
        client.bases = []
        client.body = [
            *(ast.parse(f"{name}: {noun}").body[0] for name, noun in attributes.items()),
            *(_bare(part) for part in client.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)),
        ]
        self._classes[client.name] = client

    def text(self) -> str:
        body = "\n\n".join(ast.unparse(one) for one in self._classes.values())
        used = {part.id for part in ast.walk(ast.parse(body)) if isinstance(part, ast.Name)} - self._classes.keys()
        text = "\n".join((HEAD, *(ast.unparse(one) for name, one in self._imports.items() if name in used), body, ""))
        for words in (["check", "--select", "I", "--fix"], ["format"]):
            command = ["ruff", *words, "--quiet", "--stdin-filename", str(STUB), "-"]
            text = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout
        return text

    def _import(self, tree: ast.Module) -> None:
        for part in tree.body:
            if isinstance(part, ast.ImportFrom):
                self._imports |= {one.asname or one.name: ast.ImportFrom(part.module, [one], 0) for one in part.names}
            elif isinstance(part, ast.Import):
                self._imports |= {one.asname or one.name: ast.Import([one]) for one in part.names}


def _parsed(module: str) -> ast.Module:
    return ast.parse((CLIENT / f"{module}.py").read_text())


def _names(part: ast.ImportFrom) -> list[str]:
    return [one.asname or one.name for one in part.names]


def _class(tree: ast.Module, name: str) -> ast.ClassDef:
    return next(part for part in tree.body if isinstance(part, ast.ClassDef) and part.name == name)


def _bare(method: ast.stmt) -> ast.stmt:
    """A signature: which parameters have defaults, without their values."""
    assert isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef)
    method.args.defaults = [ast.Constant(...) for _ in method.args.defaults]
    method.args.kw_defaults = [value and ast.Constant(...) for value in method.args.kw_defaults]
    method.body = [ast.Expr(ast.Constant(...))]
    return method


def _awaited(method: ast.FunctionDef) -> ast.stmt:
    _bare(method)
    if isinstance(method.returns, ast.Subscript) and ast.unparse(method.returns.value) == "Iterator":
        method.returns.value = ast.Name("AsyncIterator")
        return method
    return ast.parse(f"async {ast.unparse(method)}").body[0]
