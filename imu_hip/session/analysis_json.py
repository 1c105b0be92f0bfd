"""The result of a recording as the JSON of the outside contract, `imu-hip/analysis/1`. Degrees and seconds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from imu_hip.model.analysis import Analysis
from imu_hip.model.event import (
    ActiveRange,
    Block,
    CalibrationStep,
    Compensation,
    Cycle,
    EndRange,
    Event,
    Exit,
    Hold,
    NotJudged,
    PartEnded,
    PartStarted,
    Plateau,
    RadioTrouble,
    StrapGainFound,
    Touch,
    Trial,
    Trouble,
    Warning,
)
from imu_hip.model.exercise_spec import Direction, ExerciseSpec, Posture
from imu_hip.model.item import NoteKind, TimedNote
from imu_hip.model.judged_by import end_ranges, last_of_each_direction
from imu_hip.model.output import LinkStatistics
from imu_hip.session.versions import versions

SCHEMA = "imu-hip/analysis/1"

Json = dict[str, Any]


def analysis_json(analysis: Analysis) -> Json:
    """Return the whole result; what is not known is None."""
    setup = analysis.setup
    parts = _parts(analysis)
    single = parts[0] if len(parts) == 1 else None
    spec = setup.exercise(setup.exercise_id)
    return {
        "schema": SCHEMA,
        "recording": {
            "sha256": analysis.recording_sha256,
            "start": setup.start_utc,
            "duration_s": analysis.duration_s,
            "side": setup.side.value,
            "exercise": setup.exercise_id,
            "posture": spec.posture.value if spec else None,
            "origin": setup.origin.value,
            "recorded_with": dict(setup.versions),
        },
        "software": dict(versions()),
        "result_sha256": analysis.result_sha256,
        **({k: v for k, v in single.items() if k not in _PART_ONLY} if single else {}),
        "parts": parts,
        "strap_gain": _gain(_strap_gain(analysis)),
        "link": {role.value: _link(statistics) for role, statistics in analysis.link.items()},
        "warnings": _warnings(analysis.events),
        "calibration": [_calibration(e) for e in _in_time(analysis.events)],
        "notes": [_note(note) for note in analysis.notes],
    }


_PART_ONLY = ("exercise", "posture", "start_s", "end_s")


def _parts(analysis: Analysis) -> list[Json]:
    """One object for each judged interval; a recording without any has one that covers all of it."""
    events = analysis.events
    starts = [k for k, event in enumerate(events) if isinstance(event, PartStarted)]
    ranges = end_ranges(analysis.setup, events)
    if not starts:
        t_s = analysis.angles.t_s
        bounds = (float(t_s[0]), float(t_s[-1])) if len(t_s) else (None, None)
        return [_part(analysis, analysis.setup.exercise_id, bounds, events, ranges[0])]
    parts = []
    for first, beyond, judged_by in zip(starts, [*starts[1:], len(events)], ranges, strict=True):
        start = events[first]
        inside = events[first:beyond]
        end_s = next((e.t_s for e in inside if isinstance(e, PartEnded)), None)
        if isinstance(start, PartStarted):
            parts.append(_part(analysis, start.exercise_id, (start.t_s, end_s), inside, judged_by))
    return parts


def _part(
    analysis: Analysis,
    exercise_id: str,
    bounds: tuple[float | None, float | None],
    events: Sequence[Event],
    judged_by: Sequence[EndRange],
) -> Json:
    spec = analysis.setup.exercise(exercise_id)
    ranges = [e for e in events if isinstance(e, ActiveRange)]
    out = {
        "exercise": exercise_id,
        "posture": spec.posture.value if spec else None,
        "start_s": bounds[0],
        "end_s": bounds[1],
        "range": {**_range(events), **_measured_range(ranges), **_corrected(spec, _strap_gain(analysis), events)},
        "end_range": [_end_range(e) for e in last_of_each_direction(judged_by)],
        "holds": [_hold(e) for e in events if isinstance(e, Hold)],
        "touches": [_touch(e) for e in events if isinstance(e, Touch)],
        "exits": [_exit(e) for e in events if isinstance(e, Exit)],
        "blocks": [_block(e) for e in events if isinstance(e, Block)],
        "compensations": [_compensation(e) for e in events if isinstance(e, Compensation)],
        "not_judged": [_not_judged(e) for e in events if isinstance(e, NotJudged)],
        "cycles": [_cycle(e) for e in events if isinstance(e, Cycle)],
    }
    if spec is not None and spec.measurement:
        out |= {
            "trials": [_trial(e) for e in events if isinstance(e, Trial)],
            "active_range": {e.direction.value: _active_range(e) for e in ranges},
            **_both_ways(ranges),
        }
    return out


def _trial(trial: Trial) -> Json:
    return {
        "start_s": trial.start_s,
        "end_s": trial.end_s,
        "direction": trial.direction.value,
        "angle_deg": _degrees(trial.angle_rad),
        "sd_deg": _degrees(trial.sd_rad),
    }


def _active_range(found: ActiveRange) -> Json:
    return {
        "trials": found.trials,
        "mean_deg": _degrees(found.mean_rad),
        "best_deg": _degrees(found.best_rad),
        "trial_sd_deg": _degrees(found.trial_sd_rad),
        "sd_deg": _degrees(found.sd_rad),
    }


def _measured_range(ranges: Iterable[ActiveRange]) -> Json:
    """Return what stands in the place of the best plateau in a measurement: the mean of the trials."""
    out: Json = {}
    for found in ranges:
        name = f"{found.direction.value}_rotation"
        out |= {f"{name}_deg": _degrees(found.mean_rad), f"{name}_sd_deg": _degrees(found.sd_rad)}
    return out


def _both_ways(ranges: Iterable[ActiveRange]) -> Json:
    """Return total arc and ratio of the means; None when a direction was not measured."""
    means = {found.direction: found for found in ranges}
    inward, outward = (means.get(direction) for direction in (Direction.INTERNAL, Direction.EXTERNAL))
    if inward is None or outward is None:
        return {"arc_deg": None, "arc_sd_deg": None, "ir_er_ratio": None}
    return {
        "arc_deg": _degrees(inward.mean_rad + outward.mean_rad),
        "arc_sd_deg": _degrees(math.hypot(inward.sd_rad, outward.sd_rad)),
        "ir_er_ratio": _number(inward.mean_rad / outward.mean_rad),
    }


def _range(events: Iterable[Event]) -> Json:
    best: dict[Direction, Plateau] = {}
    for event in events:
        if isinstance(event, Plateau) and (
            event.direction not in best or event.angle_rad > best[event.direction].angle_rad
        ):
            best[event.direction] = event
    out: Json = {}
    for direction in Direction:
        plateau = best.get(direction)
        name = f"{direction.value}_rotation"
        out[f"{name}_deg"] = None if plateau is None else _degrees(plateau.angle_rad)
        out[f"{name}_sd_deg"] = None if plateau is None else _degrees(plateau.sd_rad)
    return out


def _strap_gain(analysis: Analysis) -> StrapGainFound | None:
    """Return the last gain of the recording, which has the most holds."""
    found = [event for event in analysis.events if isinstance(event, StrapGainFound)]
    return found[-1] if found else None


def _gain(found: StrapGainFound | None) -> Json | None:
    return None if found is None else {"gain": found.gain, "sd": found.sd, "holds": found.holds}


def _corrected(spec: ExerciseSpec | None, found: StrapGainFound | None, events: Iterable[Event]) -> Json:
    """Return the range in degrees of the shin; prone only, where the gain is measured."""
    prone = spec is not None and spec.posture is Posture.PRONE
    plateaus = [event for event in events if isinstance(event, Plateau)] if found is not None and prone else []
    out: Json = {}
    for direction in Direction:
        best = max((p for p in plateaus if p.direction is direction), key=lambda p: p.angle_rad, default=None)
        angle = sd = None
        if best is not None and found is not None:
            angle, sd = (_degrees(rad) for rad in found.corrected(best.angle_rad, best.sd_rad))
        out[f"{direction.value}_rotation_corrected_deg"] = angle
        out[f"{direction.value}_rotation_corrected_sd_deg"] = sd
    return out


def _end_range(found: EndRange) -> Json:
    return {
        "t_s": found.t_s,
        "direction": found.direction.value,
        "angle_deg": _degrees(found.end_range_rad),
        "from_max_rep": found.from_max_rep,
    }


def _touch(touch: Touch) -> Json:
    return {"start_s": touch.start_s, "end_s": touch.end_s, "direction": touch.direction.value}


def _hold(hold: Hold) -> Json:
    return {
        "start_s": hold.start_s,
        "end_s": hold.end_s,
        "duration_s": hold.end_s - hold.start_s,
        "direction": hold.direction.value,
        "entry_peak_deg_per_s": _degrees(hold.entry_peak_rad_s),
        "angle_deg": _degrees(hold.angle_rad),
        "sd_deg": _degrees(hold.sd_rad),
        "percent_of_end_range": _number(100.0 * hold.fraction_of_end_range),
        "drift_deg_per_s": _degrees(hold.drift_rad_s),
        "wobble_deg": _degrees(hold.wobble_rad),
        "verdict": hold.verdict.value,
        "why": hold.why,
    }


def _exit(exit_: Exit) -> Json:
    return {
        "start_s": exit_.start_s,
        "end_s": exit_.end_s,
        "duration_s": exit_.end_s - exit_.start_s,
        "direction": exit_.direction.value,
        "peak_deg_per_s": _degrees(exit_.peak_rad_s),
        "sparc": _number(exit_.sparc),
        "verdict": None if exit_.verdict is None else exit_.verdict.value,
        "why": exit_.why,
    }


def _block(block: Block) -> Json:
    return {
        "start_s": block.start_s,
        "end_s": block.end_s,
        "duration_s": block.end_s - block.start_s,
        "range_deg": _degrees(block.range_rad),
    }


def _compensation(fault: Compensation) -> Json:
    return {
        "start_s": fault.start_s,
        "end_s": fault.end_s,
        "peak_deg": _degrees(fault.peak_rad),
        "kind": fault.kind.value,
        "toward": fault.toward or None,
        "why": fault.why,
    }


def _not_judged(unsure: NotJudged) -> Json:
    return {
        "start_s": unsure.start_s,
        "end_s": unsure.end_s,
        "kind": unsure.kind.value,
        "sd_deg": _degrees(unsure.sd_rad),
        "why": unsure.why,
    }


def _cycle(cycle: Cycle) -> Json:
    return {
        "start_s": cycle.start_s,
        "end_s": cycle.end_s,
        "complete": cycle.complete,
        "steps": [step.value for step in cycle.steps],
        "missing": [step.value for step in cycle.missing],
        "growth_deg": _degrees(cycle.growth_rad),
        "why": cycle.why,
    }


def _in_time(events: Iterable[Event]) -> list[CalibrationStep]:
    """Return the calibration steps by their ends: rooms report one after the other, not in the order of time."""
    return sorted((e for e in events if isinstance(e, CalibrationStep)), key=lambda e: (e.end_s, e.start_s, e.label))


def _calibration(step: CalibrationStep) -> Json:
    return {
        "label": step.label.value,
        "start_s": step.start_s,
        "end_s": step.end_s,
        "accepted": step.accepted,
        "quality": step.quality,
        "text": step.text,
    }


def _note(note: TimedNote) -> Json:
    what: Json = {"score": note.score} if note.kind is NoteKind.PAIN else {"text": note.text}
    return {"t_s": note.t_s, "kind": note.kind.value, **what, "written": note.written}


def _link(statistics: LinkStatistics) -> Json:
    return {
        "samples": statistics.samples,
        "lost": statistics.lost,
        "rate_hz": _number(statistics.rate_hz),
        "clock_ppm": _number(statistics.clock_ppm),
        "clock_sd_ms": None if statistics.clock_sd_s is None else _number(1e3 * statistics.clock_sd_s),
        "clock_delay_ms": _number(1e3 * statistics.clock_delay_s),
        "packet_s": _number(statistics.packet_s) if statistics.packet_s > 0.0 else None,
        "serial": statistics.serial or None,
    }


def _warnings(events: Iterable[Event]) -> list[Json]:
    """Every warning once, and one line for each kind of radio trouble of each sensor."""
    texts: dict[str, str] = {}
    counts: dict[tuple[str, RadioTrouble], int] = {}
    for event in events:
        if isinstance(event, Warning):
            texts.setdefault(event.code, event.text)
        elif isinstance(event, CalibrationStep) and not event.accepted:
            texts.setdefault(f"{event.label.value}_refused", event.text)
        elif isinstance(event, Trouble):
            key = (event.role.value, event.kind)
            counts[key] = counts.get(key, 0) + event.count
    for (role, kind), count in counts.items():
        texts[f"{role}_{kind.value}"] = f"{role} sensor: {count} {_TROUBLE[kind]}"
    return [{"code": code, "text": text} for code, text in texts.items()]


_TROUBLE = {
    RadioTrouble.GAP: "samples were lost on the way; angles are missing there",
    RadioTrouble.BAD_PACKET: "packets could not be read and were left out",
    RadioTrouble.DUPLICATE: "samples came twice and were used once",
    RadioTrouble.LATE: "samples came too late and were not used (see --with-late)",
    RadioTrouble.CLIPPED: "samples came in packets in which a value was beyond the sensor's range",
    RadioTrouble.OVERRUN: "times the sensor's own queue ran over",
    RadioTrouble.CLOCK_RESTART: "times the sensor's clock started anew",
    RadioTrouble.LOST: "times the connection was lost",
    RadioTrouble.SEARCHING: "times the sensor was not back within 10 s",
    RadioTrouble.BACK: "times the sensor came back",
    RadioTrouble.QUEUE_FULL: "items were dropped because this computer was too busy",
}


def _degrees(angle_rad: float | None) -> float | None:
    return None if angle_rad is None else _number(math.degrees(angle_rad))


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
