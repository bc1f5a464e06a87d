"""The tables between stages: one explicit Arrow schema each, written whole, checked when read.

A table is a file, or where it grows with the data set a folder of parts, part-00000.parquet and so on.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stages.common.errors import InputError
from stages.common.files import write_beside

WORD = pa.struct(
    [
        ("text", pa.string()),
        ("lemma", pa.string()),
        ("upos", pa.string()),
        ("feats", pa.string()),
        ("head", pa.int32()),  # 1-based position of the head, 0 for the root, as in CoNLL-U
        ("deprel", pa.string()),
        ("start", pa.int32()),  # character offsets into the caption
        ("end", pa.int32()),
    ]
)

SCHEMAS: dict[str, pa.Schema] = {
    "captions": pa.schema(
        [
            ("caption_id", pa.int64()),
            ("image_id", pa.int64()),
            ("caption", pa.string()),
            ("split", pa.string()),
        ]
    ),
    "images": pa.schema(
        [
            ("image_id", pa.int64()),
            ("width", pa.int32()),
            ("height", pa.int32()),
            ("jpeg", pa.binary()),
        ]
    ),
    "parses": pa.schema([("caption_id", pa.int64()), ("words", pa.list_(WORD))]),
    "triples": pa.schema(
        [
            ("triple_id", pa.int64()),
            ("caption_id", pa.int64()),
            ("image_id", pa.int64()),
            ("split", pa.string()),
            ("subject", pa.string()),
            ("relation", pa.string()),
            ("particle", pa.string()),  # null: none
            ("preposition", pa.string()),  # null: none
            ("object", pa.string()),
            ("subject_compound", pa.string()),  # "tennis player"; the head noun where there is none
            ("object_compound", pa.string()),
            ("text", pa.string()),
            ("dynamic", pa.bool_()),  # null: the verb is not in the lexicon
            ("passive", pa.bool_()),  # with a preposition: the subject undergoes the verb
            ("rank", pa.int8()),  # 0: a main triple; 1: an oblique beside a direct object
        ]
    ),
    "tuples": pa.schema(
        [
            ("tuple_id", pa.int64()),
            ("set", pa.string()),
            ("split", pa.string()),
            ("anchor", pa.int64()),
            ("negatives", pa.list_(pa.int64())),  # empty: the negatives are texts alone
            ("negative_texts", pa.list_(pa.string())),
            ("unseen_relation", pa.bool_()),
            ("unseen_triple", pa.bool_()),
        ]
    ),
}


def features_schema(dim: int) -> pa.Schema:
    """Unit-length embeddings: id, and `dim` half-precision numbers."""
    return pa.schema([("id", pa.int64()), ("embedding", pa.list_(pa.float16(), dim))])


GROUP = 16  # images of a row group: training reads them one by one, and decodes a group to get at one


def table_files(path: str | Path) -> list[Path]:
    """The files of a table in their order; InputError where there is none."""
    path = Path(path)
    files = sorted(path.glob("part-*.parquet")) if path.is_dir() else [path] if path.is_file() else []
    if not files:
        raise InputError(f"{path} is missing; run `dvc repro` to make it")
    return files


def read_table(
    path: str | Path, schema: pa.Schema, columns: list[str] | None = None, where: pc.Expression | None = None
) -> pa.Table:
    """Read a table that has exactly the columns of `schema`, in any order, or `columns` of them, and the rows `where`.

    Raises InputError naming the file, the column and the remedy where a file is missing, is not
    Parquet, or has a missing, unknown or wrongly typed column.
    """
    files = table_files(path)
    for file in files:
        check_schema(file, schema)
    return pq.read_table(files, columns=columns or schema.names, filters=where, partitioning=None)


def check_schema(path: Path, schema: pa.Schema) -> None:
    """InputError where the file is not Parquet of exactly the columns of `schema`, in any order."""
    try:
        found = pq.read_schema(path)
    except pa.ArrowInvalid as error:
        raise InputError(f"{path} is not a Parquet file ({error}); delete it and run `dvc repro`") from None
    remedy = f"expected {', '.join(schema.names)}; delete the file and run `dvc repro`"
    for field in schema:
        if field.name not in found.names:
            raise InputError(f"{path}: column {field.name!r} is missing; {remedy}")
        if not found.field(field.name).type.equals(field.type):
            kind = found.field(field.name).type
            raise InputError(f"{path}: column {field.name!r} is {kind}, not {field.type}; {remedy}")
    if unknown := sorted(set(found.names) - set(schema.names)):
        raise InputError(f"{path}: unknown column {unknown[0]!r}; {remedy}")


def read_features(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Ids (N,) and unit embeddings, float16 (N, D), of a table of features."""
    try:
        dim = pq.read_schema(table_files(path)[0]).field("embedding").type.list_size
    except (OSError, KeyError, AttributeError):
        raise InputError(f"{path} has no embeddings; run `dvc repro` to make it") from None
    table = read_table(path, features_schema(dim))
    embeddings = table["embedding"].combine_chunks().flatten().to_numpy().reshape(-1, dim)  # (N, D)
    return table["id"].to_numpy(), embeddings


def write_table(path: str | Path, table: pa.Table, schema: pa.Schema) -> None:
    """Write `table` as Parquet with exactly `schema`, whole or not at all."""
    how: dict = {"compression": "zstd"}
    if "jpeg" in schema.names:  # is compressed, and no two are alike
        how = {
            "compression": "none",
            "row_group_size": GROUP,
            "use_dictionary": False,
            "write_statistics": ["image_id"],
        }
    with write_beside(path) as beside:
        pq.write_table(table.select(schema.names).cast(schema), beside, **how)


def write_parts(folder: str | Path, tables: Iterable[pa.Table], schema: pa.Schema) -> None:
    """Write a folder of a part for each of `tables`, whole or not at all."""
    with write_beside(folder) as beside:
        for number, table in enumerate(tables):
            write_table(beside / part_name(number), table, schema)


def part_name(number: int) -> str:
    """The file of a part.

    >>> part_name(7)
    'part-00007.parquet'
    """
    return f"part-{number:05d}.parquet"
