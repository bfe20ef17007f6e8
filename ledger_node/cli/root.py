"""The outermost group: whatever goes wrong beneath it ends in one message and one exit status."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from ledger_node.errors import MedLedgerError, ToolMissing


class Root(TyperGroup):
    """Commands return None or an exit status; errors are shown by `failures`."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        given = list(sys.argv[1:] if args is None else args)
        try:
            status = super().main(given, prog_name, complete_var, False, windows_expand_args, **extra) or 0
        except (TyperException, MedLedgerError, typer.Abort) as error:
            status = self._report(error, given)
        except Exception as error:
            if "--debug" in given:
                raise
            status = self._report(error, given)
        if not standalone_mode:
            return status
        sys.exit(status if isinstance(status, int) else 0)

    def _report(self, error: Exception, given: Sequence[str]) -> int:
        if "--debug" in given and not isinstance(error, TyperException):
            raise error
        from ledger_node.cli import failures

        return failures.report(error, as_json="--json" in given)


def lazy(module: str) -> typer.Typer:
    """A group whose commands are those of `module`'s `app`, imported when one of them is asked for."""

    class Lazy(TyperGroup):
        def list_commands(self, ctx: Any) -> list[str]:
            return super(Lazy, self._loaded()).list_commands(ctx)

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            return super(Lazy, self._loaded()).get_command(ctx, cmd_name)

        def _loaded(self) -> Lazy:
            if not self.commands:
                from typer.main import get_group

                try:
                    self.commands = get_group(importlib.import_module(module).app).commands
                except ModuleNotFoundError as error:
                    raise ToolMissing(
                        "this part needs a package that is not installed", got=f"no module {error.name}"
                    ) from error
            return self

    # A Typer needs a callback to be a group before it has commands.
    part = typer.Typer(cls=Lazy)
    part.callback()(lambda: None)
    return part
