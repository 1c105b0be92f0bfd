"""What a page says to run runs, in the order of the page, and prints what the page shows."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.docs import premises
from tests.docs.pages import PAGES, ROOT, Block, blocks, page_id
from tests.docs.running import run
from tests.docs.surroundings import surroundings

RUN = ("sh", "python", "sql")
LANGUAGES = (*RUN, "csv", "text", "{toctree}")
MARKS = re.compile(r"(not run: .+|run with (?P<more>--[^:]+): .+|printed|lines of (?P<file>\S+)|)")
NOT_RUN = {
    "CONTRIBUTING.md": 2,
    "README.md": 1,
    "docs/adding-a-driver.md": 1,
    "docs/batch.md": 1,
    "docs/validation.md": 3,
}
"""So many blocks stand there and nobody runs them; each says why."""

EVERY = [block for page in PAGES for block in blocks(page)]


def test_every_block_says_what_it_is_and_every_mark_is_known() -> None:
    assert [str(block) for block in EVERY if block.language not in LANGUAGES or not MARKS.fullmatch(block.mark)] == []


def test_blocks_that_are_not_run_are_counted() -> None:
    assert Counter(page_id(block.page) for block in EVERY if block.mark.startswith("not run")) == NOT_RUN


@pytest.mark.parametrize("page", sorted({block.page for block in EVERY if block.language in RUN}), ids=page_id)
def test_what_a_page_says_to_run_runs(page: Path, tmp_path: Path, qapp: QApplication) -> None:
    printed = ""
    with surroundings(tmp_path):
        premises.OF_PAGE.get(page_id(page), lambda: None)()
        for block in blocks(page):
            mark = MARKS.fullmatch(block.mark)
            assert mark is not None
            if block.language in RUN and not block.mark.startswith("not run"):
                printed = run(block, mark["more"] or "")
            elif block.mark == "printed":
                assert is_shown(block, printed), f"{block} shows something else than\n{printed}"
            elif mark["file"]:
                rest = iter(Path(mark["file"]).read_text("utf-8").splitlines())
                assert all(line in rest for line in block.text.splitlines()), block


def is_shown(block: Block, printed: str) -> bool:
    """Whether a block shows what was printed; `...` stands for anything."""
    parts = [re.escape(part) for part in block.text.split("...")]
    return re.search(".*".join(parts), printed, re.DOTALL) is not None


def test_a_page_that_shows_something_else_is_found() -> None:
    shown = Block(ROOT / "a.md", 1, "printed", "text", "Holds: 2\n...\nExits: 1\n")
    assert is_shown(shown, "Cycles: 1\nHolds: 2\n  1. long\n  2. short\nExits: 1\nthe end\n")
    assert not is_shown(shown, "Holds: 1\n\nExits: 1\n")
