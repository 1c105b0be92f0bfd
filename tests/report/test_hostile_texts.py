"""Whatever a person typed, or a sensor calls itself, stands on the page as text and does nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from imu_hip.app.reporting import report_of
from imu_hip.model.analysis import Analysis
from imu_hip.model.event import Event, PartEnded, PartStarted, Trouble, Warning
from tests.report.examples import analysis
from tests.report.strict_html import Node, read
from tests.report.test_page import every

HOSTILE = {
    "script": "<script>document.title='broken'</script>",
    "attribute": "\"><img src=x onerror=document.title='broken'>",
    "single quotes": "' onload='document.title=1",
    "end of style": "</style></title><script>document.title='broken'</script><style>",
    "comment": "<!-- --!> <![CDATA[ x ]]> <?php x ?>",
    "entity": "&lt;script&gt; &#60;b&#62; &amp;amp;",
    "NUL and controls": "a\x00b\x1b[31mc\r\nd\x7f",
    "turned round": "abc\u202egnp.exe\u2066",
    "half a character": "a\ud800b",
    "formula": "=cmd|'/C calc'!A0",
    "path": "../../etc/passwd",
    "emoji": "🦵🏽 ä ß 中文 العربية",
    "300 characters": "W" * 300,
    "link": "javascript:document.title='broken'",
    "braces": "{name} {0} %s ${x}",
}


def named(text: str) -> Analysis:
    """Return an analysis in which every text that comes from outside is this one."""
    one = analysis("supine_ere_right_lost_samples")
    spec = replace(
        one.setup.exercises[0], id=text, name=text, dose=text, source=text, not_seen=(text, text + "2")
    )  # fmt: skip
    setup = replace(one.setup, exercise_id=text, exercises=(spec,), start_utc=text, versions=((text, text),))
    events: list[Event] = [
        replace(event, exercise_id=text) if isinstance(event, PartStarted | PartEnded) else event
        for event in one.events
    ]
    events += [Warning("unknown_exercise", text)]
    events = [replace(event, detail=text) if isinstance(event, Trouble) else event for event in events]
    link = {role: replace(statistics, serial=text) for role, statistics in one.link.items()}
    return replace(one, setup=setup, events=tuple(events), link=link)


def tags(html: Node) -> Counter[str]:
    return Counter(node.tag for node in every(html))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_shown_and_makes_no_markup(text: str) -> None:
    harmless = read(report_of(named("harmless"), person="harmless"))
    html = read(report_of(named(text), person=text))
    assert tags(html) == tags(harmless)
    assert [sorted(node.attributes) for node in every(html)] == [sorted(node.attributes) for node in every(harmless)]
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    assert [node.text for node in html.all("bdi")] == [shown]
    assert shown in next(html.all("h1")).text
    assert html.text.count(shown) >= harmless.text.count("harmless")


def test_without_a_person_the_page_names_nobody() -> None:
    assert list(read(report_of(analysis("supine_ere_right"))).all("bdi")) == []
