"""A destination gets one result of every recording, once, whatever happens on the way."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from tempfile import gettempdir

import duckdb
import pytest

from imu_hip import api
from imu_hip.app import cli
from imu_hip.batch import engines
from imu_hip.batch.command import progress_line
from imu_hip.batch.place import Place
from imu_hip.batch.results import compact
from imu_hip.batch.run import Run, run
from imu_hip.batch.task import State, algorithm, folder, process
from imu_hip.model.setup import FilterName
from imu_hip.session.analysis_json import analysis_json
from imu_hip.session.writer import write_recording
from tests.batch.conftest import RECORDINGS, ROOT
from tests.batch.ending import process_or_end

LOCAL = partial(engines.local, workers=2)


def at_once(urls, dest, version):
    """Analyze in this process, one after the other: what the other engines must equal."""
    for url in urls:
        yield url, process(url, dest, version)


def contents(dest: Path) -> dict[str, bytes]:
    return {str(path.relative_to(dest)): path.read_bytes() for path in dest.glob("algorithm=*/*")}


@pytest.fixture(scope="module")
def made(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    dest = tmp_path_factory.mktemp("dest")
    state = run(str(source), str(dest), at_once, lambda _: None)
    assert (state.made, len(state.quarantined), len(state.failed)) == (RECORDINGS, 1, 0)
    return dest


def test_a_row_is_what_analyze_finds(source: Path, made: Path) -> None:
    path = source / "visit_1" / "3.mcap"
    analysis = analysis_json(api.analyze(path))
    name = made / folder(algorithm()) / f"{analysis['recording']['sha256']}.parquet"
    ((text,),) = duckdb.sql(f"SELECT analysis FROM '{name}'").fetchall()
    assert json.loads(text) == json.loads(json.dumps(analysis))


def test_processes_write_the_same_bytes_as_one_after_the_other(source: Path, made: Path, tmp_path: Path) -> None:
    run(str(source), str(tmp_path / "dest"), LOCAL, lambda _: None)
    assert contents(tmp_path / "dest") == contents(made)


def test_a_second_run_does_nothing_and_says_so(source: Path, made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in made.rglob("*")}
    assert cli.main(["batch", str(source), "--out", str(made)]) == 0
    assert capsys.readouterr().out == f"{RECORDINGS + 1} recordings: nothing to do, 1 in quarantine since earlier\n"
    assert {path: path.stat().st_mtime_ns for path in made.rglob("*")} == before


def test_without_the_table_of_sources_nothing_is_made_twice(source: Path, tmp_path: Path) -> None:
    run(str(source), str(tmp_path), at_once, lambda _: None)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("algorithm=*/*")}
    for table in (tmp_path / "sources").iterdir():
        table.unlink()
    state = run(str(source), str(tmp_path), at_once, lambda _: None)
    assert (state.made, state.there) == (0, RECORDINGS + 1)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("algorithm=*/*")} == before


def test_a_run_that_was_stopped_goes_on(source: Path, made: Path, tmp_path: Path) -> None:
    def stop(state: Run) -> None:
        if state.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(str(source), str(tmp_path), at_once, stop)
    assert len(contents(tmp_path)) == 2
    state = run(str(source), str(tmp_path), at_once, lambda _: None)
    assert state.to_do == RECORDINGS - 1
    assert contents(tmp_path) == contents(made)


def test_another_version_has_its_own_results(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(str(source), str(tmp_path), at_once, lambda _: None)
    for module in ("run", "task"):
        monkeypatch.setattr(f"imu_hip.batch.{module}.algorithm", lambda *_: "9-other")
    state = run(str(source), str(tmp_path), at_once, lambda _: None)
    assert state.made == RECORDINGS
    assert len({Path(name).parent for name in contents(tmp_path)}) == 2


def test_what_ends_its_process_is_quarantined_and_nothing_else(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "process", process_or_end)
    state = run(str(source), str(tmp_path), LOCAL, lambda _: None)
    assert (state.made + state.there, state.failed) == (RECORDINGS - 1, [])
    reasons = {Path(url).name: reason for url, reason in state.quarantined}
    assert reasons["3.mcap"] == "it ended the process that analyzed it, twice"
    assert reasons.keys() == {"3.mcap", "damaged.mcap"}


def test_a_result_that_cannot_be_written_is_tried_again(source: Path, tmp_path: Path) -> None:
    in_the_way = tmp_path / folder(algorithm())
    in_the_way.write_text("a file where the folder should be")
    state = run(str(source), str(tmp_path), at_once, lambda _: None)
    assert len(state.failed) == RECORDINGS + 1
    in_the_way.unlink()
    assert run(str(source), str(tmp_path), at_once, lambda _: None).made == RECORDINGS


def test_a_worker_with_another_version_refuses(source: Path, tmp_path: Path) -> None:
    url = str(source / "visit_0" / "0.mcap")
    answer = process(url, str(tmp_path), "8-older")
    assert answer.state is State.FAILED
    assert "instead of 8-older" in answer.reason


def test_compaction_keeps_every_row_and_the_next_run_does_nothing(source: Path, tmp_path: Path) -> None:
    run(str(source), str(tmp_path), at_once, lambda _: None)
    query = f"SELECT * FROM read_parquet('{tmp_path}/algorithm=*/*.parquet', hive_partitioning = true) ORDER BY 1"
    before = duckdb.sql(query).fetchall()
    small = contents(tmp_path)
    assert compact(Place(str(tmp_path))) == (RECORDINGS + 1, 1)
    assert len(contents(tmp_path)) == 1
    assert duckdb.sql(query).fetchall() == before
    # Broken off before the small files were deleted: the next run deletes them.
    name, data = next(iter(small.items()))
    (tmp_path / name).write_bytes(data)
    state = run(str(source), str(tmp_path), at_once, lambda _: None)
    assert (state.to_do, state.quarantined_before) == (0, 1)
    assert duckdb.sql(query).fetchall() == before
    assert compact(Place(str(tmp_path))) == (0, 0)


def test_what_is_made_again_beside_a_compacted_file_does_not_stay(source: Path, tmp_path: Path) -> None:
    run(str(source), str(tmp_path), at_once, lambda _: None)
    compact(Place(str(tmp_path)))
    for table in (tmp_path / "sources").iterdir():
        table.unlink()
    assert run(str(source), str(tmp_path), at_once, lambda _: None).made == RECORDINGS
    assert len(contents(tmp_path)) == 1


def _queries() -> list[str]:
    return re.findall(r"^```sql\n(.*?)^```$", (ROOT / "docs" / "batch.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("query", _queries())
def test_queries_of_the_page_run(query: str, made: Path) -> None:
    found = duckdb.sql(query.replace("'results/", f"'{made}/")).fetchall()
    assert bool(found) is not any(word in query for word in ("HAVING", "unnest(holds"))


def test_ctrl_c_ends_it_in_one_line_and_it_goes_on(source: Path, made: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "imu_hip", "batch", str(source), "--out", str(tmp_path), "--workers", "1"]
    running = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while not contents(tmp_path) and running.poll() is None:
        time.sleep(0.005)
    os.killpg(running.pid, signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "Traceback" not in told
    if "goes on from there" not in told:
        pytest.skip("it was done before the signal came")
    run(str(source), str(tmp_path), at_once, lambda _: None)
    assert contents(tmp_path) == contents(made)


@pytest.mark.parametrize(
    "words",
    [
        ["batch"],
        ["batch", "a"],
        ["batch", "a", "--compact", "b"],
        ["batch", "a", "--out", "b", "--engine", "dask"],
        ["batch", "a", "--out", "b", "--scheduler", "tcp://127.0.0.1:1"],
        ["batch", "/nowhere/at/all", "--out", "b"],
        ["batch", "nofs://a", "--out", "b"],
    ],
)
def test_wrong_usage_is_one_line(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_progress_says_rate_and_time_left() -> None:
    state = Run(30, 20, 0, made=4, failed=[("a", "b")])
    assert progress_line(state, 2.5) == "[######..................] 5 of 20, 2.0/s, 0:08 left, 1 without result"


def test_a_session_that_went_on_after_a_crash_is_one_recording(tmp_path: Path) -> None:
    whole = api.read(ROOT / "recordings" / "supine_ere_right.mcap")
    session = tmp_path / "source" / "2026-11-20"
    session.mkdir(parents=True)
    write_recording(tmp_path / "first.mcap", whole.setup, whole.items[:1500])
    (session / "raw.mcap").write_bytes((tmp_path / "first.mcap").read_bytes()[:-200])
    state = run(str(tmp_path / "source"), str(tmp_path / "dest"), at_once, lambda _: None)
    assert [state.recordings, state.made, len(state.quarantined)] == [1, 0, 1]
    write_recording(session / "raw.2.mcap", whole.setup, whole.items[1500:])
    state = run(str(tmp_path / "source"), str(tmp_path / "dest"), LOCAL, lambda _: None)
    assert [state.recordings, state.made, len(state.quarantined)] == [1, 1, 0]
    analysis = analysis_json(api.analyze(session))
    (made,) = (path for path in (tmp_path / "dest").rglob("*.parquet") if path.stem == analysis["recording"]["sha256"])
    ((text,),) = duckdb.sql(f"SELECT analysis FROM '{made}'").fetchall()
    assert json.loads(text) == json.loads(json.dumps(analysis))
    state = run(str(tmp_path / "source"), str(tmp_path / "dest"), LOCAL, lambda _: None)
    assert (state.to_do, state.made) == (0, 0)


def test_results_of_another_filter_lie_beside_the_others(source: Path, made: Path, tmp_path: Path) -> None:
    before = contents(made)
    shutil.copytree(made, tmp_path / "dest")
    assert cli.main(["batch", str(source), "--out", str(tmp_path / "dest"), "--filter", "mahony"]) == 1
    found = {path: data for path, data in contents(tmp_path / "dest").items() if path not in before}
    assert len(found) == RECORDINGS + 1
    assert {path.partition("/")[0] for path in found} == {folder(algorithm(FilterName.MAHONY))}
    path = source / "visit_1" / "3.mcap"
    analysis = analysis_json(api.analyze(path, filter=FilterName.MAHONY))
    name = tmp_path / "dest" / folder(algorithm(FilterName.MAHONY)) / f"{analysis['recording']['sha256']}.parquet"
    ((text,),) = duckdb.sql(f"SELECT analysis FROM '{name}'").fetchall()
    assert json.loads(text) == json.loads(json.dumps(analysis))


def test_why_a_continued_session_is_in_quarantine_names_it_and_no_passing_folder(tmp_path: Path) -> None:
    session = tmp_path / "source" / "visit"
    session.mkdir(parents=True)
    for name in ("raw.mcap", "raw.2.mcap"):
        (session / name).write_bytes((ROOT / "recordings" / "supine_ere_right.mcap").read_bytes()[:3000])
    state = run(str(tmp_path / "source"), str(tmp_path / "dest"), at_once, lambda _: None)
    ((_, reason),) = state.quarantined
    assert "/raw.2.mcap: " in reason
    assert gettempdir() not in reason


def test_putting_results_together_takes_no_filter(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["batch", "--compact", "results", "--filter", "ekf"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
