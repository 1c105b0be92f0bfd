"""What `recover` does: save what is left of a recording, beside a session or in a file of one's own."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from imu_hip.app.continuing import STILL_WRITTEN_S
from imu_hip.app.printing import print_json, print_lines
from imu_hip.model.errors import Reason, UsageError
from imu_hip.session.kept_session import is_session, keep_result, recording_at, segments_of
from imu_hip.session.recover import RecoveryReport, finish, is_finished, recover
from imu_hip.session.typed_json import to_json


def recover_recording(args: Namespace) -> int:
    """Save what can be saved of a damaged recording, and say what was lost."""
    if args.out is None:
        report, where = _in_its_folder(recording_at(args.file)), str(recording_at(args.file).parent)
    else:
        report, where = recover(args.file, args.out, force=args.force), str(args.out)
    if args.json:
        print_json(to_json(report))
        return 0
    print_lines(_lines(report, where))
    return 0


def _in_its_folder(recording: Path) -> RecoveryReport:
    """Close a session that was cut off, and keep its result beside it."""
    from imu_hip import api
    from imu_hip.app.preparing import prepare
    from imu_hip.session.analysis_json import analysis_json

    if not is_session(recording):
        raise UsageError(Reason.WRONG_USAGE, f"{recording}: is no session of a library: add --out FILE2")
    last = segments_of(recording)[-1]
    if time.time() - last.stat().st_mtime < STILL_WRITTEN_S and not is_finished(last):
        raise UsageError(Reason.WRONG_USAGE, f"{recording.parent}: is being recorded now")
    report = finish(recording)
    prepare()
    keep_result(recording.parent, analysis_json(api.analyze(recording)))
    return report


def _lines(report: RecoveryReport, where: str) -> Iterator[str]:
    saved = f"{report.items_saved} items ({report.duration_s:.1f} s) saved in {where}"
    yield f"{saved}; {report.bytes_lost} of {report.source_bytes} bytes and {report.items_missing} items lost"
    for each in report.lost:
        yield f"{each.role.value}: data missing from {each.start_s:.2f} to {each.end_s:.2f} s"
    if not report.finished:
        yield "the recording was never finished: what came last may be missing"
