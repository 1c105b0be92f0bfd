"""Every English word of the report's frame, as constants and mappings: a translation replaces this file.

What judge and calibration say (the `why` of a hold, the text of a warning) comes with the result.
"""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGE = "en"
UNKNOWN = "––"

# ------------------------------------------------------------------ head
TITLE = "Hip rotation: {exercise}"
SEVERAL = "{count} exercises"
PERSON = "For"
SIDE = "Leg"
SIDES: Mapping[str, str] = {"left": "left", "right": "right"}
POSTURE = "Posture"
NOT_THE_POSTURE = "{posture}, but the sensors show another"
POSTURES: Mapping[str, str] = {
    "standing": "standing",
    "supine": "lying on the back",
    "hinge": "standing, bent forward",
    "long_sitting": "sitting, legs stretched out",
    "seated": "sitting, shanks hanging",
    "prone": "lying face down",
    "side_lying": "lying on the side",
}
RECORDED = "Recorded"
LASTED = "Length"
NO_START = "time not known"
UTC = "{date} {time} UTC"
METHOD = "Method"
METHOD_TEXT = "two inertial sensors (IMUs), pelvis + thigh; active movement"
MAGNETOMETER = "with magnetometer"
SIGN = "Signs"
SIGN_TEXT = "0° is neutral, internal rotation +, external rotation −, on both sides"
SPREAD = "Error"
SPREAD_TEXT = "± is two standard deviations"
SIMULATED = "Simulated data. Nobody was measured: a simulated person wore simulated sensors."

# ------------------------------------------------------------------ result
RESULT = "Result"
PART = "{number}. {exercise}"
PART_FACTS = "{posture}, {start} to {end}"
DIRECTIONS: Mapping[str, str] = {"internal": "internal", "external": "external"}
ROTATIONS: Mapping[str, str] = {"internal": "Internal rotation", "external": "External rotation"}
BEST_HELD = "best held for half a second"
CORRECTED = "{rotation}, in degrees of the shin"
BY_GAIN = "strap gain {gain} ± {spread}"
MEAN_OF: Mapping[bool, str] = {True: "one trial", False: "mean of {count} trials"}
BEST = "best {angle}"
TRIAL_SD = "SD between trials {sd}°"
ARC = "Whole arc"
ARC_NOTE = "internal and external together"
RATIO = "Internal : external"
RATIO_NOTE = "of the means; 1.00 is as far in as out"
LEAST_CHANGE = "Minimal detectable change"
LEAST_CHANGE_NOTE = "smaller differences to another day can be error (same leg, same posture)"
LEAST_CHANGE_OF = "{direction} {angle}"
END_RANGE = "End range, {direction}"
FROM_MAX_REP: Mapping[bool, str] = {True: "from maximal repetitions", False: "from this exercise itself"}
FULL_HOLDS = "Full holds"
FULL_HOLDS_NOTE = "as long as was asked for"
OF = "{part} of {whole}"
TOUCHES = "left too soon to count: {count}"
CYCLES = "Complete cycles"
EXITS_WELL = "Controlled exits"
UNGRADED = "not graded: {count}"
FAULT_COUNT = "Faults"
NOT_TOLD = "could not be told: {count}"
NO_RANGE = "No rotation was held long enough to be measured."

# ------------------------------------------------------------------ reading with care
CARE = "Read with care"
CARE_LINK = "What could not be judged, and what it costs"
CARE_POSTURE = "{start} to {end}: {fault}. What was measured then belongs to another posture."
CARE_NOTE = "read with care, see above"
CARE_UNSURE = "{rotation}: {angle}. The ± is more than half of the angle: too wide to compare with other days."

# ------------------------------------------------------------------ plot
PLOT = "Angle over time"
PLOT_STRIP = "Angle over time, {strip} of {strips}"
PLOT_NAME = "{exercise}: {plot}, {start} to {end}"
PLOT_RANGE = "Rotation between {low}° and {high}°."
PLOT_NOTHING = "No angle is known."
PLOT_UNKNOWN = "Not known for {seconds} s in all."
PLOT_WITHIN = "Within: {marks}."
PLOT_NO_ANGLE = "No angle is known in this part, so there is nothing to plot."
AXIS_IN = "internal +"
AXIS_OUT = "external −"
END_RANGE_LINE = "end range {angle}"
LETTERS: Mapping[str, str] = {"holds": "H", "blocks": "B", "exits": "E", "trials": "T", "compensations": "F"}
LEGEND = "Signs in the plots"
LEGEND_CURVE = "rotation with ± 2 SD"
LEGENDS: Mapping[str, str] = {
    "holds": "H hold",
    "trials": "T trial",
    "blocks": "B block",
    "exits": "E exit",
    "compensations": "F fault",
    "unknown": "angle not known",
    "end_range": "end range",
    "corrected": "angle corrected in a pause",
    "dropouts": "data lost on the radio",
}
ROLES: Mapping[str, str] = {"pelvis": "pelvis", "thigh": "thigh"}

