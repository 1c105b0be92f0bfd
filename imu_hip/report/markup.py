"""A tree of HTML elements: text and attributes are escaped by the serializer, so nothing typed becomes markup."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

Element = ElementTree.Element
Content = Element | str


def element(name: str, /, *content: Content, **attributes: str) -> Element:
    """Return an element; `class_` stands for class, `aria_label` for aria-label."""
    made = ElementTree.Element(name, {_name(key): printable(value) for key, value in attributes.items()})
    add(made, *content)
    return made


def add(parent: Element, *content: Content) -> None:
    """Append elements and text behind what is there."""
    for each in content:
        if not isinstance(each, str):
            parent.append(each)
        elif len(parent):
            parent[-1].tail = (parent[-1].tail or "") + printable(each)
        else:
            parent.text = (parent.text or "") + printable(each)


def printable(text: str) -> str:
    """Return a text without control characters: no NUL, no half characters, nothing that turns the direction round."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Content]], *, headed: bool = False) -> Element:
    """Return a table in a box that scrolls sideways where the screen is narrow; the first cell of a row names it.

    `headed`: the heading above says the same as the caption, which is then only heard.
    """
    names = element("tr", *(element("th", name, scope="col") for name in head))
    body = (
        element("tr", element("th", row[0], scope="row"), *(element("td", cell) for cell in row[1:])) for row in rows
    )
    title = element("caption", caption, **({"class_": "heard"} if headed else {}))
    whole = element("table", title, element("thead", names), element("tbody", *body))
    return element("div", whole, class_="wide", role="region", aria_label=caption, tabindex="0")


def definitions(pairs: Sequence[tuple[str, Content]], class_: str) -> Element:
    """Return a list of names and what belongs to them."""
    groups = (element("div", element("dt", name), element("dd", value)) for name, value in pairs)
    return element("dl", *groups, class_=class_)


def document(language: str, head: Sequence[Element], body: Sequence[Element]) -> str:
    """Return the whole page as text."""
    root = element("html", element("head", *head), element("body", *body), lang=language)
    for block in (*root.iter("section"), *root.iter("tr"), *root.iter("head"), *root.iter("body"), *root.iter("svg")):
        block.tail = (block.tail or "") + "\n"
    return "<!DOCTYPE html>\n" + ElementTree.tostring(root, encoding="unicode", method="html")


def _name(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")
