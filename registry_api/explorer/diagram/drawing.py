"""The parts of a lineage and the ties between them, in the reader's words: what the script draws and the table says."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from ledger_node.domain.lineage import Provenance
from ledger_node.ports import Index
from registry_api import graph
from registry_api.explorer.diagram.reach import reached, steps
from registry_api.explorer.diagram.trouble import Trouble, troubles, was_replaced
from registry_api.explorer.languages import Texts
from registry_api.explorer.standing import standing_at, told
from registry_api.explorer.text import short
from registry_api.levels import How
from registry_api.schemas.lineage import Edge, Kind, Node

#: A picture of more parts than this says nothing; its facts are in the lists.
MOST = 2_000
#: Of parts that stand apart in the picture at first; with more, those that are alike stand together.
READABLE = 40
#: Fewer than this stay apart.
ALIKE = 3
KINDS: tuple[Kind, ...] = ("datasetVersion", "consent", "run", "modelVersion")
TIES = ("covers", "usedBy", "derivedInto", "supersededBy", "trained", "parentOf")

#: Whose a part is, its name, what stands under it, its state, its page.
Lines = tuple[int, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """`name` and `under` are its two lines; `organisation` is whose it is, `holder` that one's name; `wrong` says its
    trouble, empty without one. `page` leads on. Parts of one `group` may stand as one; empty for one that stands
    apart."""

    id: str
    kind: Kind
    organisation: int
    holder: str
    name: str
    under: str
    state: str
    trouble: Trouble | None
    wrong: str
    level: How
    page: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that are alike, in the words for all of them."""

    kind: Kind
    name: str
    under: str
    trouble: Trouble | None
    wrong: str
    level: How


@dataclass(frozen=True, slots=True)
class Tie:
    """`level` says how it is known that one led to the other."""

    source: str
    target: str
    level: How


@dataclass(frozen=True, slots=True)
class Drawing:
    """`subjects` are the ids that were asked about. `too_many` parts are not drawn, and then `parts` is empty."""

    subjects: list[str]
    parts: list[Part]
    ties: list[Tie]
    groups: dict[str, Group]
    too_many: int = 0

    def behind(self) -> dict[str, list[Part]]:
        """What each part comes from, by its id."""
        by_id = {one.id: one for one in self.parts}
        found: dict[str, list[Part]] = defaultdict(list)
        for tie in self.ties:
            found[tie.target].append(by_id[tie.source])
        return found


def draw(index: Index, found: Provenance, subjects: list[str], t: Texts) -> Drawing:
    """What led to the subjects, and what came of them."""
    edges = _edges(found)
    pairs = [(edge.source, edge.target) for edge in edges]
    kept = reached(subjects, steps(pairs)) | reached(subjects, steps((target, source) for source, target in pairs))
    nodes = [one for one in graph.nodes_of(found) if one.kind in KINDS and one.id in kept]
    if len(nodes) > MOST:
        return Drawing(subjects, [], [], {}, too_many=len(nodes))
    shown = {one.id for one in nodes}
    imported = {one.id for one in found.model_versions if one.run is None}
    wrong = troubles(index, found)
    writer = _Writer(found, t)
    parts = [writer.part(node, wrong.get(node.id), _level_of(node, imported)) for node in nodes]
    parts, groups = _grouped(parts, set(subjects), t)
    ties = [
        Tie(one.source, one.target, _level_of_tie(one, imported))
        for one in edges
        if one.source in shown and one.target in shown
    ]
    return Drawing(subjects, parts, ties, groups)


def _edges(found: Provenance) -> list[Edge]:
    """A version that was derived under a consent hangs on the consent, as a run does; other derivations are direct."""
    under = {
        (f"{parent.dataset}/{parent.version}", f"{one.dataset}/{one.number}"): parent.consent
        for one in found.dataset_versions
        if one.derivation
        for parent in one.derivation.parents
        if parent.consent is not None
    }
    edges = [one for one in graph.edges_of(found) if one.kind in TIES]
    direct = [one for one in edges if (one.source, one.target) not in under]
    lent = {(consent, target) for (_, target), consent in under.items()}
    return direct + [Edge(source=source, target=target, kind="derivedInto") for source, target in sorted(lent)]


def _level_of(node: Node, imported: set[str]) -> How:
    """A contract checks the state of a consent and the inputs of a run; who holds data or publishes a version signs
    what it is; an import is as it says (`explorer.known`)."""
    if node.kind in ("consent", "run"):
        return "verified"
    return "asserted" if node.id in imported else "attested"


def _level_of_tie(edge: Edge, imported: set[str]) -> How:
    """A contract checks every use and knows each parent; that these files came out of a run, its publisher signs; of an
    import's parents nothing was checked."""
    if edge.target in imported:
        return "asserted"
    return "attested" if edge.kind == "trained" else "verified"


