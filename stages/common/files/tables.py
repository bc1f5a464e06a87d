"""The tables between stages: one explicit Arrow schema each, written whole, checked when read.

A table is a file, or where it grows with the data set a folder of parts, part-00000.parquet and so on. A schema says
what its rows must keep, and a file carries it with the number of its rows: columns declared not null, `key`, the
columns of which no two rows have the same values, in a table that has rows at all, and `values`, by column those that
it may have.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stages.common.files.errors import InputError, one_line
from stages.common.files.storage import write_beside

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

pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own keeps what it has had: see release_memory

SPLITS = ("train", "val", "test")
REMEDY = "delete the file and run `dvc repro`"


def table_schema(fields: list[tuple[str, pa.DataType]], key: str = "", null: str = "", **values) -> pa.Schema:
    """A schema with its checks: `key` and `null`, the columns that may be null, as words of one text.

    >>> schema = table_schema([("id", pa.int64()), ("why", pa.string())], key="id", null="why")
    >>> [field.nullable for field in schema], read_checks(schema)["key"]
    ([False, True], ['id'])
    """
    columns = [pa.field(name, kind, nullable=name in null.split()) for name, kind in fields]
    return with_checks(pa.schema(columns), key=key.split(), values=values)


def read_checks(schema: pa.Schema) -> dict:
    """What a schema carries: key, values and, where it is that of a file, rows."""
    try:
        return json.loads((schema.metadata or {}).get(b"checks", b"{}"))
    except ValueError:  # of a damaged file: its own rows and values are not known, those of the stage are
        return {}


def with_checks(schema: pa.Schema, **checks) -> pa.Schema:
    """The schema with more checks than it has."""
    return schema.with_metadata({"checks": json.dumps(read_checks(schema) | checks)})


SCHEMAS: dict[str, pa.Schema] = {
    "captions": table_schema(
        [
            ("caption_id", pa.int64()),
            ("image_id", pa.int64()),
            ("caption", pa.string()),
            ("split", pa.string()),
        ],
        key="caption_id",
        split=SPLITS,
    ),
    "images": table_schema(
        [
            ("image_id", pa.int64()),
            ("width", pa.int32()),
            ("height", pa.int32()),
            ("jpeg", pa.binary()),
        ],
        key="image_id",
    ),
    "parses": table_schema([("caption_id", pa.int64()), ("words", pa.list_(WORD))], key="caption_id"),
    "triples": table_schema(
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
        ],
        key="triple_id",
        null="particle preposition dynamic",
        split=SPLITS,
        rank=(0, 1),
    ),
    "tuples": table_schema(
        [
            ("tuple_id", pa.int64()),
            ("set", pa.string()),  # the file says which sets there may be
            ("split", pa.string()),
            ("anchor", pa.int64()),
            ("negatives", pa.list_(pa.int64())),  # empty: the negatives are texts alone
            ("negative_texts", pa.list_(pa.string())),
            ("unseen_relation", pa.bool_()),
            ("unseen_triple", pa.bool_()),
        ],
        key="tuple_id",
        split=SPLITS,
    ),
}


def features_schema(dim: int) -> pa.Schema:
    """Unit-length embeddings: id, and `dim` half-precision numbers."""
    return table_schema([("id", pa.int64()), ("embedding", pa.list_(pa.float16(), dim))], key="id")


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

    Raises InputError naming the file, the column and the remedy where the file is missing, is damaged, has a
    missing, unknown or wrongly typed column, other rows than it was written with, or rows that break a check.
    """
    files = table_files(path)
    table = pa.concat_tables([read_part(file, schema, columns, where) for file in files])
    key = read_checks(schema).get("key", [])
    if key and not any(pq.read_metadata(file).num_rows for file in files):
        raise InputError(f"{path} has no rows; {REMEDY}")
    if len(files) > 1:
        check_key(path, key, table)
    return table


def read_part(
    path: Path, schema: pa.Schema, columns: list[str] | None = None, where: pc.Expression | None = None
) -> pa.Table:
    """`read_table` of one file, which may be a part without rows."""
    with damage_reported(path):
        file = pq.read_metadata(path)
    check_columns(path, schema, file.schema.to_arrow_schema())
    checks = all_checks(schema, file)
    check_count(path, checks, file.num_rows)
    with damage_reported(path):
        table = pq.read_table(
            path, columns=columns or schema.names, filters=where, page_checksum_verification=True, partitioning=None
        )
        table.validate(full=True)  # text that is no UTF-8, lists that end outside their items
    check_rows(path, schema, checks, table)
    return table


@contextmanager
def damage_reported(path: str | Path) -> Iterator[None]:
    """InputError for what Arrow and the system raise on a file that is missing or damaged anywhere."""
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{path} is missing; run `dvc repro` to make it") from None
    except (pa.ArrowException, OSError) as error:  # ArrowInvalid, NotImplemented, ...
        raise InputError(f"{path} is not a Parquet file, or damaged ({one_line(error)}); {REMEDY}") from None


def check_columns(path: str | Path, schema: pa.Schema, found: pa.Schema) -> None:
    """InputError where a file of schema `found` has not exactly the columns of `schema`."""
    remedy = f"expected {', '.join(schema.names)}; {REMEDY}"
    for field in schema:
        if field.name not in found.names:
            raise InputError(f"{path}: column {field.name!r} is missing; {remedy}")
        if not found.field(field.name).type.equals(field.type):
            kind = found.field(field.name).type
            raise InputError(f"{path}: column {field.name!r} is {kind}, not {field.type}; {remedy}")
    if unknown := sorted(set(found.names) - set(schema.names)):
        raise InputError(f"{path}: unknown column {unknown[0]!r}; {remedy}")


