"""Input that nobody means: every value is a function of the random numbers, so that a finding comes again."""

import json
from random import Random
from urllib.parse import quote_from_bytes

VALUES = [
    *["", " ", "\t\r\n", "\0", "a\0b", "".join(map(chr, range(1, 32))), "\x7f\x85\x9f", "\ufeff", "\ufffe\uffff"],
    *[
        "\ud800",
        "x\udfff",
        "\ud83d",
        "😀",
        "👩‍👩‍👧‍👦",
        "é" * 300,
        "e" + "\u0301" * 500,
        "\u202e\u2066abc",
        "İıſẞ",
        "שלום",
        "日本語",
    ],
    *["0", "-0", "-1", "1", "00001", "1.5", "1,5", "1 234,5", "1e400", "-1e400", "1E+2", "NaN", "sNaN", "Infinity"],
    *["2147483648", "9223372036854775807", "9223372036854775808", "9" * 20, "9" * 400, "-" + "9" * 25, "0x10", "1_000"],
    *["٣", "１２", "½", "²", "1٫5", "٢٠٢٦-٠١-٠١", "True", "None", "null", "[]", "{}", "on", "undefined"],
    *["2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-1-1", "31/12/2026", "-2026-01-01"],
    *["2026-01-01T25:00", "2026-01-01 10:00:00+99:99", "1900-01-01", "today", "+1d"],
    *[
        "<script>alert(1)</script>",
        "\"'><b",
        "{{ 7|add:7 }}",
        "{% now %}",
        "%s %(x)s %%",
        "{0.__class__}",
        "' OR 1=1 --",
    ],
    *[
        "../../etc/passwd",
        "//evil.example/",
        "http://[",
        "javascript:alert(1)",
        "\\\\evil",
        "/\\evil",
        "?next=/",
        "a\r\nb: c",
    ],
    *["7:active:1.000", "7:draft:NaN,,", ":::", "1,2,3", ",".join(["1"] * 2_000), "eyJhIjoxfQ:1abc:def", "a" * 5_000],
    *["x" * 100_000, "%", "%00", "%ed%a0%80", "&=&", ";", "a=b", "*", "(" * 1_000, "\\", "^.*$", "_", "LIKE '%"],
]
CONTENT_TYPES = [
    *["application/json", "text/plain", "", "multipart/form-data", "multipart/form-data; boundary=", "application/xml"],
    *["application/x-www-form-urlencoded; charset=utf-16", "application/x-www-form-urlencoded; charset=bogus", "\x01"],
]
FORM = "application/x-www-form-urlencoded"
Fields = dict[str, str]


def mutated(rng: Random, fields: Fields) -> list[tuple[str, str]]:
    """`fields` with some of them missing, repeated or with another value, and sometimes one that nobody knows."""
    pairs = list(fields.items())
    kinds = rng.choices(["change", "drop", "repeat", "swap", "unknown", "all", "none"], [10, 3, 3, 2, 1, 1, 2], k=2)
    for kind in kinds:
        if kind == "unknown":
            pairs.append((rng.choice(VALUES)[:100], rng.choice(VALUES)))
        elif kind == "all":
            pairs = [(name, rng.choice(VALUES)) for name, _value in pairs]
        elif kind != "none" and pairs:
            for _time in range(rng.randint(1, 2)):
                place = rng.randrange(len(pairs))
                name, value = pairs[place]
                if kind == "change":
                    pairs[place] = (name, near(rng, value))
                elif kind == "swap":
                    pairs[place] = (name, rng.choice(pairs)[1])
                elif kind == "repeat":
                    pairs.append((name, rng.choice(VALUES)))
                elif len(pairs) > 1:
                    pairs.pop(place)
    return pairs


def near(rng: Random, value: str) -> str:
    """Another value: mostly one from the list, sometimes what was there with something in it."""
    if rng.random() < 0.8:
        return rng.choice(VALUES)
    place = rng.randint(0, len(value))
    return value[:place] + rng.choice(VALUES)[:50] + value[place:]


def encoded(pairs: list[tuple[str, str]]) -> str:
    """As an address or a form carries it; a lone surrogate becomes bytes that are no UTF-8."""
    return "&".join(f"{escaped(name)}={escaped(value)}" for name, value in pairs)


def escaped(text: str) -> str:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"))


def body(rng: Random, pairs: list[tuple[str, str]]) -> tuple[bytes, str]:
    """What is sent, and its content type: a form, the same as multipart with files, or something else."""
    kind = rng.random()
    if kind < 0.75:
        return encoded(pairs).encode(), FORM
    if kind < 0.9:
        return multipart(rng, pairs), "multipart/form-data; boundary=limit"
    if kind < 0.95:
        return json.dumps(dict(pairs)).encode(), rng.choice(CONTENT_TYPES)
    return rng.randbytes(rng.choice([0, 1, 100, 10_000])), rng.choice([FORM, *CONTENT_TYPES])


def multipart(rng: Random, pairs: list[tuple[str, str]]) -> bytes:
    parts = []
    for name, value in pairs:
        shown = name.encode("utf-8", "surrogatepass").replace(b'"', b"%22").replace(b"\n", b" ").replace(b"\r", b" ")
        file = b'; filename="x.png"\r\nContent-Type: image/png' if rng.random() < 0.1 else b""
        content = value.encode("utf-8", "surrogatepass")
        parts.append(b'--limit\r\nContent-Disposition: form-data; name="' + shown + b'"' + file + b"\r\n\r\n" + content)
    end = b"\r\n--limit--\r\n" if rng.random() < 0.95 else b""
    return b"\r\n".join(parts) + end
