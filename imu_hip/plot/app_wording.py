"""Every text of the app window's frame and form pages, in one place: constants and mappings only."""

from __future__ import annotations

from collections.abc import Mapping

from imu_hip.model.app_state import Page
from imu_hip.model.coaching_words import HOLDS as HOLDS_SAID
from imu_hip.model.event import ExitVerdict, HoldVerdict
from imu_hip.model.extras import install_extra
from imu_hip.model.item import Role

WINDOW_TITLE = "imu_hip"
DISCLAIMER = "Training, research and education. Not a medical device."
UNKNOWN = "––"

PAGES: Mapping[Page, str] = {
    Page.START: "Start",
    Page.SENSORS: "Sensors",
    Page.CALIBRATE: "Calibrate",
    Page.EXERCISE: "Exercise",
    Page.RESULTS: "Results",
}
PAGE_TIP = "Alt+{number}"
PAGES_NAME = "Pages"
NO_SESSION = "No session is running.\nChoose an exercise on the start page and begin."
BROKEN = "This page cannot be drawn. Measuring and recording go on.\nThe other pages and all keys still work."

MUTE = "Mute (M)"
UNMUTE = "Sound on (M)"
LIGHT = "Light (D)"
DARK = "Dark (D)"
FULL_SCREEN = "Full screen (F)"
SMALLER = "Window (F)"

PAUSE = "Pause (Space)"
GO_ON = "Go on (Space)"
PAIN = "Pain: stop (P)"
END_SET = "End set (E)"
REDO = "Redo (R)"
FINISH = "Finish (S)"
ASK_END = "End the session?"
ASK_ANSWERS = "What is measured so far is kept."
ASK_YES = "End it (Esc)"
ASK_NO = "Stay (Enter)"

PLAY = "Play (Space)"
STAND_STILL = "Pause (Space)"
STEPS: Mapping[float, tuple[str, str, str]] = {
    -5.0: ("−5 s", "Five seconds back", "Shift+Left"),
    -1.0: ("−1 s", "One second back", "Left"),
    1.0: ("+1 s", "One second on", "Right"),
    5.0: ("+5 s", "Five seconds on", "Shift+Right"),
}
TIMELINE = "Position in the recording"
SPEED = "Speed"
SPEEDS: Mapping[str, str] = {
    "0.25": "0.25×",
    "0.5": "0.5×",
    "1": "1×",
    "2": "2×",
    "4": "4×",
    "8": "8×",
    "16": "16×",
    "max": "fastest",
}
CLOSE_REPLAY = "To the results (S)"
MARKS_LANE = "asked"
EVENTS_LANE = "found"

WELCOME = "Train how far your hip turns"
WHAT_IT_DOES = (
    "Two small sensors, one at the belt and one on the thigh, measure how far your hip turns. "
    "The program talks you through an exercise, counts your holds, and says what to mend."
)
CHOOSE_EXERCISE = "Exercise or routine"
MINUTES = "about {minutes} min"
POSTURES: Mapping[str, str] = {
    "standing": "standing",
    "supine": "lying on the back",
    "hinge": "standing, bent forward",
    "long sitting": "sitting, legs stretched out",
    "seated": "sitting",
    "prone": "lying face down",
    "side lying": "lying on the side",
    "several": "one after the other",
}
SIDE = "Leg with the thigh sensor"
SIDES: Mapping[str, str] = {"left": "Left", "right": "Right"}
PERSON = "Person"
PERSON_HINT = "A name or a code; it stays on this computer."
ME = "me"
CALIBRATION = "Calibration"
CALIBRATIONS: Mapping[str, tuple[str, str]] = {
    "standing": ("Standing", "On your feet: stand still, swing the leg, bow."),
    "lying": ("Lying", "On your back: lie still, rock the knee, lift the hips."),
}
BEGIN = "Begin with sensors"
DEMO = "Try it without sensors"
DEMO_TIP = "A simulated person wears simulated sensors; everything else is as with your own."
NO_DEMO = f"The simulated sensors are not installed: {install_extra('demo')}"
OPEN = "Open a recording…"
OPEN_TITLE = "Open a recording"
OPEN_FILTER = "Recordings (*.mcap);;All files (*)"
CUES = "Cues"
TONES = "Tones"
SPEECH = "Speech"
FLASH = "Flash"
VOLUME = "Volume"
PERCENT = "{percent} %"