# ------------------------------------------------------------------ tables
NUMBER = "No."
AT = "Time"
LASTS = "Lasted"
SECONDS = "{seconds} s"
DIRECTION = "Direction"
ANGLE = "Angle ± 2 SD"
TRIALS = "Trials"
HOLDS = "Holds"
PERCENT = "Of end range"
STEADINESS = "Drift; wobble"
STEADY = "{drift} °/s; {wobble}°"
VERDICT = "Verdict"
WHY = "Why"
HOLD_VERDICTS: Mapping[str, str] = {"complete": "✓ full", "short": "– short", "data_lost": "? data lost"}
BLOCKS = "Blocks"
STAYED = "Stayed within"
BLOCK_NOTE = "A sensor of motion sees stillness, not how hard somebody pushes."
EXITS = "Exits: the way back to neutral"
PEAK = "Fastest"
PER_SECOND = "{rate} °/s"
SMOOTHNESS = "Smoothness (SPARC)"
EXIT_VERDICTS: Mapping[str | None, str] = {
    "controlled": "✓ controlled",
    "fast": "! fast",
    "flop": "! flop",
    None: "– not graded",
}
CYCLES_TITLE = "Cycles"
COMPLETE: Mapping[bool, str] = {True: "✓ complete", False: "– not complete"}
STEPS_SEEN = "Steps"
STEPS: Mapping[str, str] = {
    "internal_hold": "hold in",
    "external_hold": "hold out",
    "block": "block",
    "controlled_exit": "controlled exit",
}
MISSING = "missing: {steps}"
GROWTH = "Growth"
FAULTS = "Faults"
NO_FAULTS = "Looked for and not seen: {kinds}."
NOT_LOOKED_FOR = "No faults are looked for in this exercise."
FAULT_COLUMN = "Fault"
TO_MEND = "To mend it"
PEAK_SIZE = "Largest"
NOTHING_COUNTED = "No holds were counted."

# ------------------------------------------------------------------ what could not be judged
DOUBTS = "What could not be judged, and what it costs"
NO_DOUBTS = "Nothing of this recording was lost or refused."
NOTICED = "Noticed"
COSTS_COLUMN = "What it costs"
UNJUDGED = "{fault}, {start} to {end}"
UNJUDGED_COST = "This fault could have been there or not."
NOT_SEEN = "What these sensors cannot see"
NOT_SEEN_ALWAYS = "effort, load, muscle, pain; knee, foot and ankle; whether the rotation comes from bone or skin"
COSTS: Mapping[str, str] = {
    "no_table_rest": "The angle drifts faster; its ± is wider.",
    "no_n_pose": "There are no angles.",
    "no_leg_swings": "The thigh's axis is less sure; the ± is wider.",
    "no_bows": "The axis of the pelvis is less sure; the ± is wider.",
    "not_aligned": "There are no angles.",
    "no_posture_neutral": "Zero of this posture was never measured: the rotation may be off as a whole, by its ±.",
    "no_legs_straight": "Bending of the hip is off; turning in can look like moving the knee.",
    "sensors_swapped": "There are no angles until the sensors are exchanged.",
    "axis_turned_round": "Angles before this moment may be wrong; those after it are right.",
    "pelvis_sensor_moved": "Angles from then on are off by part of it until the next pause that was used.",
    "thigh_sensor_moved": "Angles from then on are off by part of it until the next pause that was used; what looks "
    "like rotation may have been the strap.",
    "no_max_rep": "The end range is a guess from the exercise; percentages and limits go by it.",
    "one_max_rep": "The end range rests on one repetition; percentages and limits go by it.",
    "end_range_too_small": "Holds and exits of that direction are not judged.",
    "no_end_range": "Holds and exits of that direction are not judged.",
    "no_exercise_mark": "Calibration and rest may be among what was judged.",
    "unknown_exercise": "The rules of another exercise were used.",
    "clock_uncertain": "Angles in fast movement, and speeds of exits, are less exact.",
    "samples_unstamped": "Speeds and times of holds are less exact, and a short loss is not seen.",
    "no_magnetometer": "Heading is kept by neutral pauses alone.",
    "magnetic_field_disturbed": "Heading is kept by neutral pauses alone.",
    "items_missing": "What happened then is not in this report.",
    "from_orientations": "Errors of the program that computed the orientations are not in any ±.",
}
"""By the code of the warning; those of sensors and refused steps below."""
COST_REFUSED: Mapping[str, str] = {
    "table_rest": "The gyroscopes' bias was not measured there: the angle drifts faster.",
    "n_pose": "Zero was not taken there.",
    "leg_swings": "The thigh's axis was not measured there.",
    "bows": "The axis of the pelvis was not measured there.",
    "posture_neutral": "Zero of this posture was not taken there.",
    "neutral": "Drift was not corrected there: the ± stays as wide as it was.",
    "max_rep": "That repetition does not count for the end range.",
    "hook_lying": "Zero was not taken there.",
    "knee_rocks": "The axes were not measured there.",
    "bridge": "The axes were not measured there.",
    "strap_gain": "That angle does not count for the strap gain.",
}
COST_TROUBLE: Mapping[str, str] = {
    "gap": "No angle where more than 50 ms were lost; a hold that lost its data ends there.",
    "bad_packet": "Their samples are missing, as if lost on the radio.",
    "duplicate": "Nothing.",
    "late": "Their samples are missing, as if lost on the radio.",
    "clipped": "Angles near them may be off.",
    "overrun": "Samples are missing, as if lost on the radio.",
    "clock_restart": "Samples around it are missing.",
    "lost": "No angles while it was gone.",
    "searching": "The session went on without it for a while.",
    "back": "Nothing.",
    "queue_full": "Their samples are missing, as if lost on the radio.",
}
NO_COST = UNKNOWN