def all_checks(schema: pa.Schema, file: pq.FileMetaData) -> dict:
    """The checks of a schema, and those that the file was written with."""
    own, written = read_checks(schema), read_checks(file.schema.to_arrow_schema())
    values = written.get("values", {}) | own.get("values", {})
    return {"rows": file.num_rows, "key": []} | written | own | {"values": values}


def check_count(path: str | Path, checks: dict, rows: int) -> None:
    """InputError where a file has other rows than it was written with."""
    if checks["rows"] != rows:
        raise InputError(f"{path} has {rows} rows and was written with {checks['rows']}; {REMEDY}")


def check_rows(path: str | Path, schema: pa.Schema, checks: dict, table: pa.Table) -> None:
    """InputError for the first column of `table` with a null, a value or a key that must not be."""
    for name in table.column_names:
        column = table[name]
        if not schema.field(name).nullable and any(map(has_null, column.chunks)):
            raise InputError(f"{path}: column {name!r} has a null or a number that is not finite; {REMEDY}")
        allowed = checks["values"].get(name)
        if allowed:
            values = pc.unique(column)
            strange = values.filter(pc.invert(pc.is_in(values, pa.array(allowed, values.type))))
            if len(strange):
                known = ", ".join(map(str, allowed))
                raise InputError(f"{path}: column {name!r} has {strange[0].as_py()!r}, none of {known}; {REMEDY}")
    check_key(path, checks["key"], table)


def check_key(path: str | Path, key: list[str], table: pa.Table) -> None:
    """InputError for the first two rows of `table` with the same values in all columns of `key`."""
    if key and set(key) <= set(table.column_names):
        counts = table.select(key).group_by(key).aggregate([([], "count_all")])
        if len(counts) < len(table):
            twice = counts.filter(pc.greater(counts["count_all"], 1)).slice(0, 1).to_pylist()[0]
            named = ", ".join(f"{name} {twice[name]!r}" for name in key)
            raise InputError(f"{path}: {named} occurs twice; {REMEDY}")


def has_null(column: pa.Array) -> bool:
    """Whether a column has a null or a number that is not finite, at whatever depth of lists and structs."""
    if column.null_count:
        return True
    if pa.types.is_list(column.type) or pa.types.is_fixed_size_list(column.type):
        return has_null(column.flatten())
    if pa.types.is_struct(column.type):
        return any(map(has_null, column.flatten()))
    return pa.types.is_floating(column.type) and pc.all(pc.is_finite(column)).as_py() is False


def check_tuples(path: str | Path, tuples: pa.Table, triple_ids: pa.ChunkedArray) -> None:
    """InputError where a tuple names a triple that there is not, or has other numbers of negatives and of texts."""
    for ids in (tuples["anchor"], pc.list_flatten(tuples["negatives"])):
        if len(strange := ids.filter(pc.invert(pc.is_in(ids, triple_ids.combine_chunks())))):
            raise InputError(f"{path} names triple {strange[0]}, which data/triples lacks; {REMEDY}")
    images, texts = (pc.list_value_length(tuples[name]) for name in ("negatives", "negative_texts"))
    fits = pc.and_(pc.greater(texts, 0), pc.or_(pc.equal(images, 0), pc.equal(images, texts)))
    if not pc.all(fits).as_py():
        row = pc.index(fits, False).as_py()
        raise InputError(
            f"{path}: tuple {tuples['tuple_id'][row]} has {images[row]} negatives and {texts[row]} texts of negatives; "
            f"{REMEDY}"
        )


def read_jpegs(wanted: Iterable[int], path: str | Path = "data/captions/images") -> list[bytes]:
    """The JPEGs of these image ids in that order; InputError for the least that the table lacks."""
    ids = list(wanted)
    chosen = pc.field("image_id").isin(pa.array(ids, pa.int64()))
    found = read_table(path, SCHEMAS["images"], ["image_id", "jpeg"], chosen)
    jpegs = dict(zip(found["image_id"].to_pylist(), found["jpeg"].to_pylist()))
    if missing := sorted(set(ids) - jpegs.keys()):
        raise InputError(f"{path} lacks image_id {missing[0]}; {REMEDY}")
    return [jpegs[image] for image in ids]


def release_memory() -> None:
    """Give back to the system the memory of tables that are gone: at COCO's size 0.3 GiB of a process."""
    pa.default_memory_pool().release_unused()


def read_features(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Ids (N,) and unit embeddings, float16 (N, D), of a table of features."""
    try:
        with damage_reported(path):
            dim = pq.read_schema(table_files(path)[0]).field("embedding").type.list_size
    except (KeyError, AttributeError):
        raise InputError(f"{path} has no embeddings; {REMEDY}") from None
    table = read_table(path, features_schema(dim))
    embeddings = table["embedding"].combine_chunks().flatten().to_numpy().reshape(-1, dim)  # (N, D)
    return table["id"].to_numpy(), embeddings


def write_table(path: str | Path, table: pa.Table, schema: pa.Schema, **values) -> None:
    """Write `table` as Parquet with exactly `schema`, whole or not at all; `values` are those that columns may have."""
    checked = with_checks(schema, rows=len(table), values=read_checks(schema).get("values", {}) | values)
    how: dict = {"compression": "zstd"}
    if "jpeg" in schema.names:  # is compressed, and no two are alike
        how = {
            "compression": "none",
            "row_group_size": GROUP,
            "use_dictionary": False,
            "write_statistics": ["image_id"],
        }
    with write_beside(path) as beside:
        pq.write_table(table.select(schema.names).cast(checked), beside, write_page_checksum=True, **how)


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
