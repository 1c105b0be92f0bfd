"""The drawings of what is asked for, as tables of joints; see `Figure` for how they are read.

A drawing is of a person whose right leg wears the sensor, seen from that side; it is mirrored for the left leg. x goes
to the right, y up, the floor is at 0; a person is about 95 tall. Standing people look to the right. Who lies on the
back has the head at the left, who lies face down at the right: so the near leg is the right one. Who lies on the side
is seen from above.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from imu_hip.model.cue import Cue
from imu_hip.model.exercise_spec import Direction
from imu_hip.model.item import MarkLabel

Point = tuple[float, float]
Path = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One drawing.

    Paths: `trunk` from hip to neck, `near_leg` and `far_leg` from knee over ankle to toe (they begin at the hip), arms
    from elbow to hand (they begin below the neck). `ghosts`: where limbs (and the head) have been or go. `arrows` are
    smooth curves with a head at the end, at both ends where `to_and_fro`. `things`: table, chair, mat. `laid` are
    sensors that nobody wears. `turns`: an arrow goes round the near thigh, this way or both. `floor`: it is drawn, at
    0; without it the person is seen from above.
    """

    head: Point | None = None
    trunk: Path = ()
    near_leg: Path = ()
    far_leg: Path = ()
    near_arm: Path = ()
    far_arm: Path = ()
    ghosts: tuple[Path, ...] = ()
    ghost_head: Point | None = None
    arrows: tuple[Path, ...] = ()
    to_and_fro: bool = False
    things: tuple[Path, ...] = ()
    laid: tuple[Point, ...] = ()
    turns: tuple[Direction, ...] = ()
    floor: bool = True


_STANDING = Figure(
    head=(51.0, 88.0),
    trunk=((50.0, 50.0), (50.0, 78.0)),
    near_leg=((51.0, 27.0), (50.0, 4.0), (59.0, 2.0)),
    far_leg=((53.0, 27.0), (54.0, 5.0), (63.0, 3.0)),
    near_arm=((47.0, 61.0), (50.0, 46.0)),
    far_arm=((54.0, 61.0), (57.0, 47.0)),
)
_ONE_LEG = Figure(
    head=(47.0, 88.0),
    trunk=((46.0, 50.0), (46.0, 78.0)),
    near_leg=((55.0, 28.0), (62.0, 6.0), (70.0, 10.0)),
    far_leg=((46.0, 27.0), (45.0, 4.0), (54.0, 2.0)),
    near_arm=((42.0, 62.0), (44.0, 47.0)),
    far_arm=((58.0, 68.0), (72.0, 70.0)),
    things=(((76.0, 0.0), (76.0, 74.0)),),
)
_HINGE = Figure(
    head=(84.0, 69.0),
    trunk=((44.0, 50.0), (74.0, 63.0)),
    near_leg=((51.0, 28.0), (47.0, 4.0), (56.0, 2.0)),
    far_leg=((38.0, 28.0), (24.0, 10.0), (26.0, 2.0)),
    near_arm=((70.0, 48.0), (73.0, 34.0)),
    far_arm=((75.0, 50.0), (79.0, 36.0)),
)
_CHAIR = (((22.0, 0.0), (22.0, 34.0), (58.0, 34.0), (58.0, 0.0)), ((22.0, 34.0), (18.0, 68.0)))
_SEATED = Figure(
    head=(34.0, 84.0),
    trunk=((32.0, 43.0), (32.0, 73.0)),
    near_leg=((59.0, 43.0), (60.0, 19.0), (69.0, 17.0)),
    far_leg=((63.0, 43.0), (65.0, 20.0), (74.0, 18.0)),
    near_arm=((29.0, 57.0), (39.0, 47.0)),
    far_arm=((38.0, 58.0), (46.0, 48.0)),
    things=_CHAIR,
)
_LONG_SITTING = Figure(
    head=(33.0, 50.5),
    trunk=((36.0, 9.0), (33.5, 39.5)),
    near_leg=((61.0, 8.0), (86.0, 6.0), (88.0, 17.0)),
    far_leg=((62.0, 12.0), (87.0, 10.0), (91.0, 20.0)),
    near_arm=((23.0, 23.0), (18.0, 6.0)),
    far_arm=((27.0, 23.0), (23.0, 8.0)),
)
_STRAIGHT = Figure(
    head=(8.0, 10.0),
    trunk=((49.0, 7.0), (19.0, 8.0)),
    near_leg=((74.0, 7.0), (98.0, 6.0), (101.0, 15.0)),
    far_leg=((75.0, 10.0), (99.0, 9.0), (104.0, 17.0)),
    near_arm=((32.0, 3.0), (46.0, 2.5)),
)
_HOOK = Figure(
    head=(8.0, 10.0),
    trunk=((50.0, 7.0), (20.0, 8.0)),
    near_leg=((69.0, 27.0), (82.0, 5.0), (92.0, 3.0)),
    far_leg=((71.5, 28.5), (86.0, 7.0), (96.0, 5.0)),
    near_arm=((33.0, 3.0), (47.0, 2.5)),
)
_PRONE = Figure(
    head=(94.0, 10.0),
    trunk=((54.0, 7.0), (83.0, 8.0)),
    near_leg=((29.0, 5.0), (29.0, 30.0), (20.0, 33.0)),
    far_leg=((30.0, 7.0), (6.0, 5.0), (0.0, 8.0)),
    near_arm=((92.0, 3.0), (104.0, 3.0)),
)
_ON_SIDE = Figure(
    head=(9.0, 34.0),
    trunk=((52.0, 28.0), (20.0, 31.0)),
    near_leg=((58.0, 52.0), (80.0, 44.0), (84.0, 53.0)),
    far_leg=((77.0, 24.0), (101.0, 20.0), (104.0, 29.0)),
    near_arm=((32.0, 46.0), (46.0, 50.0)),
    things=(((-4.0, 8.0), (110.0, 8.0), (110.0, 64.0), (-4.0, 64.0), (-4.0, 8.0)),),
    floor=False,
)

