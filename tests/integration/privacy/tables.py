"""Tables full of canaries: what may enter, in three formats, and what may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet

from tests.integration.privacy.canaries import Canaries
from tests.integration.privacy.exports import PATIENTS, pseudonym


def columns(canaries: Canaries, kind: str) -> dict[str, list[Any]]:
    """Measurements with a pseudonym, a coded word, and a label that says more than it should."""
    return {
        "code": [pseudonym(canaries, kind, number) for number in range(PATIENTS)],
        "radius": [number + 0.25 for number in range(PATIENTS)],
        "site": [canaries.word(f"{kind}: coded word")] * PATIENTS,
        "label": [canaries.word(f"{kind}: label"), "benign"] * (PATIENTS // 2),
    }


def table(path: Path, canaries: Canaries) -> Path:
    """A CSV, TSV or Parquet file, by the end of its name."""
    kind = path.suffix[1:]
    held = columns(canaries, kind)
    if kind == "parquet":
        rows = pa.table(held).replace_schema_metadata({"author": canaries.word("parquet: metadata")})
        parquet.write_table(rows, path, compression="none", use_dictionary=False)
        return path
    between = "," if kind == "csv" else "\t"
    lines = [list(held), *zip(*held.values(), strict=True)]
    path.write_text("".join(f"{between.join(map(str, line))}\n" for line in lines))
    return path


def refused_tables(folder: Path, canaries: Canaries) -> list[Path]:
    """Tables that may not enter, for what stands in them."""
    folder.mkdir()
    day = canaries.date("refused: date")
    number = canaries.number("refused: number")
    contents = {
        "named.csv": f"name,label\n{canaries.word('refused: name')},a\n",
        "headless.csv": f"{canaries.word('refused: headless')} 1,42\n7,8\n",
        "words.csv": f"remark,label\n{canaries.word('refused: remark')},a\n",
        "dated.csv": f"seen,label\n{day.isoformat()},a\n",
        "numbers.csv": "code,label\n" + "".join(f"{number}{n:04},a\n" for n in range(1_000)),
        "mail.csv": f"site,label\n{canaries.word('refused: mail')}@example.org,a\n",
        "quotes.csv": f'radius,label\n"1{canaries.word("refused: open quote")},a\n',
        "cells.csv": f"radius,label\n1,a,{canaries.word('refused: too many cells')}\n",
    }
    for name, content in contents.items():
        (folder / name).write_text(content)
    (folder / "latin.csv").write_bytes(
        f"radius,label\n1,é{canaries.word('refused: other encoding')}\n".encode("latin-1")
    )
    (folder / "no.parquet").write_bytes(b"PAR1" + canaries.word("refused: no parquet").encode())
    return sorted(folder.iterdir())
