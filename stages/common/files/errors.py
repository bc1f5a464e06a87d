"""One exception for input that a user can fix, and the function that runs a stage and prints it."""

import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor


class InputError(Exception):
    """Input that the user can fix. The message is one line: file, row or field, and what to do."""


def run_stage(main: Callable[[list[str]], None]) -> None:
    """Run a stage with the command line's arguments; an InputError ends it with one line and exit status 1."""
    try:
        main(sys.argv[1:])
    except InputError as error:  # PyTorch puts a traceback before an error from a decoding process
        sys.exit(f"error: {str(error).rpartition('InputError: ')[2].strip()}")
    except BrokenExecutor:
        sys.exit("error: a process of this stage was killed, as happens when memory runs out; run the stage again")


def one_line(error: object) -> str:
    """An error's message, or a text, on one line of at most 200 characters."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 200 else f"{text[:197]}..."
