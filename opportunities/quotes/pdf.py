"""The PDF of a quote, set by typst: tagged, its fonts embedded, and PDF/UA-1 wherever they have every character."""

import json
from functools import cache
from pathlib import Path

import typst

HERE = Path(__file__).parent


class CannotPrint(Exception):
    """No PDF could be made: a mistake of ours, or a logo that is no image."""


def pdf_of(document: dict, logo: bytes = b"") -> bytes:
    """`document` (document.py) as a PDF, with `logo`, a PNG or JPEG, where the document has words for one.

    Its texts are data to typst and no markup, so they are printed as typed. A character that no font has is
    printed as a box; PDF/UA allows none, so such a PDF does not claim it. Raises CannotPrint.
    """
    files = {
        "main.typ": template(),
        "document.json": json.dumps(document).encode(),
        "logo.json": json.dumps(list(logo)).encode(),  # as numbers: typst takes no file that is not text
    }
    for standards in (["ua-1"], []):
        try:
            compiler = typst.Compiler(files, font_paths=fonts())  # a new one: a compiler that failed forgets its files
            return compiler.compile(format="pdf", pdf_standards=standards)
        except typst.TypstError:
            continue
    # What typst says quotes the text that it fails on, which is the customer's and belongs in no log.
    raise CannotPrint


@cache
def template() -> bytes:
    return (HERE / "quote.typ").read_bytes()


@cache
def fonts() -> typst.Fonts:
    """Our own fonts and the few that come with typst; those of the machine are left out."""
    return typst.Fonts(include_system_fonts=False, font_paths=[HERE / "fonts"])