SEARCHING = "Searching for sensors…"
NOTHING_FOUND = "No sensor found yet. Switch both on and lay them near the computer."
BOTH_THERE = "Both sensors are there: begin"
SAY_WHICH = "Say which sensor is worn where"
ONE_MISSING: Mapping[Role, str] = {
    Role.PELVIS: "The thigh sensor is there. Which one is at the pelvis?",
    Role.THIGH: "The pelvis sensor is there. Which one is on the thigh?",
}
"""By the role that is missing."""
SILENT: Mapping[Role, str] = {
    Role.PELVIS: "The pelvis sensor has fallen silent: bring it nearer, or switch it off and on.",
    Role.THIGH: "The thigh sensor has fallen silent: bring it nearer, or switch it off and on.",
}
SILENT_FOR = "✕ silent for {age}"
ROLES: Mapping[Role, str] = {Role.PELVIS: "Pelvis", Role.THIGH: "Thigh"}
SEARCH_AGAIN = "Search again"
SEARCH_RUNNING = "Searching…"
BEGIN_NOW = "Begin"
IDENTIFY = "Identify"
IDENTIFY_NAME = "Identify {name}"
ASSIGN_NAME = "Wear {name} at: {role}"
SENSOR_COLUMNS = ("Sensor", "Signal", "Battery", "Data", "Worn at", "Which is it?")
NO_ROLE = "not said yet"
NO_SERIAL = "no serial number yet"
DBM = "{dbm} dBm"
BATTERY = "{percent} %"
RATE = "{rate} Hz"
LOST = "{lost} lost"
AGE = "newest {age} ago"
NO_DATA = "no data yet"
CHECKS_TITLE = "What to check"
CHECKS = (
    "The sensors are charged and switched on.",
    "Bluetooth is on, and this program is allowed to use it.",
    "No other program or telephone is connected to the sensors.",
    "The sensors are within three metres, with no body or metal in between.",
)
HOW_TO_TELL = "Which sensor is which?"
HOW_TO_TELL_STEPS = (
    "Press Identify: the sensor shows itself by its light, or says what else it can do.",
    "No light? Switch one sensor off and search again: the one that is left is the other.",
    "Then press Pelvis or Thigh in that row. The choice is remembered by serial number.",
)
HOW_TO_WEAR = "Where are they worn?"
WHERE_TO_WEAR = (
    "Pelvis: at the back of the belt, in the middle. Thigh: on the outside, a hand above the knee, the strap tight."
)

NO_RESULT = "No session yet"
NO_RESULT_HINT = "When a session ends, what was measured stands here."
NONE_CHOSEN = "No session chosen"
NONE_CHOSEN_HINT = "Choose one of your sessions to read what was measured."
NOT_LISTED = "A demonstration, or a file that was opened: it is not one of the sessions listed here."
HOLDS = "Holds"
HOLD_COLUMNS = ("No.", "Turned", "Held", "Angle", "Reached", "Exit", "Verdict")
HOLD_TIPS = ("", "", "", "± 2 standard deviations", "Share of your end range", "", "")
WELL, WRONG = "✓", "✗"
SIGNS: Mapping[str, str] = {
    HOLDS_SAID[HoldVerdict.COMPLETE]: WELL,
    HOLDS_SAID[HoldVerdict.SHORT]: WRONG,
    ExitVerdict.CONTROLLED: WELL,
    ExitVerdict.FAST: WRONG,
    ExitVerdict.FLOP: WRONG,
}
"""By the verdicts on holds and exits; what was not judged has none."""
NO_HOLDS = "No hold was found in this session."
NO_WHY = "Choose a hold to read why it was judged so."
WHY_HOLD = "Hold {number}, {verdict}: {why}"
NEXT = "Next: {advice}."
NOTES = "What to know about these figures"
NOTE = "Note"
NOTE_TIP = "Something to remember about this session (N); it stays beside the recording"
NOTE_TITLE = "Note"
NOTE_ASKED = "About this session:"
NOTE_AT_ASKED = "About {time} of this recording:"
REPORT = "Report"
REPORT_TIP = "One page to print or hand over, in the browser; it stays on this computer"
REPLAY = "Replay"
REPLAY_TIP = "Play this session again, with everything that was found in it"
MY_HISTORY = "Your sessions"
HISTORY = "Sessions of {person}"
HISTORY_COLUMNS = ("When", "Exercise", "Side", "In", "Out", "Holds")
HISTORY_TIPS = ("", "", "", "Internal rotation ± 2 standard deviations", "External rotation", "")
NO_HISTORY = "None yet. Every finished session is kept on this computer and listed here."
CHANGES = "What has changed"
PLOT_TITLE = "Internal rotation, ± 2 standard deviations · {exercise}"
PLOT_BAND = "shaded: no real change yet"
PLOT_NAME = "Internal rotation over the sessions, by side"
NO_CURVE = "The sessions appear here once an angle is known"
