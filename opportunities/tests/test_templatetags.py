"""What templates write with the filters and tags of this product."""

import pytest
from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from opportunities.models import Quote
from opportunities.templatetags.crm import attributes, quote_link, status


@pytest.mark.parametrize(
    ("attrs", "written"),
    [
        ({}, ""),
        (
            {"id": "x", "maxlength": 200, "data-count": 0, "value": ""},
            ' id="x" maxlength="200" data-count="0" value=""',
        ),
        ({"required": True, "autofocus": False, "title": None, "open": True}, " required open"),
        ({"placeholder": gettext_lazy("Search")}, ' placeholder="Search"'),
        (
            {"title": '"><script>alert(1)</script>', "data-x": "' x='y' & \x00é"},
            ' title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;" data-x="&#x27; x=&#x27;y&#x27; &amp; \x00é"',
        ),
    ],
)
def test_attributes_are_written_with_a_space_before_each(attrs, written):
    assert attributes(attrs) == written
    assert isinstance(attributes(attrs), SafeString)


def test_the_attributes_of_every_field_are_written_so():
    field = forms.TextInput({"title": "<b>", "autofocus": True, "disabled": False, "hidden": None})
    assert field.render("q", '"') == '<input type="text" name="q" value="&quot;" title="&lt;b&gt;" autofocus>'


def test_a_status_is_its_text_in_its_colour():
    assert status("won", gettext_lazy("Won")) == '<span class="status status-won">Won</span>'
    assert status('"', "<b>") == '<span class="status status-&quot;">&lt;b&gt;</span>'


def test_a_quote_is_linked_by_its_number():
    assert quote_link(Quote(pk=7, number="Q-<1>", revision=2)) == (
        '<a class="strong text-nowrap" href="/quotes/7/">Q-&lt;1&gt;</a> <span class="muted text-nowrap">rev. 2</span>'
    )
