"""The AI Act's technical documentation, Annex IV of Regulation (EU) 2024/1689, points 2(d) and 2(g), as far as ledger
and cards hold it: question 15 as a document to hand in. Each field is marked by the weakest of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args

from ledger_node.proof.strict_json import dump_canonical
from registry_api.exports.names import ledger_of
from registry_api.levels import MEANING, How
from registry_api.questions.duties import ANNEX_IV, Field
from registry_api.questions.material import Material
from registry_api.questions.stating import Fact, Missing
from registry_api.schemas.base import rfc3339
from registry_api.strict import MAX_SAFE

FORMAT = "medledger-annex-iv/1"
Mark = Literal["proved", "attested", "asserted", "missing"]  # from the strongest on
MARKS: dict[How, Mark] = {"verified": "proved", "attested": "attested", "asserted": "asserted"}
MEANINGS: dict[Mark, str] = {MARKS[how]: said for how, said in MEANING.items()} | {"missing": "nothing is known of it"}
POINTS = {
    "2(d)": "Data requirements: training methodologies and techniques, and the data sets used",
    "2(g)": "Validation and testing: procedures, data, metrics, test logs and reports",
}


def annex_iv(m: Material) -> bytes:
    return dump_canonical(_pack(m))


def annex_iv_markdown(m: Material) -> bytes:
    return "\n".join(_lines(_pack(m))).encode()


def _pack(m: Material) -> dict[str, Any]:
    block, ledger = m.lineage.as_of, ledger_of(m)
    return {
        "format": FORMAT,
        "regulation": "Regulation (EU) 2024/1689, Annex IV",
        "chainId": ledger.chain_id,
        "genesis": ledger.genesis,
        "asOf": {"number": block.number, "hash": block.hash, "time": rfc3339(block.timestamp)},
        "version": m.subject.id,
        "model": m.subject.model,
        "number": m.subject.number,
        "artifactDigest": m.subject.artifact_digest,
        "publisher": m.lineage.name_of(m.subject.publisher),
        "marks": MEANINGS,
        "points": [
            {"point": point, "about": about, "fields": [_field(m, one) for one in ANNEX_IV if point in one.points]}
            for point, about in POINTS.items()
        ],
    }


def _field(m: Material, field: Field) -> dict[str, Any]:
    parts = [_part(m, one) for one in field.answer(field, m)]
    weakest = max((one["mark"] for one in parts), key=get_args(Mark).index)
    return {"field": field.asks, "mark": weakest, "parts": parts}


def _part(m: Material, one: Fact | Missing) -> dict[str, Any]:
    if isinstance(one, Missing):
        return {"mark": "missing", "what": one.what, "why": one.why}
    source = {name: value for name in one.source.__slots__ if (value := getattr(one.source, name)) is not None}
    by = None if one.by is None else m.lineage.name_of(one.by)
    return {"mark": MARKS[one.level], "what": one.statement, "value": _exact(one.value), "by": by, "source": source}


def _exact(value: Any) -> Any:
    """A whole number that readers of JSON may round becomes text: a card may hold one."""
    match value:
        case dict():
            return {name: _exact(part) for name, part in value.items()}
        case list():
            return [_exact(part) for part in value]
        case int() if abs(value) > MAX_SAFE:
            return str(value)
        case _:
            return value


def _lines(pack: dict[str, Any]) -> Iterator[str]:
    as_of, publisher = pack["asOf"], _text(pack["publisher"])
    yield "# Technical documentation: Annex IV, points 2(d) and 2(g)"
    yield ""
    yield f"{pack['regulation']}. Version {pack['number']} of model `{pack['model']}`, of {publisher}."
    yield ""
    yield f"- Version: `{pack['version']}`"
    yield f"- Digest of its files: `{pack['artifactDigest']}`"
    yield f"- As of block {as_of['number']} (`{as_of['hash']}`), {as_of['time']}"
    yield f"- Chain {pack['chainId']}, genesis `{pack['genesis']}`"
    yield ""
    for mark, meaning in pack["marks"].items():
        yield f"- **{mark}**: {meaning}"
    for point in pack["points"]:
        yield ""
        yield f"## {point['point']} {point['about']}"
        for field in point["fields"]:
            yield ""
            yield f"### {field['field'].capitalize()}: {field['mark']}"
            yield ""
            for part in field["parts"]:
                yield from _told(part)
    yield ""


def _told(part: dict[str, Any]) -> Iterator[str]:
    if part["mark"] == "missing":
        yield f"- **missing**: {_text(part['what'])}: {_text(part['why'])}"
        return
    source = part["source"]
    if "document" in source:
        where = f"document `{source['document']}` at `{source['pointer']}`"
    else:
        where = f"event `{source['event']}`" + (f" in block {source['block']}" if "block" in source else "")
    record = f", of `{source['record']}`"
    yield f"- **{part['mark']}** by {_text(part['by'] or 'nobody')} ({where}{record}): {_value(part['value'])}"


def _value(value: object) -> str:
    """Text as text, anything else as its JSON."""
    return _text(value) if isinstance(value, str) else _text(dump_canonical(value).decode())  # type: ignore[arg-type]


def _text(text: str) -> str:
    """In one line, and without a meaning in Markdown or HTML: what a card says stays what it says."""
    return "".join(f"\\{one}" if one in _MARKUP else one for one in " ".join(text.split()))


_MARKUP = frozenset("\\`*_{}[]<>()#+!|~&")
