"""Where the numbers come from: calibration, sensors and radio, meaning, versions, hashes."""

from __future__ import annotations

from collections.abc import Sequence

from imu_hip.report import figures, wording
from imu_hip.report.markup import Content, Element, definitions, element, table
from imu_hip.report.material import Json, Material


def calibration(material: Material) -> Element | None:
    """Return the steps of the calibration, pauses of the same outcome in one row; None when there was none."""
    steps = material.result["calibration"]
    if not steps:
        return None
    alike: dict[tuple[str, bool, str], list[Json]] = {}
    for step in steps:
        alike.setdefault((step["label"], step["accepted"], step["text"]), []).append(step)
    head = (wording.STEP, wording.AT, wording.VERDICT, wording.QUALITY, wording.SAID)
    rows = [_step(group) for group in alike.values()]
    return element("section", element("h2", wording.CALIBRATION), table(wording.CALIBRATION, head, rows, headed=True))


def link(material: Material) -> Element:
    """Return how both sensors were received."""
    head = (wording.SENSOR, wording.SERIAL, wording.SAMPLES, wording.LOST, wording.RATE, wording.CLOCK)
    rows = [
        (
            wording.ROLES[role],
            found["serial"] or wording.UNKNOWN,
            str(found["samples"]),
            _lost(found),
            wording.HERTZ.format(rate=figures.number(found["rate_hz"], 1)),
            wording.MILLISECONDS.format(ms=figures.number(found["clock_sd_ms"], 1)),
        )
        for role, found in material.result["link"].items()
    ]
    return element("section", element("h2", wording.LINK), table(wording.LINK, head, rows, headed=True))


def _step(group: Sequence[Json]) -> tuple[Content, ...]:
    first = group[0]
    name = wording.CALIBRATION_STEPS[first["label"]]
    percent = figures.number(100.0 * min(step["quality"] for step in group))
    quality = (wording.PERCENT_OF if len(group) == 1 else wording.AT_LEAST).format(percent=percent)
    return (
        name if len(group) == 1 else wording.PAUSES.format(step=name, count=len(group)),
        figures.clock(first["start_s"]),
        element("span", wording.USED[first["accepted"]], class_="good" if first["accepted"] else "poor"),
        quality if first["accepted"] else wording.UNKNOWN,
        first["text"],
    )


def meaning(material: Material) -> Element:
    """Return what a number of this page does and does not say."""
    texts = (*wording.MEANINGS, wording.LEAST_CHANGE_MEANING.format(source=material.least_change_source))
    return element("section", element("h2", wording.MEANING), element("ul", *(element("li", text) for text in texts)))


def versions(material: Material) -> Element:
    """Return versions and hashes."""
    result = material.result
    about = result["recording"]
    pairs: list[tuple[str, Element | str]] = [
        (wording.ORIGIN, wording.ORIGINS[about["origin"]]),
        (wording.RECORDING_HASH, element("code", about["sha256"])),
        (wording.RESULT_HASH, element("code", result["result_sha256"])),
        (wording.MADE_WITH, _versions(result["software"])),
        (wording.RECORDED_WITH, _versions(about["recorded_with"])),
        (wording.FILTER, material.analysis.setup.filter.value),
    ]
    return element(
        "section",
        element("h2", wording.VERSIONS),
        element("p", wording.VERSIONS_TEXT),
        definitions(pairs, "versions"),
    )


def _lost(found: Json) -> str:
    whole = found["samples"] + found["lost"]
    percent = 100.0 * found["lost"] / whole if whole else 0.0
    return wording.LOST_OF.format(count=found["lost"], percent=figures.number(percent, 1))


def _versions(found: Json) -> str:
    return ", ".join(f"{name} {version}" for name, version in found.items()) or wording.UNKNOWN
