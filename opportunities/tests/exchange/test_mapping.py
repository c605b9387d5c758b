"""The mapping: what is wrong with one is told in words, all at once."""

import pytest

from opportunities.exchange import ImportRefused, load_mapping
from opportunities.models import StatusReason
from opportunities.tests.exchange.conftest import MAPPING

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("[unknown]", "[unknwon]", "“unknwon” is no key of a mapping; those are: date_format, empty, fields,"),
        ("topic =", "title =", "“title” is no key of [fields]; those are: external_id, topic, owner,"),
        ("topic =", "title =", "[fields] lacks “topic”."),
        ('topic = ["{product} for {customer}", "{product}"]', "topic = []", "[fields] lacks “topic”."),
        ('"{phase}"', '"{phase"', "“{phase” of “stage” has a brace too many."),
        ('empty = ["-"]', 'empty = "-"', "“empty” is not written as in the example of docs/import.md."),
        ('external_id = "{id}"', "external_id = 7", "“fields” is not written as in the example of docs/import.md."),
        ("%d.%m.%Y", "%d.%m.", "“%d.%m.” as date_format does not say year, month and day, as %Y-%m-%d does."),
        ("%d.%m.%Y", "%Q", "“%Q” as date_format does not say year, month and day, as %Y-%m-%d does."),
        ('state = "won"', 'state = "done"', "“done” of [stages.Won] is no state; those are: open, won, lost."),
        ('stage = "Commit"', 'stage = "Sign"', "“Sign” of [stages.Won] is no stage; those are: Qualify, Propose,"),
        (
            'status_reason = "Won"',
            'status_reason = "Price"',
            "“Price” of [stages.Won] is no active status reason of its state; those are: Won.",
        ),
        ('status_reason = "Won"', 'reason = "Won"', "“reason” is no key of [stages.Won]; those are: state, stage,"),
        ('status_reason = "Won"', "", "[stages.Won] lacks status_reason."),
        ('owner = "create"', 'owner = "empty"', "An unknown owner may be: create, refuse; not “empty”."),
        ('owner = "create"', 'seller = "create"', "“seller” is no key of [unknown]; those are: owner, account,"),
        ("date_format", "date_format\n", "mapping.toml is not TOML: "),
    ],
)  # fmt: skip
def test_a_mistake_is_named(files, before, after, why):
    # given
    assert before in MAPPING
    _file, path = files(mapping=MAPPING.replace(before, after, 1))

    # when
    with pytest.raises(ImportRefused) as refusal:
        load_mapping(path)

    # then
    assert why in str(refusal.value)


def test_several_mistakes_are_named_together(files):
    # given
    _file, path = files(mapping='[fields]\ntopic = "{a}"\n[stages]')

    # when
    with pytest.raises(ImportRefused) as refusal:
        load_mapping(path)

    # then
    assert str(refusal.value).splitlines() == [
        f"The mapping {path} cannot be used:",
        "[fields] lacks “external_id”.",
        "[fields] lacks “owner”.",
        "[fields] lacks “currency”.",
        "[fields] lacks “stage”.",
        "[fields] lacks “opened_on”.",
        "“” as date_format does not say year, month and day, as %Y-%m-%d does.",
        "[stages] is needed: what each word of the file's stages means.",
    ]


def test_an_open_status_reason_is_needed(files):
    # given
    _file, path = files()
    StatusReason.objects.filter(state="open").update(is_active=False)

    # when
    with pytest.raises(ImportRefused, match="There is no active status reason for open opportunities"):
        load_mapping(path)


def test_a_missing_mapping_is_told(tmp_path):
    with pytest.raises(ImportRefused, match="cannot be read: No such file or directory"):
        load_mapping(tmp_path / "nowhere.toml")
