// Puts a view on the page. What is not known is shown as not known.

import * as words from "./words.js";
import { draw } from "./trace.js";

const WORDY = 34; // characters; more of them are written smaller on a narrow screen

const at = (id) => document.getElementById(id);

function write(id, text) {
  const element = at(id);
  if (element.textContent !== text) element.textContent = text;
}

// Fill a list with as many items as wanted, each [text, class].
function list(id, items) {
  const element = at(id);
  while (element.children.length > items.length) element.lastChild.remove();
  while (element.children.length < items.length) element.append(document.createElement("li"));
  items.forEach(([text, kind], k) => {
    const item = element.children[k];
    if (item.textContent !== text) item.textContent = text;
    if (item.className !== kind) item.className = kind;
  });
}

export function show(view) {
  const held = words.inRange(view);
  const known = view.angle_deg !== null;
  const body = document.body.classList;
  body.toggle("held", held);
  body.toggle("unknown", !known);
  body.toggle("greyed", view.greyed);
  body.toggle("warned", Boolean(view.warning));
  body.toggle("paused", words.isPaused(view));

  write("side", view.side.toUpperCase());
  write("exercise", view.exercise);
  write("posture", view.posture);
  write("mode", words.modeWord(view));
  list("sensors", view.sensors.map((sensor) => [
    words.sensorLine(sensor), sensor.state === null ? "none" : sensor.state,
  ]));

  write("phase", words.phaseWord(view));
  const number = known ? words.figure(view.angle_deg) : words.UNKNOWN;
  write("number", number);
  at("angle").classList.toggle("long", number.length > 2);
  write("spread", words.spreadLine(view));
  showHold(view);

  const line = view.warning || view.prompt;
  write("line", line);
  at("banner").classList.toggle("wordy", line.length > WORDY);
  write("count", words.countLine(view));
  list("steps", view.cycle_steps.map((step, k) => [
    words.STEP[step] ?? step,
    k < view.cycle_steps_done ? "done" : k === view.cycle_steps_done ? "next" : "",
  ]));
  list("channels", view.channels.map((channel) => [
    words.channelLine(channel), channel.at_fault ? "fault" : channel.unsure ? "unsure" : "",
  ]));
  write("recording", view.recording && !view.recording_alarm ? "● REC" : "");
  draw(at("curve"), view);
}

function showHold(view) {
  const running = view.hold_s !== null && view.hold_goal_s > 0;
  const share = running ? Math.min(1, view.hold_s / view.hold_goal_s) : 0;
  at("arc").setAttribute("stroke-dasharray", `${100 * share} 100`);
  at("ring").classList.toggle("running", running);
  at("ring").classList.toggle("full", share >= 1);
  let left = words.UNKNOWN;
  if (view.trials) left = words.newestTrial(view);
  else if (running) left = share >= 1 ? "" : String(Math.ceil(view.hold_goal_s - view.hold_s));
  else if (!words.isPaused(view) && view.hold_goal_s > 0) left = String(Math.round(view.hold_goal_s));
  write("left", left);
  write("hold-label", words.holdLabel(view));
  list("holds", view.holds.slice(-4).reverse().map((hold) => [
    `${hold.duration_s.toFixed(1)} s  ${words.figure(hold.angle_deg)}°  ${words.VERDICT[hold.verdict] ?? hold.verdict}`,
    hold.verdict,
  ]));
  if (view.trials) list("holds", words.trialLines(view).map((line) => [line, "complete"]));
}

// Say that what is on the page is not live (`what` empty: it is).
export function away(what, why) {
  write("away-what", what);
  write("away-why", why);
}
