"""The HTML part of a mail, made from its text: the same words, with links that can be pressed. Pure."""

import re
from html import escape
from typing import Final

BODY_STYLE: Final = (
    "margin:0 auto;padding:16px;max-width:36em;overflow-wrap:anywhere;"
    "font:16px/1.5 system-ui,-apple-system,sans-serif"
)
ITEM: Final = "- "
LIST_STYLE: Final = "padding-left:1.2em"
PAGE: Final = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
    '<title>{title}</title></head><body style="{style}">{paragraphs}</body></html>\n'
)


def html_of(text: str, *, title: str, language: str, own_url: str) -> str:
    """Return the text as a page without pictures, scripts or foreign links.

    Only addresses below `own_url` become links: what somebody else wrote into a reply does not.
    """
    blocks = re.split(r"\n{2,}", text.strip())
    paragraphs = "".join(_block(block, own_url) for block in blocks)
    return PAGE.format(
        language=escape(language), title=escape(title), style=BODY_STYLE, paragraphs=paragraphs
    )


def _block(block: str, own_url: str) -> str:
    """Return a block as a paragraph; the lines at its end that begin with a dash as a list."""
    lines = block.split("\n")
    first = next((n for n, line in enumerate(lines) if line.startswith(ITEM)), len(lines))
    if any(not line.startswith(ITEM) for line in lines[first:]):
        first = len(lines)
    before, items = "\n".join(lines[:first]), lines[first:]
    found = f"<p>{_paragraph(before, own_url)}</p>" if before else ""
    if items:
        points = (f"<li>{_paragraph(one.removeprefix(ITEM), own_url)}</li>" for one in items)
        found += f'<ul style="{LIST_STYLE}">{"".join(points)}</ul>'
    return found


def _paragraph(block: str, own_url: str) -> str:
    lines = escape(block).replace("\n", "<br>")
    if not own_url:
        return lines
    return re.sub(
        rf"{re.escape(escape(own_url))}/[^\s<>]*",
        lambda found: f'<a href="{found[0]}">{found[0]}</a>',
        lines,
    )
