"""How much the tests marked `soak` do: a sample in `make test`, the whole in `make soak`, which sets SOAK=1."""

import os
import sys
from typing import TypeVar

IS_SOAK = os.environ.get("SOAK") == "1"
Size = TypeVar("Size")


def size(sample: Size, whole: Size) -> Size:
    return whole if IS_SOAK else sample


def report(figures: str) -> None:
    """Says what was done (rounds, steps, inputs); `make soak` shows it at its end."""
    sys.stdout.write(f"{figures}\n")
