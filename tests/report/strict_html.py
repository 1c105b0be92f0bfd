"""A strict reader of the report's HTML: what a browser would forgive is an error here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta"}
KNOWN = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "aside", "figure",
    "figcaption", "h1", "h2", "h3", "p", "ul", "li", "a", "dl", "dt", "dd", "div", "span", "strong", "b", "small",
    "bdi", "code", "table", "caption", "thead", "tbody", "tr", "th", "td", "svg", "desc", "defs", "pattern", "path",
    "rect", "circle", "text",
}  # fmt: skip


@dataclass
class Node:
    """An element of the page."""

    tag: str
    attributes: dict[str, str]
    children: list[Node | str] = field(default_factory=list)

    def all(self, tag: str) -> Iterator[Node]:
        """Yield the elements of this name in it, in their order."""
        for child in self.children:
            if isinstance(child, Node):
                if child.tag == tag:
                    yield child
                yield from child.all(tag)

    @property
    def text(self) -> str:
        """All text in it."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def of_class(self, tag: str, name: str) -> list[Node]:
        """Return the elements of this name and class."""
        return [node for node in self.all(tag) if name in node.attributes.get("class", "").split()]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self.open = [self.root]
        self.ids: Counter[str] = Counter()

    def handle_decl(self, decl: str) -> None:
        assert decl == "DOCTYPE html"
        assert not self.root.children

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in KNOWN, tag
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), (tag, names)
        attributes = {name: value for name, value in attrs if value is not None}
        assert len(attributes) == len(attrs), (tag, attrs)
        self.ids[attributes.get("id", "")] += 1
        node = Node(tag, attributes)
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")


def read(page: str) -> Node:
    """Return the `html` element of a page; everything is closed in order, every id is given once and no tag unknown."""
    assert page.startswith("<!DOCTYPE html>\n<html")
    assert all(sign.isprintable() or sign == "\n" for sign in page)
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == [reader.root]
    assert {name for name, count in reader.ids.items() if name and count > 1} == set()
    (html,) = (child for child in reader.root.children if isinstance(child, Node))
    return html
