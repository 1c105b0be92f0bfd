"""The pages and what is in them: fenced blocks, spans between backticks, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("[a-z]*/README.md")])
USER_PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_FENCED = re.compile(r"(?:^ *<!-- ([^\n]*) -->\n)?^( *)```([^\n]*)\n(.*?)^\2```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `mark` is the comment in the line above it, which a reader does not see."""

    page: Path
    line: int
    mark: str
    language: str
    text: str

    def __str__(self) -> str:
        return f"{page_id(self.page)}:{self.line}"


def page_id(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text("utf-8")
    for found in _FENCED.finditer(text):
        mark, indent, language, inside = found.groups()
        line = text.count("\n", 0, found.start(2)) + 1
        yield Block(page, line, mark or "", language, re.sub(f"^{indent}", "", inside, flags=re.MULTILINE))


def prose(page: Path) -> str:
    """Return the page without its fenced blocks."""
    return _FENCED.sub("", page.read_text("utf-8"))


def spans(page: Path) -> list[str]:
    """Return what stands between single backticks."""
    return re.findall(r"`([^`\n]+)`", prose(page))


def tables(page: Path, first_column: str) -> Iterator[dict[str, str]]:
    """Yield the rows of every table that begins with a column of this name."""
    head: list[str] = []
    for line in [*prose(page).splitlines(), ""]:
        if not line.startswith("|"):
            head = []
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not head:
            head = cells
        elif head[0] == first_column and not set(line) <= set("|-: "):
            yield dict(zip(head, cells, strict=True))