POSTURES: Mapping[str, Figure] = {
    "supine": _HOOK,
    "standing": _ONE_LEG,
    "hinge": _HINGE,
    "seated": _SEATED,
    "long sitting": _LONG_SITTING,
    "prone": _PRONE,
    "side lying": _ON_SIDE,
}
"""Of the postures of the view state."""

_TABLE = (((8.0, 0.0), (8.0, 42.0)), ((92.0, 0.0), (92.0, 42.0)), ((0.0, 44.0), (100.0, 44.0)))

FIGURES: Mapping[str, Figure] = {
    MarkLabel.TABLE_REST: Figure(
        things=_TABLE,
        laid=((34.0, 49.5), (66.0, 49.5)),
        arrows=(((34.0, 82.0), (34.0, 60.0)), ((66.0, 82.0), (66.0, 60.0))),
    ),
    Cue.PUT_ON: Figure(
        head=_STANDING.head,
        trunk=_STANDING.trunk,
        near_leg=_STANDING.near_leg,
        far_leg=_STANDING.far_leg,
        near_arm=((56.0, 62.0), (65.0, 52.0)),
        far_arm=((60.0, 64.0), (70.0, 57.0)),
        arrows=(((16.0, 54.0), (38.0, 54.0)), ((84.0, 34.0), (60.0, 34.0))),
    ),
    MarkLabel.N_POSE: _STANDING,
    MarkLabel.LEG_SWINGS: Figure(
        head=(41.0, 88.0),
        trunk=((40.0, 50.0), (40.0, 78.0)),
        near_leg=((57.0, 34.0), (74.0, 18.0), (81.0, 24.0)),
        far_leg=((40.0, 27.0), (39.0, 4.0), (48.0, 2.0)),
        near_arm=((36.0, 62.0), (33.0, 48.0)),
        far_arm=((47.0, 63.0), (55.0, 54.0)),
        ghosts=(((40.0, 50.0), (28.0, 31.0), (14.0, 13.0), (19.0, 7.0)),),
        arrows=(((24.0, 4.0), (34.0, -3.0), (52.0, -3.0), (66.0, 4.0), (76.0, 10.0)),),
        to_and_fro=True,
        floor=False,
    ),
    MarkLabel.BOWS: Figure(
        head=(76.0, 56.0),
        trunk=((42.0, 50.0), (68.0, 58.0)),
        near_leg=((43.0, 27.0), (44.0, 4.0), (53.0, 2.0)),
        far_leg=((46.0, 27.0), (48.0, 5.0), (57.0, 3.0)),
        near_arm=((64.0, 44.0), (66.0, 30.0)),
        ghosts=(((42.0, 50.0), (42.0, 78.0)),),
        ghost_head=(43.0, 88.0),
        arrows=(((54.0, 88.0), (66.0, 84.0), (76.0, 76.0), (82.0, 68.0)),),
        to_and_fro=True,
    ),
    Cue.LIE_STRAIGHT: _STRAIGHT,
    "legs_straight": _STRAIGHT,
    MarkLabel.HOOK_LYING: _HOOK,
    Cue.BEND_KNEES: Figure(
        head=_HOOK.head,
        trunk=_HOOK.trunk,
        near_leg=_HOOK.near_leg,
        far_leg=_HOOK.far_leg,
        near_arm=_HOOK.near_arm,
        ghosts=(((50.0, 7.0), (75.0, 6.0), (101.0, 5.0)),),
        arrows=(((112.0, 14.0), (106.0, 20.0), (98.0, 20.0), (94.0, 13.0)),),
    ),
    MarkLabel.BRIDGE: Figure(
        head=(8.0, 9.0),
        trunk=((47.0, 22.0), (20.0, 7.0)),
        near_leg=((71.0, 28.0), (79.0, 5.0), (89.0, 3.0)),
        far_leg=((75.0, 30.0), (84.0, 7.0), (94.0, 5.0)),
        near_arm=((33.0, 3.0), (46.0, 2.5)),
        ghosts=(((20.0, 7.0), (50.0, 6.0), (69.0, 27.0)),),
        arrows=(((46.0, 34.0), (46.0, 54.0)),),
        to_and_fro=True,
    ),
    MarkLabel.KNEE_ROCKS: Figure(
        head=(8.0, 36.0),
        trunk=((50.0, 36.0), (20.0, 36.0)),
        near_leg=((70.0, 20.0), (87.0, 32.0), (96.0, 32.0)),
        far_leg=((71.0, 26.0), (87.0, 41.0), (96.0, 41.0)),
        near_arm=((30.0, 20.0), (38.0, 12.0)),
        far_arm=((30.0, 52.0), (38.0, 60.0)),
        ghosts=(
            ((50.0, 36.0), (70.0, 52.0), (87.0, 40.0)),
            ((50.0, 36.0), (71.0, 46.0), (87.0, 32.0)),
        ),
        arrows=(((72.0, 10.0), (90.0, 10.0), (110.0, 22.0), (110.0, 50.0), (90.0, 62.0), (72.0, 62.0)),),
        to_and_fro=True,
        things=(((-6.0, 2.0), (118.0, 2.0), (118.0, 70.0), (-6.0, 70.0), (-6.0, 2.0)),),
        floor=False,
    ),
    Cue.WALK: Figure(
        head=(43.0, 88.0),
        trunk=((41.0, 50.0), (42.0, 78.0)),
        near_leg=((52.0, 30.0), (56.0, 6.0), (65.0, 6.0)),
        far_leg=((38.0, 28.0), (24.0, 9.0), (30.0, 2.0)),
        near_arm=((32.0, 62.0), (29.0, 49.0)),
        far_arm=((51.0, 62.0), (59.0, 53.0)),
        arrows=(((66.0, 40.0), (92.0, 40.0), (102.0, 48.0), (96.0, 57.0), (80.0, 57.0)),),
    ),
    Cue.STAND_UP: Figure(
        head=_STANDING.head,
        trunk=_STANDING.trunk,
        near_leg=_STANDING.near_leg,
        far_leg=_STANDING.far_leg,
        near_arm=_STANDING.near_arm,
        far_arm=_STANDING.far_arm,
        arrows=(((22.0, 8.0), (18.0, 40.0), (22.0, 74.0)),),
        ghosts=(((88.0, 6.0), (78.0, 34.0)), ((88.0, 6.0), (102.0, 24.0), (110.0, 4.0))),
        ghost_head=(76.0, 45.0),
    ),
    Cue.SIT_ON_CHAIR: Figure(
        head=_SEATED.head,
        trunk=_SEATED.trunk,
        near_leg=_SEATED.near_leg,
        far_leg=_SEATED.far_leg,
        near_arm=_SEATED.near_arm,
        far_arm=_SEATED.far_arm,
        things=_CHAIR,
        arrows=(((64.0, 82.0), (63.0, 68.0), (56.0, 56.0)),),
    ),
    Cue.SIT_ON_MAT: Figure(
        head=_LONG_SITTING.head,
        trunk=_LONG_SITTING.trunk,
        near_leg=_LONG_SITTING.near_leg,
        far_leg=_LONG_SITTING.far_leg,
        near_arm=_LONG_SITTING.near_arm,
        far_arm=_LONG_SITTING.far_arm,
        arrows=(((58.0, 56.0), (58.0, 40.0), (52.0, 26.0)),),
    ),
    Cue.LIE_DOWN: Figure(
        head=_HOOK.head,
        trunk=_HOOK.trunk,
        near_leg=_HOOK.near_leg,
        far_leg=_HOOK.far_leg,
        near_arm=_HOOK.near_arm,
        ghosts=(((50.0, 7.0), (48.0, 36.0)),),
        ghost_head=(48.0, 46.0),
        arrows=(((36.0, 52.0), (22.0, 48.0), (12.0, 38.0), (8.0, 27.0)),),
    ),
    Cue.LIE_PRONE: _PRONE,
    Cue.LIE_ON_SIDE: _ON_SIDE,
    Cue.STAND_ON_ONE_LEG: _ONE_LEG,
    Cue.STAND_TO_HINGE: Figure(
        head=(50.0, 86.0),
        trunk=((46.0, 48.0), (49.0, 76.0)),
        near_leg=((53.0, 27.0), (47.0, 4.0), (56.0, 2.0)),
        far_leg=((40.0, 27.0), (26.0, 9.0), (28.0, 1.0)),
        near_arm=((46.0, 60.0), (52.0, 48.0)),
        far_arm=((54.0, 60.0), (60.0, 50.0)),
    ),
    MarkLabel.STRAP_GAIN: Figure(
        head=_PRONE.head,
        trunk=_PRONE.trunk,
        near_leg=_PRONE.near_leg,
        far_leg=_PRONE.far_leg,
        near_arm=_PRONE.near_arm,
        things=(((32.0, 12.0), (37.0, 12.0), (37.0, 25.0), (32.0, 25.0), (32.0, 12.0)),),
        turns=(Direction.INTERNAL, Direction.EXTERNAL),
    ),
}
"""By what the guide asks for."""


def figure(asks: str, posture: str, way: Direction | None = None) -> Figure:
    """Return the drawing of what is asked for; else of the posture, turning the way that is asked for, if any."""
    if asks in FIGURES:
        return FIGURES[asks]
    found = POSTURES.get(posture, _STANDING)
    return found if way is None else replace(found, turns=(way,))
