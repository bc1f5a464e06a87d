"""The tables between stages, in Parquet: a file, or a folder of parts where a table grows with the data.

Rows are checked when they are written: nulls, unique keys, allowed values. A reader checks the columns and their types,
the number of rows that were written, and Parquet's page checksums.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stages.common.files.errors import InputError, one_line
from stages.common.files.storage import write_beside

WORD = pa.struct(
    [
        *((name, pa.string()) for name in ("text", "lemma", "upos", "feats")),
        ("head", pa.int32()),  # 1-based position of the head, 0 for the root, as in CoNLL-U
        ("deprel", pa.string()),
        *((name, pa.int32()) for name in ("start", "end")),  # character offsets into the caption
    ]
)
SPLITS = ("train", "val", "test")
REBUILD_HINT = "delete the file and run `dvc repro`"
pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own pool keeps freed memory: see release_memory


def table_schema(fields: list[tuple[str, pa.DataType]], key: str = "", null: str = "", **values) -> pa.Schema:
    """A schema with its checks: the unique `key`, columns that may be `null`, allowed `values` by column.

    >>> schema = table_schema([("id", pa.int64()), ("what why", pa.string())], key="id", null="why")
    >>> schema.names, [field.nullable for field in schema], checks_of(schema)["key"]
    (['id', 'what', 'why'], [False, False, True], ['id'])
    """
    columns = [pa.field(name, kind, name in null.split()) for names, kind in fields for name in names.split()]
    return pa.schema(columns, metadata={"checks": json.dumps({"key": key.split(), "values": values})})


def checks_of(schema: pa.Schema) -> dict:
    """The checks that a schema carries, and in a file the number of rows; ValueError in a damaged file."""
    return json.loads((schema.metadata or {}).get(b"checks", b"{}"))


SCHEMAS: dict[str, pa.Schema] = {
    "captions": table_schema(
        [("caption_id image_id", pa.int64()), ("caption split", pa.string())], key="caption_id", split=SPLITS
    ),
    "images": table_schema([("image_id", pa.int64()), ("jpeg", pa.binary())], key="image_id"),
    "parses": table_schema([("caption_id", pa.int64()), ("words", pa.list_(WORD))], key="caption_id"),
    "triples": table_schema(
        [
            ("triple_id caption_id image_id", pa.int64()),
            # relation: a verb's lemma; particle, preposition: null where there is none
            ("split subject relation particle preposition object text", pa.string()),
            # dynamic: null where the verb is not in the lexicon; passive: the subject undergoes the verb
            ("dynamic passive", pa.bool_()),
        ],
        key="triple_id",
        null="particle preposition dynamic",
        split=SPLITS,
    ),
    "tuples": table_schema(  # a row a member, sorted by tuple_id and place
        [
            ("tuple_id", pa.int64()),
            ("set split", pa.string()),
            ("place", pa.int8()),  # 0: the anchor
            ("image_id", pa.int64()),  # null: the negative is a text alone
            # sentence: the anchor's caption, null for negatives; the other columns are as in triples
            ("text sentence relation particle preposition", pa.string()),
            # unseen: no training triple has the anchor's relation, or its subject, relation and object
            ("dynamic unseen_relation unseen_triple", pa.bool_()),
        ],
        key="tuple_id place",
        null="image_id sentence particle preposition dynamic",
        split=SPLITS,
    ),
}


def features_schema(dim: int) -> pa.Schema:
    """Unit-length image embeddings of `dim` half-precision numbers."""
    return table_schema([("image_id", pa.int64()), ("embedding", pa.list_(pa.float16(), dim))], key="image_id")


def table_files(path: str | Path) -> list[Path]:
    """The files of a table in order; InputError where there is none."""
    path = Path(path)
    files = sorted(path.glob("part-*.parquet")) if path.is_dir() else [path] if path.is_file() else []
    if not files:
        raise InputError(f"{path} is missing; run `dvc repro` to make it")
    return files


def read_table(
    path: str | Path, schema: pa.Schema, columns: list[str] | None = None, where: pc.Expression | None = None
) -> pa.Table:
    """A table with exactly the columns of `schema`; `columns` and `where` select from them.

    InputError for a file that is missing or damaged, has other columns or types, or fewer rows than were written.
    """
    return pa.concat_tables([read_part(file, schema, columns, where) for file in table_files(path)])


def read_part(
    path: Path, schema: pa.Schema, columns: list[str] | None = None, where: pc.Expression | None = None
) -> pa.Table:
    """`read_table` for one file."""
    with report_damage(path):
        file = pq.read_metadata(path)
        found = file.schema.to_arrow_schema()
        expected, kinds = ({field.name: field.type for field in one} for one in (schema, found))
        for name in sorted(kinds.keys() | expected.keys()):
            if kinds.get(name) != expected.get(name):
                what = f"is {kinds.get(name, 'missing')}, not {expected.get(name, 'expected')}"
                raise InputError(f"{path}: column {name!r} {what}; {REBUILD_HINT}")
        if (rows := checks_of(found).get("rows", file.num_rows)) != file.num_rows:
            raise InputError(f"{path} has {file.num_rows} rows and was written with {rows}; {REBUILD_HINT}")
        table = pq.read_table(
            path, columns=columns or schema.names, filters=where, page_checksum_verification=True, partitioning=None
        )
        table.validate(full=True)  # text that is not UTF-8, lists that end outside their items
        return table


@contextmanager
def report_damage(path: str | Path) -> Iterator[None]:
    """Raise InputError in place of the errors of a missing or damaged file."""
    try:
        yield
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(f"{path} is not a Parquet file, or damaged ({one_line(error)}); {REBUILD_HINT}") from None


def write_table(path: str | Path, table: pa.Table, schema: pa.Schema) -> None:
    """Write `table` with exactly the columns of `schema`, whole or not at all, after checking its rows."""
    table = table.select(schema.names)
    check_rows(path, schema, table)
    how: dict = {"compression": "zstd"}
    if "jpeg" in schema.names:  # all differ, and are compressed; a reader of one image decodes a whole row group
        how = {"compression": "none", "use_dictionary": False, "row_group_size": 16, "write_statistics": ["image_id"]}
    checks = json.dumps(checks_of(schema) | {"rows": len(table)})
    with write_beside(path) as beside:
        pq.write_table(table.cast(schema.with_metadata({"checks": checks})), beside, write_page_checksum=True, **how)


def check_rows(path: str | Path, schema: pa.Schema, table: pa.Table) -> None:
    """InputError for the first column of `table` with a null, a value or a repeated key that `schema` forbids."""
    checks = checks_of(schema)
    for name, column in zip(table.column_names, table.columns):
        infinite = pa.types.is_floating(column.type) and pc.any(pc.invert(pc.is_finite(column))).as_py()
        if not schema.field(name).nullable and (column.null_count or infinite):
            raise InputError(f"{path}: column {name!r} would have a null or a number that is not finite")
    for name, allowed in checks.get("values", {}).items():
        for value in pc.unique(table[name]).to_pylist():
            if value not in allowed:
                raise InputError(f"{path}: column {name!r} would have {value!r}, not one of {', '.join(allowed)}")
    if key := checks.get("key"):
        counts = table.group_by(key).aggregate([([], "count_all")])
        if len(counts) < len(table):
            twice = counts.filter(pc.greater(counts["count_all"], 1)).slice(0, 1).to_pylist()[0]
            raise InputError(f"{path}: {', '.join(f'{name} {twice[name]!r}' for name in key)} would occur twice")


def write_parts(folder: str | Path, tables: Iterable[pa.Table], schema: pa.Schema) -> None:
    """Write a folder with a part for each of `tables`, whole or not at all."""
    with write_beside(folder) as beside:
        for number, table in enumerate(tables):
            write_table(beside / part_name(number), table, schema)


def part_name(number: int) -> str:
    """The file name of a part: part-00007.parquet."""
    return f"part-{number:05d}.parquet"


def rows_of(keys: np.ndarray, index: pd.Index, where: str | Path) -> np.ndarray:
    """The row of each of `keys` (any shape) in `index`, int64; -1 for a missing key: -1 or None.

    InputError, which names the table `where`, for any other key that is not in `index`.

    >>> rows_of(np.array([[9, -1], [7, 9]]), pd.Index([7, 9]), "images").tolist()
    [[1, -1], [0, 1]]
    """
    rows = index.get_indexer(keys.ravel()).reshape(keys.shape)
    missing = pd.isna(keys) if keys.dtype == object else keys == -1
    if unknown := keys[(rows < 0) & ~missing].tolist():
        raise InputError(f"{where} lacks {unknown[0]!r}, which another table names; {REBUILD_HINT}")
    return rows


def tuple_rows(place: np.ndarray) -> np.ndarray:
    """Rows (N, K+1) of the members of N tuples, -1 beyond a tuple's last; `place` (M,) counts from 0 in each tuple.

    >>> tuple_rows(np.array([0, 1, 0, 1, 2])).tolist()
    [[0, 1, -1], [2, 3, 4]]
    """
    rows = np.full((np.count_nonzero(place == 0), place.max(initial=0) + 1), -1)  # (N, K+1)
    rows[np.cumsum(place == 0) - 1, place] = np.arange(len(place))
    return rows


def read_jpegs(image_ids: Iterable[int], path: str | Path = "data/captions/images") -> list[bytes]:
    """The JPEGs of images, in the order of their ids; InputError for one that the table lacks."""
    ids = np.fromiter(image_ids, np.int64)
    found = read_table(path, SCHEMAS["images"], where=pc.field("image_id").isin(pa.array(ids)))
    return found["jpeg"].take(rows_of(ids, pd.Index(found["image_id"]), path)).to_pylist()


def read_features(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Image ids (I,) and their embeddings, float16 (I, D), from a table of features."""
    with report_damage(path):
        kind = pq.read_schema(table_files(path)[0]).field("embedding").type
    table = read_table(path, features_schema(kind.list_size))
    embeddings = table["embedding"].combine_chunks().flatten().to_numpy().reshape(-1, kind.list_size)  # (I, D)
    return table["image_id"].to_numpy(), embeddings


def release_memory() -> None:
    """Return the memory of deleted tables to the system: 0.3 GiB of a process at COCO's size."""
    pa.default_memory_pool().release_unused()
