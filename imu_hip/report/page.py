"""The report as one HTML page: no script, no network, everything in it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib.resources import files

from imu_hip.report import headline, plot, provenance, wording
from imu_hip.report.doubts import ANCHOR, doubts
from imu_hip.report.legend import legend, patterns
from imu_hip.report.markup import Element, document, element
from imu_hip.report.material import Material, Part, parts
from imu_hip.report.tables import tables
from imu_hip.report.told import told

_SIMULATED = ("demo", "simulation")


def report_html(material: Material) -> str:
    """Return the page; the same material gives the same text."""
    found = parts(material)
    about = material.result["recording"]
    head = element("header", element("h1", headline.title(found)), headline.facts(material, found))
    if about["origin"] in _SIMULATED:
        head.append(element("p", wording.SIMULATED, class_="simulated"))
    doubtful = headline.doubts_of(material, found)
    notice = headline.care(doubtful, ANCHOR)
    calibration = provenance.calibration(material)
    said = told(material)
    main = element(
        "main",
        *(() if notice is None else (notice,)),
        *(_part(material, part, alone=len(found) == 1, doubtful=bool(doubtful)) for part in found),
        *((element("p", element("strong", wording.NEXT.format(advice=material.advice))),) if material.advice else ()),
        *(() if said is None else (said,)),
        doubts(material, found),
        provenance.link(material),
        *(() if calibration is None else (calibration,)),
        provenance.meaning(material),
        provenance.versions(material),
    )
    foot = element("footer", element("p", wording.DISCLAIMER), element("p", wording.PRIVACY))
    return framed(headline.title(found), patterns(), head, main, foot)


def framed(title: str, *body: Element) -> str:
    """Return a page with the style and the rules of every page that is handed over."""
    return document(wording.LANGUAGE, [*_head(title)], body)


def _head(title: str) -> Iterator[Element]:
    style = files(__package__).joinpath("page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    yield element("meta", charset="utf-8")
    # Whatever finds its way into this page: nothing is run, nothing is loaded, no other style counts.
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    yield element("meta", http_equiv="Content-Security-Policy", content=policy)
    yield element("meta", name="viewport", content="width=device-width, initial-scale=1")
    yield element("meta", name="color-scheme", content="light dark")
    yield element("meta", name="referrer", content="no-referrer")
    yield element("title", title)
    sheet = element("style")
    sheet.text = style
    yield sheet


def _part(material: Material, part: Part, *, alone: bool, doubtful: bool) -> Element:
    section = element("section", class_="part")
    if alone:
        section.append(element("h2", wording.RESULT))
    else:
        section.append(element("h2", wording.PART.format(number=part.number, exercise=part.name)))
        section.append(element("p", headline.part_facts(part)))
    section.append(headline.tiles(part, material.result["strap_gain"], doubtful=doubtful))
    drawn = plot.plots(part)
    section.extend(drawn or [element("p", wording.PLOT_NO_ANGLE)])
    if drawn:
        section.append(legend(part))
    section.extend(tables(part))
    return section
