"""What a use is for and where, the disease it is about, and how well data must be de-identified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.config import JsonDict
from pydantic_core import CoreSchema, core_schema

from ledger_node.domain import scope as domain
from ledger_node.domain.codes import Purpose, Region, names_of
from ledger_node.domain.dataset import CLEAN_OPTIONS, DEIDENTIFICATION_OPTIONS, options_of
from ledger_node.domain.word import NOTHING
from registry_api.schemas.base import (
    Answer,
    Asked,
    Digest,
    Hex,
    Purposes,
    Regions,
    mask_of,
    something,
    whole,
)

#: Seven digits, not all of them zero.
MONDO = "^MONDO:(" + "|".join(f"{'0' * zeros}[1-9][0-9]{{{6 - zeros}}}" for zeros in range(7)) + ")$"
FIRST_OPTION, LAST_OPTION = DEIDENTIFICATION_OPTIONS[0], DEIDENTIFICATION_OPTIONS[-1]
FIRST_RETAIN = FIRST_OPTION + CLEAN_OPTIONS.bit_length()


@dataclass(frozen=True, slots=True)
class Mondo:
    """A disease as `MONDO:0007254`; its number inside."""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema(pattern=MONDO, strict=True)
        return core_schema.custom_error_schema(
            core_schema.no_info_after_validator_function(_number, text),
            custom_error_type="condition",
            custom_error_message="a disease like MONDO:0007254",
        )

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": MONDO, "examples": ["MONDO:0007254"]}


def _number(text: str) -> int:
    return int(text.removeprefix("MONDO:"))


def mondo(number: int) -> str | None:
    """`MONDO:0007254` for 7254; None for 0."""
    return f"MONDO:{number:07d}" if number else None


Condition = Annotated[int, Mondo()]
CleanOption = Annotated[int, Field(ge=FIRST_OPTION, lt=FIRST_RETAIN), BeforeValidator(whole)]
RetainOption = Annotated[int, Field(ge=FIRST_RETAIN, le=LAST_OPTION), BeforeValidator(whole)]
Option = Annotated[int, Field(ge=FIRST_OPTION, le=LAST_OPTION), BeforeValidator(whole)]
EXAMPLE_SCOPE: JsonDict = {
    "purposes": ["HRESCH", "MLTRAINING"],
    "regions": ["DE"],
    "condition": None,
    "projectRef": None,
}


def bits_of_options(codes: list[int]) -> int:
    return sum({1 << (code - FIRST_OPTION) for code in codes})


class Scope(Asked):
    """What a use is for and where it takes place; compared with every consent that it needs."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE_SCOPE]})

    purposes: Purposes
    regions: Regions = Field(default_factory=list)
    condition: Condition | None = Field(None, description="The disease studied; null for none in particular.")
    project_ref: Digest | None = Field(None, description="Compared with the consent's, when the consent has one.")

    def facts(self) -> domain.Scope:
        return domain.Scope(
            purposes=mask_of(self.purposes, Purpose),
            regions=mask_of(self.regions, Region),
            condition=self.condition or 0,
            project_ref=self.project_ref or NOTHING,
        )


class ShownScope(Answer):
    purposes: list[str]
    regions: list[str]
    condition: str | None
    project_ref: Hex | None

    @classmethod
    def of(cls, scope: domain.Scope) -> ShownScope:
        return cls(
            purposes=names_of(scope.purposes),
            regions=names_of(scope.regions),
            condition=mondo(scope.condition),
            project_ref=something(scope.project_ref),
        )


class Deidentification(Asked):
    """What the de-identification of a version must have (CID 7050's Clean options) and must not (Retain options)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"required": [113100, 113101], "forbidden": [113109]}]})

    required: list[CleanOption] = Field(default_factory=list, max_length=FIRST_RETAIN - FIRST_OPTION)
    forbidden: list[RetainOption] = Field(default_factory=list, max_length=LAST_OPTION - FIRST_RETAIN + 1)

    def mask(self) -> int:
        return bits_of_options([*self.required, *self.forbidden])


class ShownDeidentification(Answer):
    required: list[int]
    forbidden: list[int]

    @classmethod
    def of(cls, mask: int) -> ShownDeidentification:
        return cls(required=options_of(mask & CLEAN_OPTIONS), forbidden=options_of(mask & ~CLEAN_OPTIONS))
