"""`medledger contracts`: the code on a chain against its source. Asks a chain, never a node."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger_node.cli import reading
from ledger_node.cli.failures import DONE, FINDING
from ledger_node.cli.output import coloured, table
from ledger_node.cli.session import Session, command
from ledger_node.domain.command import CONTRACT_TYPES
from ledger_node.errors import ConfigInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from ledger_node.chain.verification import Finding, Recorded

app = typer.Typer()
_ADDRESS, _DIGEST = "0x[0-9a-fA-F]{40}", "0x[0-9a-f]{64}"


@app.callback()
def _contracts() -> None:
    """Compare the contracts on a chain with their source."""


@command(app)
def verify(
    session: Session,
    deployment: Annotated[
        Path,
        typer.Option(metavar="FILE", help="A deployment record, or a trust file: the chain and its contracts."),
    ],
    rpc: Annotated[str, typer.Option(metavar="URL", help="JSON-RPC of the chain.")] = "http://127.0.0.1:8545",
    solc: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="The compiler; else the checkout's, py-solc-x's, or the one on PATH."),
    ] = None,
) -> int:
    """Compile the packaged source and compare it with the code on a chain. Exit status 1 unless all is equal."""
    recorded = _recorded(deployment)  # what was typed is looked at before anything that takes time

    from ledger_node.chain import source, verification
    from ledger_node.chain.rpc import RpcLedger

    compiler = source.find_solc(solc)
    ledger = RpcLedger(rpc)
    verification.require_chain(ledger, recorded)
    with session.output.working("compiling the packaged source"):
        compiled = source.compile_source(compiler)
    findings = verification.verify(ledger, compiled, recorded)
    equal = all(finding.verdict is verification.Verdict.EQUAL for finding in findings)
    answer = {
        "equal": equal,
        "solc": source.compiler_version(),
        "chainId": recorded.chain_id,
        "contracts": [_json(finding) for finding in findings],
    }
    session.output.show(answer, lambda: _report(findings))
    return DONE if equal else FINDING


def _recorded(file: Path) -> Recorded:
    """Either record, told apart by the trust file's `format`. ConfigInvalid or TrustMalformed."""
    from ledger_node.chain.verification import Recorded
    from ledger_node.config import load_deployment
    from ledger_node.proof import trust

    if "format" in reading.read_document(file, "deployment"):
        trusted = trust.read(reading.read_bytes(file, "deployment"))
        parts = {
            name: ("0x" + part.address.hex(), "0x" + part.code_hash.hex()) for name, part in trusted.contracts.items()
        }
        return Recorded(trusted.chain_id, "0x" + trusted.genesis.hex(), parts)
    record = load_deployment(file)
    contracts = {name: (address, record.code_hashes[name]) for name, address in record.contracts.items()}
    if not all(re.fullmatch(_ADDRESS, a) and re.fullmatch(_DIGEST, d) for a, d in contracts.values()):
        raise ConfigInvalid(
            "the deployment record is malformed", got="an address or a code hash of another form", needed="0x and hex"
        )
    return Recorded(record.chain_id, record.genesis, contracts)


def _json(finding: Finding) -> dict[str, object]:
    return {
        "contract": CONTRACT_TYPES[finding.role],
        "role": finding.role,
        "generation": finding.generation,
        "address": finding.address,
        "compiled": finding.compiled,
        "onChain": finding.on_chain,
        "verdict": finding.verdict.value,
        "details": list(finding.details),
    }


def _report(findings: Sequence[Finding]) -> Iterator[RenderableType]:
    good = sum(finding.verdict.value == "equal" for finding in findings)
    yield coloured("passed" if good == len(findings) else "failed")
    yield table(
        ("contract", "gen.", "address", "compiled", "on chain", ""),
        [
            (
                CONTRACT_TYPES[finding.role],
                finding.generation,
                f"{finding.address[:6]}…{finding.address[-4:]}",
                f"{finding.compiled[:8]}…",
                f"{finding.on_chain[:8]}…",
                finding.verdict.value,
            )
            for finding in findings
        ],
    )
    for finding in findings:
        for detail in finding.details:
            yield f"{CONTRACT_TYPES[finding.role]} at {finding.address}: {detail}"
    yield f"{good} of {len(findings)} contracts are what the source says"
