"""What is read in a lock."""

import locked

LOCK = """\
# made by a tool
alpha==1.0 \\
    --hash=sha256:00 \\
    --hash=sha256:11
    # via imu-hip (pyproject.toml)
beta==2.0 ; sys_platform == 'win32' \\
    --hash=sha256:22
    # via
    #   alpha
    #   delta
delta==3.0 \\
    --hash=sha256:33
    # via imu-hip (pyproject.toml)
gamma==4.0 \\
    --hash=sha256:44
    # via delta
"""


def test_every_package_has_its_version_and_marker() -> None:
    found = locked.requirements(LOCK)
    assert [(each.name, str(each.specifier)) for each in found] == [
        ("alpha", "==1.0"), ("beta", "==2.0"), ("delta", "==3.0"), ("gamma", "==4.0"),
    ]  # fmt: skip
    assert str(found[1].marker) == 'sys_platform == "win32"'


def test_what_asks_for_a_package_is_told_on_one_line_or_on_several() -> None:
    asked = locked.wanted_by(LOCK)
    assert asked == {"alpha": {"imu-hip"}, "beta": {"alpha", "delta"}, "delta": {"imu-hip"}, "gamma": {"delta"}}


def test_a_requirement_brings_all_that_it_needs_in_turn_and_nothing_else() -> None:
    assert locked.needed_for(["Alpha>=0.5", "unknown"], LOCK) == {"alpha", "beta"}
    assert locked.needed_for(["delta[extra]"], LOCK) == {"beta", "delta", "gamma"}
