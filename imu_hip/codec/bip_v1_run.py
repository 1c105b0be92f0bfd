"""Judge what a BIP v1 sensor sent between START and the answer to STOP (firmware_protocol/bip_v1.md, Stream)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from imu_hip.codec import bip_v1
from imu_hip.model.finding import Finding, Level
from imu_hip.model.packet import BadPacket, SensorConfig, StreamPacket

_INDEX_SPAN = 1 << 16
_US_SPAN = 1 << 32
_RATE_TOLERANCE = 0.02
_STEP_TOLERANCE_S = 0.002
_PAGE = "see firmware_protocol/bip_v1.md"


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it was seen: `values` in the order in which they came, `largest_batch` samples fit into a packet.

    `asked_us` is the sensor's time just before STOP, None where it cannot be asked.
    """

    number: int
    config: SensorConfig
    largest_batch: int
    values: Sequence[bytes]
    asked_us: int | None = None


def judge(run: Run) -> Iterator[Finding]:
    """Return one finding for each rule; what cannot be seen without packets is left out."""
    decoded = [bip_v1.decode_stream(value) for value in run.values]
    bad = sorted({packet.reason.value for packet in decoded if isinstance(packet, BadPacket)})
    yield _finding(run, "packets", not bad, ", ".join(bad) or "all can be read")
    live = [packet for packet in decoded if isinstance(packet, StreamPacket) and not packet.resent]
    if not live:
        yield _finding(run, "stream", False, "no packet came within a second")
        return
    first = live[0].first_index
    yield _finding(run, "counter", first == 0, f"begins at {first}")
    yield from _batches(run, live)
    yield from _order(run, live)
    yield from _end(run, live)


def samples_by_index(packets: Sequence[StreamPacket]) -> Mapping[int, tuple[int, ...]]:
    """Return the counts of every sample, by the low 16 bits of its index."""
    return {
        (packet.first_index + k) % _INDEX_SPAN: tuple(map(int, row))
        for packet in packets
        for k, row in enumerate(packet.counts)
    }


def _batches(run: Run, live: Sequence[StreamPacket]) -> Iterator[Finding]:
    allowed = min(run.config.samples_per_packet, run.largest_batch)
    most = max(len(packet.counts) for packet in live)
    yield _finding(run, "batches", most <= allowed, f"up to {most} samples in a packet, {allowed} are allowed")
    wanted = 9 if run.config.mag_ut_per_lsb > 0.0 else 6
    axes = sorted({packet.counts.shape[1] for packet in live})
    told = f"{' and '.join(map(str, axes))} values in a sample, {wanted} as Config says"
    yield _finding(run, "axes", axes == [wanted], told)


def _order(run: Run, live: Sequence[StreamPacket]) -> Iterator[Finding]:
    back, stuck, off = 0, 0, 0
    for before, after in pairwise(live):
        step = _signed(after.first_index - before.first_index, _INDEX_SPAN)
        back += step < len(before.counts)
        elapsed_us = _signed(after.device_us - before.device_us, _US_SPAN)
        stuck += elapsed_us <= 0
        expected_us = 1e6 * (step + len(after.counts) - len(before.counts)) / run.config.rate_hz
        off += abs(elapsed_us - expected_us) > max(_RATE_TOLERANCE * abs(expected_us), 1e6 * _STEP_TOLERANCE_S)
    told = (
        f"does not grow by the samples that were sent {back} times" if back else "grows by the samples that were sent"
    )
    yield _finding(run, "order", not back, told)
    told = f"goes back {stuck} times, leaves the counter {off} times" if stuck or off else "follows the counter"
    yield _finding(run, "sensor time", not stuck and not off, told)


def _end(run: Run, live: Sequence[StreamPacket]) -> Iterator[Finding]:
    if run.asked_us is None:
        return
    late_us = _signed(run.asked_us - live[-1].device_us, _US_SPAN)
    one_clock = abs(late_us) < 1e6
    told = "are one clock" if one_clock else f"are {late_us / 1e6:+.1f} s apart"
    yield _finding(run, "times of Sync and Stream", one_clock, told)
    if one_clock:
        whole = late_us <= 2e6 / run.config.rate_hz
        told = "waiting samples come before the reply" if whole else f"the last {late_us / 1e3:.0f} ms lack"
        yield _finding(run, "end", whole, told)


def _finding(run: Run, rule: str, right: bool, told: str) -> Finding:
    return Finding(f"{rule} of run {run.number}", Level.OK if right else Level.FAIL, told, "" if right else _PAGE)


def _signed(difference: int, span: int) -> int:
    return (difference + span // 2) % span - span // 2
