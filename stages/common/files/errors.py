"""One exception for input that a user can fix, and the shell that prints it."""

import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor


class InputError(Exception):
    """Input that the user can fix. The message names the file, the row, the field and the remedy."""


def run_stage(main: Callable[[], None]) -> None:
    """Run a stage; an InputError becomes one line on stderr and exit status 1, without a traceback."""
    try:
        main()
    except InputError as error:  # of a process that decodes images PyTorch gives the traceback too, the line last
        sys.exit(f"error: {str(error).rpartition('InputError: ')[2].strip()}")
    except BrokenExecutor:
        sys.exit("error: a process of this stage was ended from outside, as where memory runs out; run it again")


def one_line(error: Exception) -> str:
    """The message of an error, its lines joined, cut after 200 characters."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 200 else f"{text[:197]}..."
