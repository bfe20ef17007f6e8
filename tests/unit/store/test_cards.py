"""Cards are read once when facts name them, and lists are searched by their words: the same on both engines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger_node.domain.search import sought
from ledger_node.errors import BlobStoreUnreachable
from ledger_node.ports import Checkpoint, Page
from ledger_node.proof.hashing import sha256, to_hex
from ledger_node.services.card_words import CardWords
from ledger_node.services.documents import Documents
from ledger_node.store.cards import SqlCards
from tests.blobs import MemoryBlobs
from tests.fakes import FakeClock, digest
from tests.pins import MemoryPins
from tests.unit.store.chronicle import Chronicle


class Shelf:
    """A chronicle with its cards, whose documents are put one by one."""

    def __init__(self, chronicle: Chronicle) -> None:
        self.chronicle = chronicle
        self.clock = FakeClock()
        self.blobs = MemoryBlobs()
        self.documents = Documents(self.blobs, MemoryPins())
        self.cards = SqlCards(chronicle.database, self.clock)
        self.words = CardWords(chronicle.index, self.documents, self.cards, self.clock)
        self.count = 0

    def dataset(self, card: object, *, here: bool = True) -> str:
        """The id of a dataset that names a card."""
        self.count += 1
        content, dataset = json.dumps(card).encode(), digest(1_000 + self.count)
        if here:
            self.blobs.put(content)
        self.chronicle.write(
            "DatasetRegistered",
            dataset=dataset,
            custodian=1,
            number=self.count,
            cardDigest=to_hex(sha256(content)),
        )
        return dataset

    def found(self, text: str, **changed: Any) -> list[str]:
        page = Page(**{"as_of": self.chronicle.now, "sought": sought(text), **changed})
        return [one.id for one in self.chronicle.index.datasets(page)]

    def unread(self, **changed: Any) -> int:
        return self.chronicle.index.unread_cards("dataset", Page(**{"as_of": self.chronicle.now, **changed}))


@pytest.fixture
def shelf(chronicle: Chronicle) -> Shelf:
    return Shelf(chronicle)


def test_all_words_have_to_be_there(shelf: Shelf) -> None:
    breast = shelf.dataset({"name": "Breast ultrasound", "place": "Köln"})
    lung = shelf.dataset({"name": "Lung CT", "place": "Köln"})
    assert (shelf.found("koln"), shelf.unread()) == ([], 2)
    assert shelf.words.step() == 2
    assert shelf.unread() == 0
    assert shelf.found("KÖLN") == [breast, lung]
    assert shelf.found("koln ultrasound") == [breast]
    assert shelf.found("breast lung") == []
    assert shelf.found("ultra") == []
    assert shelf.found("ultra* BREAST") == [breast]


def test_beginning_is_that_of_a_word_whatever_comes_after(shelf: Shelf) -> None:
    wide = shelf.dataset({"name": "mammo\U0001f9ec mammo乳 mammography Zebra"})
    other = shelf.dataset({"name": "mamm zeal"})
    shelf.words.step()
    assert shelf.found("mammo*") == [wide]
    assert shelf.found("mamm*") == [wide, other]
    assert shelf.found("mammo乳*") == [wide]
    assert (shelf.found("ze*"), shelf.found("zeb*")) == ([wide, other], [wide])


def test_search_goes_with_pages_order_and_the_past(shelf: Shelf) -> None:
    ids = [shelf.dataset({"name": f"Liver {n}"}) for n in range(5)]
    shelf.dataset({"name": "Spleen"})
    shelf.words.step()
    index, seen = shelf.chronicle.index, list[str]()
    page = Page(shelf.chronicle.now, 2, sought=sought("liver"))
    while some := index.datasets(page):
        seen += [one.id for one in some]
        page = Page(page.as_of, 2, some[-1].at, sought=page.sought)
    assert seen == ids
    assert shelf.found("liver", newest=True) == ids[::-1]
    assert shelf.found("liver", as_of=2) == ids[:2]
    assert shelf.found("liver", where={"custodian": 2}) == []


def test_card_that_is_not_here_is_counted_and_found_once_it_is(shelf: Shelf) -> None:
    card = {"name": "Retina"}
    away = shelf.dataset(card, here=False)
    assert (shelf.words.step(), shelf.unread(), shelf.found("retina")) == (0, 1, [])
    assert shelf.unread(where={"custodian": 2}) == shelf.unread(as_of=0) == 0
    shelf.documents.put(json.dumps(card).encode())
    assert shelf.words.step() == 0  # its time has not come
    shelf.clock.time += 1
    assert (shelf.words.step(), shelf.unread(), shelf.found("retina")) == (1, 0, [away])
    assert shelf.words.step() == 0


def test_store_that_is_away_is_asked_ever_more_seldom(shelf: Shelf) -> None:
    shelf.dataset({"name": "Retina"})
    shelf.blobs.failure = BlobStoreUnreachable("away")
    asked = []
    for _ in range(1_000):
        if shelf.cards.due(1):
            asked.append(shelf.clock.time)
        assert shelf.words.step() == 0
        shelf.clock.time += 1
    assert 5 < len(asked) < 15
    shelf.blobs.failure = None
    shelf.clock.time += 1_000
    assert shelf.words.step() == 1


def test_document_that_is_no_object_has_no_words(shelf: Shelf) -> None:
    shelf.dataset(["Retina"])
    assert (shelf.words.step(), shelf.unread(), shelf.found("retina")) == (1, 0, [])


def test_cards_of_facts_that_a_reorganisation_put_in_other_blocks_are_read(shelf: Shelf) -> None:
    shelf.dataset({"name": "Kidney"})
    first = shelf.chronicle.index.checkpoint()
    shelf.dataset({"name": "Heart"})
    shelf.dataset({"name": "Heart rate"})
    shelf.words.step()
    newest = shelf.chronicle.index.checkpoint()
    assert first is not None
    assert newest is not None
    shelf.chronicle.index.rewind(newest, Checkpoint(first.number, first.hash, first.timestamp))
    spleen = shelf.dataset({"name": "Spleen"})
    shelf.words.step()
    assert (shelf.found("spleen"), shelf.found("heart"), shelf.unread()) == ([spleen], [], 0)


def test_what_is_forgotten_is_read_again(shelf: Shelf) -> None:
    kidney = shelf.dataset({"name": "Kidney"})
    shelf.words.step()
    shelf.words.forget()
    assert (shelf.found("kidney"), shelf.unread()) == ([], 1)
    assert shelf.words.step() == 1
    assert shelf.found("kidney") == [kidney]


def test_versions_and_models_are_searched_by_their_own_cards(shelf: Shelf) -> None:
    index, content = shelf.chronicle.index, json.dumps({"name": "Thyroid"}).encode()
    card = to_hex(sha256(content))
    shelf.blobs.put(content)
    shelf.chronicle.write("ModelRegistered", model=digest(80), publisher=2, number=1, cardDigest=card)
    head = shelf.chronicle.model_version(digest(81), 1, [])
    shelf.words.step()
    assert [one.id for one in index.models(Page(head, sought=sought("thyroid")))] == [digest(80)]
    assert index.model_versions(Page(head, sought=sought("thyroid"))) == []
    assert (index.unread_cards("model", Page(head)), index.unread_cards("model_version", Page(head))) == (0, 1)
    assert index.with_words([card, digest(82)], sought("thyr*")) == {card}
    assert index.with_words([card, digest(82)], sought("thyr* other")) == set()


def test_card_that_was_read_meanwhile_is_kept_once(shelf: Shelf) -> None:
    """By a process that has lost the writing and did not know it yet."""
    kidney = shelf.dataset({"name": "Kidney"})
    shelf.cards.note(0)
    (card,) = [one.digest for one in shelf.cards.due(9)]
    for words in ({"kidney"}, {"kidney"}, {"other"}):
        shelf.cards.keep({card: words}, {})
    assert (shelf.found("kidney"), shelf.found("other"), shelf.cards.due(9)) == ([kidney], [], [])
