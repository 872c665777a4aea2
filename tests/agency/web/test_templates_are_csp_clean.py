"""Templates and static files keep to the strict CSP: nothing inline, nothing from another host."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STATIC = sorted(path for path in (ROOT / "static").rglob("*") if path.suffix in {".css", ".js", ".svg"})

COMMENT = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)
TEMPLATE_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
EXTERNAL = re.compile(r"(?:https?:)?//(?!www\.w3\.org/)[\w-]+\.[\w.-]+")
READS = re.compile(r'<form[^>]*\bmethod="get".*?</form>', re.DOTALL)
INCLUDES = re.compile(r'\{%\s*include "([^"]+)"(.*?)%\}')
ALONE = re.compile(r"\bonly\s*$")
SCRIPT_BY_TEXT = re.compile(
    r"\beval\(|new Function\(|\.innerHTML\b|setAttribute\(\s*[\"'](?:style|on\w+)[\"']"
)


class Inline(HTMLParser):
    """Collects what a strict CSP would refuse in one template."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on")):
                self.found.append(f"<{tag} {name}=…>")
            if re.match(r"\s*(?:javascript|js):", value or ""):
                self.found.append(f"<{tag} {name}={value}>")


def inline_in(markup: str) -> list[str]:
    parser = Inline()
    parser.feed(TEMPLATE_TAG.sub("", COMMENT.sub("", markup)))
    return parser.found


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_template_has_an_inline_script_style_or_handler() -> None:
    inline = {name_of(path): inline_in(text_of(path)) for path in TEMPLATES}

    assert {name: found for name, found in inline.items() if found} == {}


def test_no_template_comment_of_several_lines_is_printed() -> None:
    """`{# … #}` ends with its line; a longer one would stand on the page."""
    printed = [
        f"{name_of(path)}: {line}"
        for path in TEMPLATES
        for line in text_of(path).splitlines()
        if "{#" in line and "#}" not in line
    ]

    assert printed == []


def test_no_part_that_posts_is_included_without_the_token() -> None:
    """`include … only` leaves out csrf_token too: every browser's form of such a part would be refused."""
    texts = {path.relative_to(ROOT / "templates").as_posix(): text_of(path) for path in TEMPLATES}

    def posts(name: str) -> bool:
        text = texts.get(name, "")
        parts = [part for part, more in INCLUDES.findall(text) if not ALONE.search(more)]
        return "{% csrf_token %}" in text or any(map(posts, parts))

    assert posts("components/_confirm.html")
    wrong = [
        f"{name}: {part}"
        for name, text in texts.items()
        for part, more in INCLUDES.findall(text)
        if ALONE.search(more) and posts(part)
    ]
    assert wrong == []


def test_no_form_that_only_reads_says_that_nothing_was_saved() -> None:
    """A list's filter has its own heading over what is wrong (`components/_filter_errors.html`)."""
    reading = {name_of(path): "".join(READS.findall(text_of(path))) for path in TEMPLATES}
    plain = 'components/_error_summary.html" %}'

    assert sum("components/_filter_errors.html" in form for form in reading.values()) >= 12
    assert [name for name, form in reading.items() if plain in form] == []


def test_no_page_asks_another_host() -> None:
    asked = {name_of(path): EXTERNAL.findall(COMMENT.sub("", text_of(path))) for path in TEMPLATES + STATIC}

    assert {name: found for name, found in asked.items() if found} == {}


def test_no_script_makes_a_script_or_markup_out_of_text() -> None:
    made = {name_of(path): SCRIPT_BY_TEXT.findall(text_of(path)) for path in STATIC if path.suffix == ".js"}

    assert made
    assert {name: found for name, found in made.items() if found} == {}


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ('<p style="color:red">x</p>', ["<p style=…>"]),
        ('<button {% if x %}onclick="go()"{% endif %}>x</button>', ["<button onclick=…>"]),
        ('<div hx-on:click="go()">x</div>', ["<div hx-on:click=…>"]),
        ("<script>go()</script>", ["<script>"]),
        ("<style>p { color: red }</style>", ["<style>"]),
        ('<a href="javascript:go()">x</a>', ["<a href=javascript:go()>"]),
        ('{# style="" #}<script src="{% static \'js/app.js\' %}" defer></script>', []),
    ],
)
def test_the_check_finds_what_it_looks_for(markup: str, found: list[str]) -> None:
    assert inline_in(markup) == found


def test_the_check_reads_the_pages_that_exist() -> None:
    names = {name_of(path) for path in TEMPLATES + STATIC}

    assert {"templates/base.html", "templates/components/_field.html", "static/js/app.js"} <= names
