"""The publisher takes back what a revocation reached; everyone says that they read it; the regulator sees who has."""

from __future__ import annotations

from typing import Any

from scripts.demo.commands import Member
from scripts.demo.story import Story


def recall(publisher: Member, readers: list[Member], regulator: Member, version: str, story: Story) -> dict[str, Any]:
    """Returns the recall's id and the names of those who acknowledged it."""
    notice = publisher.write(
        "recall-notice.json",
        {
            "format": "medledger-recall-notice/1",
            "what": "A hospital revoked its consent. Do not train on from this version.",
        },
    )
    issued = publisher("recall", "issue", version, "--severity", "SERIOUS", "--notice", notice)
    found = str(issued["outcome"]["recall"])
    story.say(f"recall {found[:18]}… issued: SERIOUS")
    for reader in readers:
        reader.wait_for_fact(lambda node: node.recalls.get(found))
        reader("acknowledgement", "make", found)

    def acknowledged() -> list[str]:
        shown = regulator("recall", "show", found)
        return [part["organisation"]["name"] for part in shown["acknowledgements"]]

    regulator.wait_for(lambda: len(acknowledged()) == len(readers))
    names = acknowledged()
    story.say(f"acknowledged by {', '.join(names)}")
    refused = publisher("model", "release", version, expect=1)
    story.say("while it stands, the version cannot be released")
    return {"recall": found, "acknowledgedBy": names, "releaseRefused": refused["code"]}