# ------------------------------------------------------------------ calibration, link
CALIBRATION = "Calibration and neutral pauses"
STEP = "Step"
PAUSES = "{step} ({count})"
CALIBRATION_STEPS: Mapping[str, str] = {
    "table_rest": "rest on the table",
    "n_pose": "standing still",
    "leg_swings": "leg swings",
    "bows": "bows",
    "posture_neutral": "neutral in the posture",
    "neutral": "neutral pause",
    "max_rep": "maximal repetition",
    "hook_lying": "lying still",
    "knee_rocks": "knee rocks",
    "bridge": "bridge",
    "strap_gain": "strap gain",
}
USED: Mapping[bool, str] = {True: "✓ used", False: "– not used"}
QUALITY = "Quality"
AT_LEAST = "{percent} % or more"
PERCENT_OF = "{percent} %"
SAID = "Found"
LINK = "Sensors and radio"
SENSOR = "Sensor"
SERIAL = "Serial number"
SAMPLES = "Samples"
LOST = "Lost"
LOST_OF = "{count} ({percent} %)"
RATE = "Rate"
HERTZ = "{rate} Hz"
CLOCK = "Clock, one SD"
MILLISECONDS = "{ms} ms"

# ------------------------------------------------------------------ meaning, origin
MEANING = "What the numbers mean"
MEANINGS = (
    "Strap degrees. The sensor on the thigh follows its strap, and the strap follows only part of the bone's rotation. "
    "Compare these numbers with your own on other days, with the same strapping, not with tables of anatomy.",
    "One posture. How far a hip turns depends on how the body lies, sits or stands. Compare only the same posture.",
    "± is two standard deviations of the measurement: heading, mounting, clocks, and how well neutral is found again. "
    "It does not hold what skin and strap hide.",
    "Hold, exit, block, cycle and fault are definitions of this program. No study stands behind their limits.",
    "The end range is this person's own, from the largest repetitions; percentages and limits go by it.",
    "Internal rotation turns the thigh in; with the knee bent the foot goes out.",
)
LEAST_CHANGE_MEANING = (
    "Minimal detectable change is a judgement, and never less than two standard deviations of a difference. {source}."
)
VERSIONS = "Where this page comes from"
VERSIONS_TEXT = (
    "Everything on this page comes from one recording. The same recording and the same versions give the same page, "
    "byte for byte; the hashes tell whether they are the same."
)
RECORDING_HASH = "Recording (SHA-256)"
RESULT_HASH = "Result (SHA-256)"
MADE_WITH = "Analyzed with"
RECORDED_WITH = "Recorded with"
FILTER = "Orientation filter"
ORIGIN = "Origin"
ORIGINS: Mapping[str, str] = {
    "live": "recorded live",
    "demo": "demo: simulated sensors over a simulated radio",
    "import": "imported from other software",
    "orientations": "derived from orientations that other software computed",
    "simulation": "simulated",
}
DISCLAIMER = (
    "For training, research and education. imu_hip is not a medical device, and this page is no diagnosis. Who uses it "
    "with clients does so on their own judgement. Stop with sharp, groin or pinching pain; ask a clinician after hip "
    "surgery or replacement."
)
PRIVACY = "This page shows how a person moves. It was made on the computer that measured, and sends nothing anywhere."
NEXT = "Next: {advice}."
TOLD = "What the person told"
WHOLE_SESSION = "whole session"
PAIN = "Pain"
PAIN_SCORE = "Pain, {score} of 10 (numeric rating scale)"
