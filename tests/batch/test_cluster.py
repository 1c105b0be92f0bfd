"""Over a Dask cluster and an object store, the results are those of this computer."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from imu_hip.batch import engines
from imu_hip.batch.place import Place, read_bytes
from imu_hip.batch.results import compact
from imu_hip.batch.run import Run, run
from imu_hip.model.errors import UsageError
from tests.batch.conftest import RECORDINGS, ROOT
from tests.batch.test_run import at_once, contents


@contextmanager
def _started(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = subprocess.Popen([sys.executable, *words], cwd=ROOT, **quiet)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Yield the address of a scheduler on loopback, and its two workers."""
    at = ("--host", "tcp://127.0.0.1", "--no-dashboard")
    with ExitStack() as stack:
        told = folder / "scheduler.json"
        scheduler = ("-m", "distributed.cli.dask_scheduler", *at, "--port", "0", "--scheduler-file", str(told))
        stack.enter_context(_started(*scheduler))
        worker = ("-m", "distributed.cli.dask_worker", "--scheduler-file", str(told), *at, "--no-nanny")
        alone = ("--nthreads", "1", "--local-directory", str(folder))
        workers = [stack.enter_context(_started(*worker, *alone)) for _ in range(2)]
        deadline_s = time.monotonic() + 60.0
        while not told.exists() and time.monotonic() < deadline_s:
            time.sleep(0.05)
        yield json.loads(told.read_text())["address"], workers


@pytest.mark.filterwarnings("ignore")  # of Dask's own sockets, when a worker is killed
def test_a_cluster_that_loses_a_worker_makes_the_same_bytes(source: Path, tmp_path: Path) -> None:
    run(str(source), str(tmp_path / "local"), at_once, lambda _: None)
    with cluster(tmp_path) as (address, workers):

        def kill_one(state: Run) -> None:
            if state.done == 1:
                workers[0].kill()

        state = run(str(source), str(tmp_path / "dask"), partial(engines.dask, scheduler=address), kill_one)
    assert (state.made, len(state.quarantined), state.failed) == (RECORDINGS, 1, [])
    assert contents(tmp_path / "dask") == contents(tmp_path / "local")


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Yield the URL of a bucket in an object store on loopback."""
    pytest.importorskip("s3fs")
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    s3fs.S3FileSystem().mkdir("study")
    yield "s3://study"
    server.stop()
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.mark.filterwarnings("ignore")  # of the store's libraries
def test_an_object_store_holds_the_same_bytes(source: Path, tmp_path: Path, store: str) -> None:
    run(str(source), str(tmp_path), at_once, lambda _: None)
    recordings = Place(f"{store}/recordings")
    for path in source.rglob("*.mcap"):
        recordings.put(str(path.relative_to(source)), path.read_bytes())
    dest = f"{store}/results"
    state = run(f"{store}/recordings", dest, partial(engines.local, workers=2), lambda _: None)
    assert (state.made, len(state.quarantined), state.failed) == (RECORDINGS, 1, [])
    there = {
        each.url.removeprefix(f"{dest}/"): read_bytes(each.url)
        for each in Place(dest).files()
        if "/algorithm=" in each.url
    }
    assert there == contents(tmp_path)
    assert run(f"{store}/recordings", dest, at_once, lambda _: None).to_do == 0
    assert compact(Place(dest)) == (RECORDINGS + 1, 1)
    assert run(f"{store}/recordings", dest, at_once, lambda _: None).to_do == 0


def test_nobody_at_the_address_is_said_in_one_line(source: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no Dask scheduler answers there"):
        list(engines.dask([str(source)], str(tmp_path), "1", scheduler="nonsense://127.0.0.1:1"))
