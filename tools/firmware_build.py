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

from firmware_elf import ArmObject, arm_object

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "firmware_protocol" / "c"
SOURCES = tuple(FOLDER / f"{name}.c" for name in ("bip_codec", "bip_control", "bip_run"))
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic")
M4 = (
    sys.executable, "-m", "ziglang", "cc", "-target", "thumb-freestanding-eabi", "-mcpu=cortex_m4", "-ffreestanding",
    "-fno-unwind-tables", "-fno-asynchronous-unwind-tables",
)  # fmt: skip
SANITIZE = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined")
SKETCH = FOLDER.parent / "boards" / "bip_sensor" / "bip_sensor.ino"
STUBS = ROOT / "tests" / "firmware" / "arduino"
BOARDS = ("ARDUINO_ARDUINO_NANO33BLE", "ARDUINO_SEEED_XIAO_NRF52840_SENSE")


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


def fuzzed(folder: Path, steps: int) -> str:
    """Throw random requests and samples at the library under sanitizers; return what the program says at its end."""
    cc = compiler()
    if cc is None:
        raise FileNotFoundError("a C compiler")
    program = folder / "fuzz"
    run([cc, *STRICT, *SANITIZE, *map(str, SOURCES), str(FOLDER / "fuzz.c"), "-o", str(program)])
    return subprocess.run([str(program), str(steps)], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def cross_compiled(folder: Path) -> list[ArmObject]:
    """Compile for a Cortex-M4."""
    objects = []
    for source in SOURCES:
        out = folder / f"{source.stem}.o"
        run([*M4, *STRICT, "-Os", "-c", str(source), "-o", str(out)])
        objects.append(arm_object(source.name, out.read_bytes()))
    return objects


def check_sketch(board: str) -> None:
    """Let a C++ compiler read the sketch for a board, with headers that only declare what the sketch uses."""
    cc = shutil.which("g++") or shutil.which("clang++")
    if cc is None:
        raise FileNotFoundError("a C++ compiler")
    strict = ["-std=gnu++14", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c++", "-include", "Arduino.h"]
    run([cc, *strict, f"-D{board}", f"-I{STUBS}", f"-I{FOLDER}", str(SKETCH)])


def run(command: Sequence[str]) -> None:
    """Run a compiler; what it says goes where our own words go."""
    subprocess.run(command, check=True)


def main() -> int:
    """Build all, run the library under sanitizers, print its size; return 1 if anything fails."""
    parser = argparse.ArgumentParser(prog="tools/firmware", description=__doc__)
    parser.add_argument("--packets", type=int, default=100_000, metavar="N", help="random ones to compare (100000)")
    parser.add_argument("--size", action="store_true", help="only compile for a Cortex-M4, and print the size")
    args = parser.parse_args()
    if args.size:
        with tempfile.TemporaryDirectory() as name:
            print_sizes(cross_compiled(Path(name)))
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            library = shared_library(folder / "libbip.so", "-fsanitize=undefined", "-fno-sanitize-recover=undefined")
            from firmware_compare import compared
            from firmware_session import compared_sessions

            ffi, lib = loaded(library)
            count = compared(ffi, lib, args.packets, seed=0)
            print(f"{count} values equal to those of the Python codec, undefined behaviour checked")
            seen = compared_sessions(ffi, lib, args.packets, seed=0)
            print(
                f"{sum(seen.values())} steps of random sessions equal to those of a model: {len(seen)} kinds of answer"
            )
            print(fuzzed(folder, 10 * args.packets))
            for board in BOARDS:
                check_sketch(board)
            objects = cross_compiled(folder)
        except (subprocess.CalledProcessError, FileNotFoundError, AssertionError) as error:
            print(f"tools/firmware: {error}", file=sys.stderr)
            return 1
    print_sizes(objects)
    return 0


def print_sizes(objects: Sequence[ArmObject]) -> None:
    """Print the bytes of each file."""
    print(f"{'Cortex-M4, -Os':16} {'text':>6} {'data':>6} {'bss':>6}  bytes")
    for each in objects:
        print(f"{each.name:16} {each.text:6} {each.data:6} {each.bss:6}")
    print(f"{'together':16} {sum(each.text for each in objects):6}")


if __name__ == "__main__":
    sys.exit(main())
