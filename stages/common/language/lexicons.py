"""The reviewed word lists of data/: csv files with `#` comments whose last line tells the number of rows."""

import csv
import re
from pathlib import Path

from stages.common.files.errors import InputError, one_line
from stages.common.files.storage import file_text

END = re.compile(r"# rows: (\d+)")


def read_rows(path: str | Path, columns: list[str]) -> dict[int, list[str]]:
    """The rows of a csv file with these columns, by their line numbers.

    InputError where it is missing, no text, has other columns or a row of another length, or where its last line,
    `# rows: N`, does not tell the number of its rows: a file that was cut off would silently know fewer words.
    """
    restore = f"restore it with `git checkout {path}`"
    try:
        lines = file_text(path).splitlines()
    except FileNotFoundError:
        raise InputError(f"{path} is missing; {restore}") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({one_line(error)}); save it as UTF-8, or {restore}") from None
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line and not line.startswith("#")]
    rows = dict(zip((number for number, _ in numbered), csv.reader(line for _, line in numbered)))
    head = rows.pop(numbered[0][0]) if numbered else []
    if head != columns:
        raise InputError(f"{path}: the columns are {','.join(head)}, not {','.join(columns)}; {restore}")
    for number, row in rows.items():
        if len(row) != len(columns) or not row[0]:
            raise InputError(f"{path}: line {number} is {','.join(row)}; write {','.join(columns)}")
    last = END.fullmatch(lines[-1])
    if not last or int(last[1]) != len(rows):
        counted = f"tells {last[1]} rows" if last else "does not tell the number of rows"
        mine = f"after an edit of your own make its last line `# rows: {len(rows)}`"
        raise InputError(f"{path} has {len(rows)} rows and its last line {counted}; {restore}, or {mine}")
    return rows