class _Writer:
    """Puts nodes into words."""

    def __init__(self, found: Provenance, t: Texts) -> None:
        self._t = t
        self._now = found.as_of.timestamp
        self._custodian = {one.id: one.custodian for one in found.datasets}
        self._consents = {one.id: one for one in found.consents}
        self._runs = {one.id: one for one in found.runs}
        self._versions = {one.id: one for one in found.model_versions}
        self._names = {one.number: one.name for one in found.organisations}
        self._wrong: dict[Trouble, str] = {
            "recalled": t("lineage.recalled"),
            "revoked": t("lineage.revoked"),
            "suspended": t("lineage.suspended"),
            "withdrawn": t("lineage.withdrawn"),
            "tainted": t("lineage.tainted"),
            "affected": t("lineage.affected"),
        }

    def part(self, node: Node, trouble: Trouble | None, level: How) -> Part:
        write = {
            "datasetVersion": self._dataset_version,
            "consent": self._consent,
            "run": self._run,
            "modelVersion": self._version,
        }[node.kind]
        whose, name, under, state, page = write(node)
        wrong = self._wrong[trouble] if trouble else ""
        return Part(node.id, node.kind, whose, self._names[whose], name, under, state, trouble, wrong, level, page)

    def _dataset_version(self, node: Node) -> Lines:
        t, (dataset, _, number) = self._t, node.id.partition("/")
        name = t("lineage.dataset_version", number=number)
        state = t("lineage.usable") if node.state == "USABLE" else t("lineage.superseded")
        return self._custodian[dataset], name, short(dataset), state, f"/datasets/{dataset}/versions/{number}"

    def _consent(self, node: Node) -> Lines:
        t, one = self._t, self._consents[node.id]
        state = t("lineage.replaced") if was_replaced(one) else told(standing_at(one, self._now), t)
        return one.grantor, t("lineage.consent"), short(one.id), state, f"/consents/{one.id}"

    def _run(self, node: Node) -> Lines:
        t, one = self._t, self._runs[node.id]
        under = f"{short(one.id)}, " + t.count("lineage.rounds", len(one.rounds))
        return one.publisher, t("lineage.run"), under, t.code("Outcome", str(node.state)), f"/runs/{one.id}"

    def _version(self, node: Node) -> Lines:
        t, one = self._t, self._versions[node.id]
        name = t("lineage.model_version", number=str(one.number))
        under = t("lineage.of_model", model=short(one.model))
        state = {"RECALLED": t("lineage.recalled"), "RELEASED_FOR_SALE": t("lineage.for_sale")}.get(str(node.state))
        state = state or t.code("Lifecycle", str(node.state))
        if one.run is None:
            state = t("lineage.imported", state=state)
        return one.publisher, name, under, state, f"/versions/{one.id}"


def _grouped(parts: list[Part], apart: set[str], t: Texts) -> tuple[list[Part], dict[str, Group]]:
    """Each part with its group, so that the picture can be read: those of one kind and one trouble, and of one holder
    where that is enough."""
    if len(parts) <= READABLE:
        return parts, {}
    by_holder = _keyed(parts, apart, of_holder=True)
    keyed = by_holder if _standing(by_holder) <= READABLE else _keyed(parts, apart, of_holder=False)
    members: dict[str, list[Part]] = defaultdict(list)
    for part in keyed:
        if part.group:
            members[part.group].append(part)
    return keyed, {key: _group(found, t) for key, found in members.items()}


def _keyed(parts: list[Part], apart: set[str], *, of_holder: bool) -> list[Part]:
    def key(one: Part) -> str:
        return f"{one.kind} {one.trouble or ''} {one.level} {one.organisation if of_holder else ''}"

    count = Counter(key(one) for one in parts if one.id not in apart)
    return [replace(one, group=key(one)) if one.id not in apart and count[key(one)] >= ALIKE else one for one in parts]


def _standing(parts: list[Part]) -> int:
    """How many stand in the picture while every group is closed."""
    return len({one.group or one.id for one in parts})


def _group(members: list[Part], t: Texts) -> Group:
    first = members[0]
    holders = {one.organisation for one in members}
    counted = {
        "datasetVersion": t.count("lineage.dataset_versions", len(members)),
        "consent": t.count("lineage.consents", len(members)),
        "run": t.count("lineage.runs", len(members)),
        "modelVersion": t.count("lineage.model_versions", len(members)),
    }[first.kind]
    under = first.holder if len(holders) == 1 else t.count("lineage.holders", len(holders))
    return Group(first.kind, counted, under, first.trouble, first.wrong, first.level)
