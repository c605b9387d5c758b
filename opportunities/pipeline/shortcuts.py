"""The shortcuts, for reading; the links that they follow carry them in `data-shortcut` (static/shortcuts.js)."""

from django.utils.translation import gettext as _


def shortcuts() -> list[tuple[str, list[tuple[list[str], str]]]]:
    """By place: the keys, to be pressed one after the other, and what they do."""
    return [
        (
            _("Everywhere"),
            [
                (["/"], _("Search")),
                (["g", "h"], _("Go to my day")),
                (["g", "o"], _("Go to the opportunities")),
                (["g", "b"], _("Go to the board")),
                (["g", "q"], _("Go to the quotes")),
                (["g", "i"], _("Go to the insights")),
                (["n"], _("New opportunity")),
                (["?"], _("Show the shortcuts")),
            ],
        ),
        (
            _("In the list of opportunities"),
            [(["x"], _("Select or unselect the row that has the focus")), (["Esc"], _("Clear the selection"))],
        ),
        (
            _("On the page of an opportunity"),
            [(["e"], _("Edit")), (["w"], _("Close as won")), (["l"], _("Close as lost"))],
        ),
    ]
