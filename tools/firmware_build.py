"""Build the C library of BIP v1: for this computer, with sanitizers, and for a Cortex-M4."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "firmware_protocol" / "c"
SOURCES = (FOLDER / "bip_codec.c", FOLDER / "bip_sensor.c")
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic")
M4 = (sys.executable, "-m", "ziglang", "cc", "-target", "thumb-freestanding-eabi", "-mcpu=cortex_m4", "-ffreestanding")


def compiler() -> str | None:
    """Return this computer's C compiler, None where there is none."""
    return shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")


def shared_library(out: Path, *options: str) -> Path:
    """Build the library for this computer, to be loaded by Python."""
    cc = compiler()
    if cc is None:
        raise FileNotFoundError("a C compiler")
    run([cc, *STRICT, "-Wconversion", "-O2", *options, "-shared", "-fPIC", *map(str, SOURCES), "-o", str(out)])
    return out


def loaded(library: Path) -> tuple[Any, Any]:
    """Return cffi's view of the library: what it declares, and the functions."""
    import cffi

    ffi = cffi.FFI()
    ffi.cdef(declarations())
    return ffi, ffi.dlopen(str(library))


def declarations() -> str:
    """Return what bip.h declares, without what cffi does not read."""
    text = (FOLDER / "bip.h").read_text("utf-8")
    kept, depth = [], 0
    for line in text.splitlines():
        if line.startswith("#if") and "cplusplus" in line:
            depth += 1
        elif line.startswith("#endif") and depth:
            depth -= 1
        elif not depth and not line.startswith("#"):
            kept.append(line)
    return "\n".join(kept).replace("BIP_CONTROL_REPLY_BYTES]", "2]").replace("BIP_SYNC_REPLY_BYTES]", "5]").replace(
        "255 * 9", "2295"
    )  # fmt: skip


def cross_compiled(folder: Path) -> dict[str, dict[str, int]]:
    """Compile for a Cortex-M4 and return the bytes of text, data and bss of each file."""
    sizes = {}
    for source in SOURCES:
        out = folder / f"{source.stem}.o"
        run([*M4, *STRICT, "-Os", "-c", str(source), "-o", str(out)])
        sizes[source.name] = _sizes(out.read_bytes())
    return sizes


def _sizes(elf: bytes) -> dict[str, int]:
    """Add up the sections of a 32-bit little-endian object by what they hold."""
    table, entry = int.from_bytes(elf[0x20:0x24], "little"), int.from_bytes(elf[0x2E:0x30], "little")
    found = {"text": 0, "data": 0, "bss": 0}
    for k in range(int.from_bytes(elf[0x30:0x32], "little")):
        at = table + k * entry
        kind, flags = (int.from_bytes(elf[at + o : at + o + 4], "little") for o in (4, 8))
        size = int.from_bytes(elf[at + 20 : at + 24], "little")
        if flags & 2:  # takes memory
            found["bss" if kind == 8 else "data" if flags & 1 else "text"] += size
    return found


def run(command: Sequence[str]) -> None:
    """Run a compiler; what it says goes where our own words go."""
    subprocess.run(command, check=True)


def main() -> int:
    """Build all, run the library under sanitizers, print its size; return 1 if anything fails."""
    parser = argparse.ArgumentParser(prog="tools/firmware", description=__doc__)
    parser.add_argument("--packets", type=int, default=100_000, metavar="N", help="random ones to compare (100000)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            library = shared_library(folder / "libbip.so", "-fsanitize=undefined", "-fno-sanitize-recover=undefined")
            from firmware_compare import compared

            count = compared(*loaded(library), args.packets, seed=0)
            print(f"{count} values equal to those of the Python codec, undefined behaviour checked")
            cc = compiler() or "cc"
            program = folder / "fuzz"
            sanitize = "-fsanitize=address,undefined"
            run([cc, *STRICT, "-g", sanitize, *map(str, SOURCES), str(FOLDER / "fuzz.c"), "-o", str(program)])
            run([str(program), str(args.packets)])
            sizes = cross_compiled(folder)
        except (subprocess.CalledProcessError, FileNotFoundError) as error:
            print(f"tools/firmware: {error}", file=sys.stderr)
            return 1
    print(f"{'Cortex-M4, -Os':16} {'text':>6} {'data':>6} {'bss':>6}  bytes")
    for source, size in sizes.items():
        print(f"{source:16} {size['text']:6} {size['data']:6} {size['bss']:6}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
