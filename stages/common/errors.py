"""One exception for input that a user can mend, and the shell that prints it."""

import sys
from collections.abc import Callable


class InputError(Exception):
    """Input that the user can mend. The message names the file, the row, the field and the remedy."""


def run_stage(main: Callable[[], None]) -> None:
    """Run a stage; an InputError becomes one line on stderr and exit status 1, without a traceback."""
    try:
        main()
    except InputError as error:
        sys.exit(f"error: {error}")
