"""The house rules that a machine can check: which file imports which, and how long a file is (design, section 5)."""

import ast
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_database

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ROOT / "opportunities"
# From the ground up: a file imports from lower floors, and beside it only from its own part.
FLOORS = [
    {"formats"},
    {"money"},
    {"models"},
    {"permissions", "fields", "dialog", "integrity", "paging", "spreadsheet"},
    {"editing"},
    {"closing"},
    {"quotes"},
    {"record"},
    {"pipeline", "exchange", "admin", "preferences", "demo"},
    {"insights"},
    {"benchmark"},
    {"templatetags", "management", "apps", "urls"},
]
# Inside a room, from the ground up too; a name counts by its end (history_forms is forms).
LAYERS = ["services", "forms", "views", "urls"]
# What belongs to a request, and who may see it.
REQUESTS = ("django.http", "django.shortcuts", "django.contrib.messages", "django.template.", "django_htmx")
SEES_REQUESTS = {"views", "urls", "dialog", "admin", "templatetags"}

FILES = sorted(path for path in PRODUCT.rglob("*.py") if not {"tests", "migrations"} & set(path.parts))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    """The full name of each thing that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(name: str) -> str:
    """The part of the product: "opportunities.closing.forms.CloseForm" is in "closing"."""
    return name.split(".")[1]


def floor_of(part: str) -> int:
    return next(number for number, parts in enumerate(FLOORS) if part in parts)


def layer_of(name: str) -> int | None:
    """The number of the layer that a file of a room is in, if any."""
    file = name.split(".")[2] if name.count(".") > 1 else ""
    return next((number for number, layer in enumerate(LAYERS) if file.endswith(layer)), None)


def backward_arrows(importer: str, imported: list[str]) -> list[str]:
    """What of `imported` the file `importer` may not import."""
    return [name for name in imported if name.startswith("opportunities.") and is_backward(importer, name)]


def is_backward(importer: str, name: str) -> bool:
    part, other = part_of(importer), part_of(name)
    if part != other:
        return floor_of(other) >= floor_of(part)
    layer, others = layer_of(importer), layer_of(name)
    return layer is not None and others is not None and others > layer


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_go_one_way(path):
    name = name_of(path)
    if name == "opportunities":
        assert list(imports(path)) == []
    else:
        assert backward_arrows(name, list(imports(path))) == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_product_imports_nothing_of_the_project(path):
    assert [name for name in imports(path) if name.split(".")[0] == "crm"] == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_nothing_below_the_views_sees_a_request(path):
    parts = {part.split("_")[-1] for part in name_of(path).split(".")}
    if not parts & SEES_REQUESTS:
        assert [name for name in imports(path) if f"{name}.".startswith(REQUESTS)] == []
        arguments = {node.arg for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.arg)}
        assert "request" not in arguments


def test_an_arrow_that_runs_backwards_is_found():
    parts = [sorted(parts)[0] for parts in FLOORS]
    for low, high in pairwise(parts):
        assert backward_arrows(f"opportunities.{low}.x", [f"opportunities.{high}.y"]) == [f"opportunities.{high}.y"]
        assert backward_arrows(f"opportunities.{high}.x", [f"opportunities.{low}.y"]) == []
    for low, high in pairwise(LAYERS):
        assert backward_arrows(f"opportunities.closing.{low}", [f"opportunities.closing.{high}.y"]) != []
        assert backward_arrows(f"opportunities.closing.{high}", [f"opportunities.closing.{low}.y"]) == []
    assert backward_arrows("opportunities.pipeline.views", ["opportunities.exchange.rows"]) != []


def test_no_file_grows_past_400_lines():
    skipped = {"vendor", "migrations", "staticfiles", ".venv", "node_modules", ".git"}
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for kind in ("py", "html", "js", "css")
        for folder in ("crm", "opportunities", "templates", "static")
        for path in (ROOT / folder).rglob(f"*.{kind}")
        if not skipped & set(path.parts)
    }
    assert len(lengths) > 100
    assert {path: length for path, length in lengths.items() if length > 400} == {}
