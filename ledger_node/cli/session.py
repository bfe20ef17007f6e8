"""What every command gets: a client when it asks for one, an output, and the options that stand everywhere."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec, get_type_hints

import typer

from ledger_node.cli.output import Output
from ledger_node.cli.profiles import Profile, Profiles
from ledger_node.cli.reading import read_bytes

if TYPE_CHECKING:
    from ledger_node.client import Client
    from ledger_node.client.tls import Tls

P = ParamSpec("P")
EVERYWHERE = "Everywhere"
CA = "The authorities that are trusted over TLS (PEM), instead of the system's."
CERTIFICATE = "Your certificate and its key (PEM), for a node that asks for one."
DEFAULT_NODE = "http://127.0.0.1:8600"


@dataclass(frozen=True, slots=True)
class Globals:
    """The options before the command, or their environment variables."""

    node: str | None = None
    key: str | None = None
    as_json: bool = False
    debug: bool = False
    profile: str | None = None
    ca: str | None = None
    certificate: str | None = None


class Session:
    """One call of a command. The client is made when it is first asked for, and closed at the end."""

    def __init__(self, options: Globals) -> None:
        self._options = options
        self._client: Client | None = None
        self._begun = time.monotonic()
        self.output = Output(options.as_json)

    @property
    def node(self) -> Client:
        if self._client is None:
            from ledger_node.client import Client

            to = self._goes_to()
            self._client = Client(to.node, api_key(to.key_file), tls=_tls(to.ca, to.certificate))
        return self._client

    @property
    def tls(self) -> Tls | None:
        """As the options say, for other nodes than one's own."""
        return _tls(self._options.ca, self._options.certificate)

    def _goes_to(self) -> Profile:
        """The node and what opens it: the options', else the profile's, whose key and certificate go to its own node
        alone."""
        options = self._options
        given = Profile("", options.node or DEFAULT_NODE, options.key, options.ca, options.certificate)
        if options.node is not None and options.profile is None:
            return given
        profile = Profiles.load().of(options.profile)
        if profile is None:
            return given
        return Profile(
            profile.name,
            profile.node,
            given.key_file or profile.key_file,
            given.ca or profile.ca,
            given.certificate or profile.certificate,
        )

    @property
    def took(self) -> float:
        """Seconds since the command began."""
        return time.monotonic() - self._begun

    def close(self) -> None:
        if self._client is not None:
            self._client.close()


def command(
    app: typer.Typer, name: str | None = None
) -> Callable[[Callable[Concatenate[Session, P], int | None]], Callable[..., int | None]]:
    """Registers a function whose first parameter is the session. The options that stand everywhere are added; given
    after the command they win over those before it."""

    def register(function: Callable[Concatenate[Session, P], int | None]) -> Callable[..., int | None]:
        def wrapper(**given: Any) -> int | None:
            context: typer.Context = given.pop("context")
            before = context.find_root().obj or Globals()
            options = Globals(
                node=given.pop("node_") or before.node,
                key=given.pop("key_") or before.key,
                as_json=given.pop("json_") or before.as_json,
                debug=given.pop("debug_") or before.debug,
                profile=given.pop("profile_") or before.profile,
                ca=given.pop("ca_") or before.ca,
                certificate=given.pop("certificate_") or before.certificate,
            )
            session = Session(options)
            try:
                return function(session, **given)  # type: ignore[call-arg]
            finally:
                session.close()

        hints = get_type_hints(function, include_extras=True)
        own = list(inspect.signature(function).parameters.values())[1:]
        every = inspect.signature(_everywhere, eval_str=True).parameters.values()
        parameters = [part.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[part.name]) for part in own]
        parameters += [part.replace(kind=inspect.Parameter.KEYWORD_ONLY) for part in every]
        wrapper.__signature__ = inspect.Signature(parameters, return_annotation=int | None)  # type: ignore[attr-defined]
        wrapper.__annotations__ = {part.name: part.annotation for part in parameters}
        wrapper.__doc__ = function.__doc__
        wrapper.__module__ = function.__module__
        app.command(name or function.__name__.rstrip("_"))(wrapper)
        return wrapper

    return register


def _everywhere(
    context: typer.Context,
    node_: Annotated[
        str | None,
        typer.Option("--node", metavar="URL", help="Your node; else MEDLEDGER_NODE.", rich_help_panel=EVERYWHERE),
    ] = None,
    key_: Annotated[
        str | None,
        typer.Option("--key", metavar="KEY|FILE", help="Your API key; else MEDLEDGER_KEY.", rich_help_panel=EVERYWHERE),
    ] = None,
    profile_: Annotated[
        str | None,
        typer.Option("--profile", metavar="NAME", help="A node by its name.", rich_help_panel=EVERYWHERE),
    ] = None,
    ca_: Annotated[
        str | None, typer.Option("--ca", metavar="FILE", help=CA, rich_help_panel=EVERYWHERE, show_default=False)
    ] = None,
    certificate_: Annotated[
        str | None,
        typer.Option(
            "--client-certificate", metavar="FILE", help=CERTIFICATE, rich_help_panel=EVERYWHERE, show_default=False
        ),
    ] = None,
    json_: Annotated[
        bool, typer.Option("--json", help="One JSON document on stdout.", rich_help_panel=EVERYWHERE)
    ] = False,
    debug_: Annotated[bool, typer.Option("--debug", help="Show tracebacks.", rich_help_panel=EVERYWHERE)] = False,
) -> None:
    """Only its signature counts."""


def _tls(ca: str | None, certificate: str | None) -> Tls | None:
    from ledger_node.client.tls import Tls

    return Tls(ca, certificate) if ca or certificate else None


def api_key(given: str | None) -> str | None:
    """The key itself, or what stands in the file that was named."""
    if given is None:
        return None
    try:
        named = Path(given).is_file()
    except (OSError, ValueError):
        named = False  # too long for a name
    return read_bytes(Path(given), "key").decode("ascii", "replace").strip() if named else given
