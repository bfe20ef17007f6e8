"""The forms that all nouns share: hex, names of code lists, numbers within the ABI's bounds, times."""

from __future__ import annotations

import calendar
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, IntFlag
from functools import lru_cache
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from ledger_node.domain.codes import Operation, Purpose, Region
from ledger_node.domain.word import NOTHING
from registry_api.strict import MAX_SAFE

HEX32 = "^0x[0-9a-f]{64}$"
ADDRESS = "^0x[0-9a-fA-F]{40}$"
INSTANT = "^(19[789][0-9]|[2-9][0-9]{3})-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
END_OF_TIME = 253402300799  # 9999-12-31T23:59:59Z, the last that RFC 3339 can write

EXAMPLE_ID = "0x5c1d" + "7e" * 30
EXAMPLE_DIGEST = "0xb94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"


class Asked(BaseModel):
    """A body that a caller sends: camelCase, every field known."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


class Answer(BaseModel):
    """A body that the node sends."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=True)


class Stamped(Answer):
    """An answer that says as of which block it speaks."""

    as_of_block: int = Field(description="The answer is as of the end of this block.", examples=[1200])
    index_lag: int | None = Field(
        description="Blocks that the index is behind the chain; null when the chain does not answer.", examples=[0]
    )


class Listing(Stamped):
    """A page. `next` is the cursor of the next page; null at the end."""

    next: str | None = Field(description="Cursor of the next page; null at the end.")


class Searchable(Listing):
    """A page of what has public cards."""

    unread_cards: int | None = Field(
        None,
        description="With `text`, how many cards of those asked for (of any state and time) could not be searched: "
        "they are not at this node, or not read yet. Null without `text`.",
    )


class Organisation(Answer):
    """An organisation, mentioned."""

    number: int = Field(description="Counts from 1.", examples=[1])
    name: str = Field(description="Name of the legal entity.", examples=["Universitätsklinikum Nord"])


@dataclass(frozen=True, slots=True)
class Hex32:
    """32 bytes as lowercase 0x-hex; `what` (`digest` or `id`) names the error."""

    what: str

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.custom_error_schema(
            core_schema.str_schema(pattern=HEX32, strict=True),
            custom_error_type=self.what,
            custom_error_message="0x and 64 lowercase hex digits",
        )


@dataclass(frozen=True, slots=True)
class NameOf:
    """A name in a code list. `error` is `purpose` for the two lists that have an error of their own."""

    members: type[Enum]
    error: str = "code"
    but: tuple[str, ...] = ()

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        names = [name for name in self.members.__members__ if name not in self.but]
        return core_schema.custom_error_schema(
            core_schema.literal_schema(names),
            custom_error_type=self.error,
            custom_error_message="one of " + ", ".join(names),
        )


@dataclass(frozen=True, slots=True)
class Instant:
    """A time in RFC 3339, UTC, whole seconds; Unix seconds inside."""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema(pattern=INSTANT, strict=True)
        return core_schema.custom_error_schema(
            core_schema.no_info_after_validator_function(_seconds, text),
            custom_error_type="time",
            custom_error_message="a time in UTC like 2026-11-22T01:02:03Z",
        )

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "format": "date-time", "pattern": INSTANT, "examples": ["2026-11-22T01:02:03Z"]}


@dataclass(frozen=True, slots=True)
class BlockOrTime:
    """A block number in plain digits, or a time as `Instant`: an int or a datetime in UTC inside."""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.nullable_schema(
            core_schema.custom_error_schema(
                core_schema.no_info_plain_validator_function(_block_or_time),
                custom_error_type="block_or_time",
                custom_error_message="a block number in plain digits, or a time in UTC like 2026-11-22T01:02:03Z",
            )
        )

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        block = {"type": "integer", "minimum": 0, "maximum": MAX_SAFE}
        return {"anyOf": [block, {"type": "string", "format": "date-time", "pattern": INSTANT}], "examples": [1200]}


def _block_or_time(text: object) -> int | datetime:
    if not isinstance(text, str):
        raise ValueError
    if not re.fullmatch(r"[0-9]{1,16}", text):
        if not re.fullmatch(INSTANT, text):
            raise ValueError
        return datetime.fromtimestamp(_seconds(text), UTC)
    if int(text) > MAX_SAFE:
        raise ValueError
    return int(text)


def _seconds(text: str) -> int:
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")) if not text.endswith(":60Z") else _leap()


def _leap() -> int:
    raise ValueError


@lru_cache(maxsize=10_000)
def rfc3339(seconds: int) -> str:
    """`2026-11-22T01:02:03Z`; beyond the year 9999 its last second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(min(seconds, END_OF_TIME)))


def some_time(seconds: int | None) -> str | None:
    """A time that may not be there: 0 and None are null."""
    return rfc3339(seconds) if seconds else None


def something(digest: str | None) -> str | None:
    """A digest that may not be there: all zeros and None are null."""
    return None if digest is None or digest == NOTHING else digest


def whole(value: object) -> object:
    """JSON Schema's integers and nothing else: true and "1" are none, 8484.0 is one."""
    if isinstance(value, bool | str):
        raise PydanticCustomError("int_type", "a whole number")
    return value


def digits(value: object) -> object:
    """The same in a query or path, where all is text: plain digits."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) <= 16):
        raise PydanticCustomError("int_parsing", "a whole number in plain digits")
    return value


Flags = TypeVar("Flags", bound=IntFlag)


def mask_of(names: Sequence[str], flags: type[Flags]) -> Flags:
    """The mask that holds the named members."""
    mask = flags(0)
    for name in names:
        mask |= flags[name]
    return mask


Digest = Annotated[str, Hex32("digest"), Field(examples=[EXAMPLE_DIGEST])]
Id = Annotated[str, Hex32("id"), Field(examples=[EXAMPLE_ID])]
Time = Annotated[int, Instant()]
Whole = Annotated[int, Field(ge=0, le=2**32 - 1), BeforeValidator(whole)]
Counted = Annotated[int, Field(ge=1, le=2**32 - 1), BeforeValidator(whole)]
Rounds = Annotated[
    int,
    Field(ge=0, le=2**24 - 1, description="Most federated rounds, over all runs; 0 permits none."),
    BeforeValidator(whole),
]
Epsilon = Annotated[int, Field(ge=0, le=2**40 - 1, examples=[500_000]), BeforeValidator(whole)]
Address = Annotated[str, Field(pattern=ADDRESS, strict=True, examples=["0x5FbDB2315678afecb367f032d93F642f64180aa3"])]
PurposeName = Annotated[str, NameOf(Purpose, "purpose")]
OperationName = Annotated[str, NameOf(Operation, "purpose")]
Purposes = Annotated[
    list[PurposeName],
    Field(min_length=1, max_length=len(Purpose), description="HL7 ActReason codes and EHDS Article 53(1) letters."),
]
Operations = Annotated[list[OperationName], Field(min_length=1, max_length=len(Operation))]
Regions = Annotated[
    list[Annotated[str, NameOf(Region)]],
    Field(max_length=len(Region), description="Where the data are processed, by ISO 3166-1 code, ADEQUATE or OTHER."),
]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-22T01:02:03Z"])]
Hex = Annotated[str, Field(pattern=HEX32)]
