"""Charts: where their bars begin and end, and that they say in words, and by links, all that they show."""

import re

from django.template.loader import render_to_string

from opportunities.insights.charts import Bar, Chart, Part

LEGEND = {"won": "Won", "lost": "Lost"}


def chart(*bars: Bar) -> Chart:
    return Chart("reasons", "By reason", "How many were won and lost.", bars, LEGEND)


def bar(label: str, won: int, lost: int, url: str = "") -> Bar:
    parts = [Part("won", won, f"{won} won"), Part("lost", lost, f"{lost} lost")]
    return Bar(label, parts, str(won + lost), url)


def drawn(chart: Chart, name: str = "_bars") -> str:
    return " ".join(render_to_string(f"opportunities/insights/{name}.html", {"chart": chart}).split())


def test_the_longest_bar_takes_the_width_and_the_parts_of_each_follow_each_other():
    [long, short] = chart(bar("Price", 10, 30), bar("Other", 5, 5)).rows
    assert [(shape.x, shape.width) for shape in long.shapes] == [("0.00%", "25.00%"), ("25.00%", "75.00%")]
    assert [(shape.x, shape.width) for shape in short.shapes] == [("0.00%", "12.50%"), ("12.50%", "12.50%")]
    assert (long.y, short.y, chart(bar("Price", 10, 30), bar("Other", 5, 5)).height) == ("0", "48", 96)


def test_columns_stand_on_the_ground_side_by_side():
    [low, high] = chart(bar("Oct", 10, 0), bar("Nov", 10, 30)).columns
    assert [(shape.x, shape.y, shape.width, shape.height) for shape in high.shapes] == [
        ("57.50%", "151.5", "35.00%", "42.5"),
        ("57.50%", "24.0", "35.00%", "127.5"),
    ]
    assert [(shape.x, shape.y, shape.height) for shape in low.shapes] == [("7.50%", "151.5", "42.5")]
    assert (low.middle, high.middle) == ("25.00%", "75.00%")


def test_what_is_there_is_seen_and_what_is_not_is_not():
    rows = chart(bar("Price", 1, 100_000), bar("None", 0, 0)).rows
    assert [shape.width for shape in rows[0].shapes] == ["0.60%", "100.00%"]
    assert rows[1].shapes == []
    assert chart(bar("None", 0, 0)).rows[0].shapes == []
    assert chart().rows == chart().columns == []


def test_a_chart_without_links_is_one_image_with_a_title_and_a_description():
    text = drawn(chart(bar("Price", 10, 30)))
    assert 'role="img" aria-labelledby="reasons-title" aria-describedby="reasons-description"' in text
    assert '<title id="reasons-title">By reason</title>' in text
    assert '<desc id="reasons-description">How many were won and lost.</desc>' in text
    assert "<a " not in text


def test_a_bar_that_leads_somewhere_is_a_link_that_says_all_of_it_in_a_group():
    text = drawn(chart(bar("Price", 10, 30, "/opportunities/?reason=1")))
    assert 'role="group"' in text
    assert '<a href="/opportunities/?reason=1"><title>Price: 10 won, 30 lost</title>' in text


def test_a_part_may_lead_somewhere_by_itself():
    parts = [Part("won", 10, "10 won", "/won/"), Part("rest", 5, "5 open", "/open/")]
    text = drawn(chart(Bar("Nov", parts, "")), "_columns")
    assert re.findall(r'<a href="([^"]+)"><title>([^<]+)', text) == [
        ("/won/", "Nov: 10 won"),
        ("/open/", "Nov: 5 open"),
    ]


def test_parts_are_told_apart_without_colours():
    text = drawn(chart(bar("Price", 10, 30)))
    assert 'fill="url(#reasons-lost)"' in text
    assert '<pattern id="reasons-lost"' in text
    assert re.findall(r"</svg> ([A-Z]\w+) </li>", text) == ["Won", "Lost"]


def test_nothing_in_a_chart_breaks_the_content_security_policy_or_the_page():
    evil = Bar("<script>alert(1)</script>", [Part("won", 1, "<b>1</b>")], "<i>", "/x?a=1&b=2")
    for name in ["_bars", "_columns"]:
        text = drawn(chart(evil), name)
        assert "<script" not in text
        assert "<b>" not in text
        assert "<i>" not in text
        assert "style=" not in text
        assert "/x?a=1&amp;b=2" in text


def test_a_long_label_is_cut_and_told_in_full():
    text = drawn(chart(bar("A competitor with a name that never ends at all", 1, 0, "/x/")))
    assert "A competitor with a name that nev…</text>" in text
    assert "<title>A competitor with a name that never ends at all: 1 won</title>" in text
