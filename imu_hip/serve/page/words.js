// Words and figures as the window writes them.

export const UNKNOWN = "––";

export function figure(value) {
  return String(Math.round(value) || 0).replace("-", "−");
}

export function spread(sdDeg) {
  return `± ${figure(2 * sdDeg)}°`;
}

export function phaseWord(view) {
  if (view.guide.paused) return "PAUSED";
  switch (view.phase) {
    case "neutral": return "REST";
    case "approach": return view.outward ? "TURN OUT" : "TURN IN";
    case "hold": return "HOLD";
    case "block": return "BLOCK";
    case "exit": return "LET GO";
    default: return view.band_deg ? "PAUSED" : "READY";
  }
}

export function laneWord(phase, outward) {
  if (phase === "approach" && outward) return "out";
  return { neutral: "rest", approach: "in", hold: "hold", block: "block", exit: "let go" }[phase] ?? "";
}

export const STEP = {
  internal_hold: "hold in", external_hold: "hold out", block: "block", controlled_exit: "let go",
};

export const VERDICT = { complete: "full breath", short: "short", data_lost: "data lost" };

export function isPaused(view) {
  return view.angle_deg === null && view.band_deg !== null;
}

// The limb is held within the target, and nothing speaks against it.
export function inRange(view) {
  const held = view.phase === "hold" && view.hold_s !== null && view.angle_deg !== null;
  return held && !view.warning && !view.greyed && !view.guide.paused;
}

export function spreadLine(view) {
  if (view.angle_deg === null || view.sd_deg === null) return isPaused(view) ? "angle unknown" : "no angle yet";
  const after = view.greyed ? " · uncertain" : view.strap_calibrated ? "" : " · strap degrees";
  return `${spread(view.sd_deg)} (2 SD)${after}`;
}

const WAY = { internal: "in", external: "out" };

export function newestTrial(view) {
  return view.trials.length ? `${figure(view.trials[view.trials.length - 1].angle_deg)}°` : UNKNOWN;
}

// The angles of all trials, a line each way.
export function trialLines(view) {
  return Object.keys(WAY)
    .map((way) => [WAY[way], view.trials.filter((trial) => trial.direction === way)])
    .filter(([, trials]) => trials.length)
    .map(([way, trials]) => `${way} ${trials.map((trial) => `${figure(trial.angle_deg)}°`).join(" ")}`);
}

export function holdLabel(view) {
  if (view.trials) return view.trials.length ? "newest trial" : "no trial yet";
  if (isPaused(view)) return "hold paused";
  if (view.hold_s === null) return "s to hold";
  return view.hold_s >= view.hold_goal_s ? `${Math.round(view.hold_s)} s held` : "seconds left";
}

export function modeWord(view) {
  return [view.mode.toUpperCase(), view.speed].filter(Boolean).join(" ");
}

export function sensorLine(sensor) {
  const name = sensor.role[0].toUpperCase() + sensor.role.slice(1);
  if (sensor.state === "lost") return `${name} lost`;
  if (sensor.state === null) return `${name} not there yet`;
  const rate = sensor.rate_hz === null ? "" : `${Math.round(sensor.rate_hz)} Hz`;
  const battery = sensor.battery_percent === null ? "" : `${sensor.battery_percent} %`;
  return `${name} ${[rate, battery].filter(Boolean).join(" · ")}`;
}

export function countLine(view) {
  if (!view.cycle_steps.length) return view.count;
  const goal = view.cycles_goal === null ? "" : ` of ${view.cycles_goal}`;
  return `Cycle ${Math.max(1, view.cycle)}${goal}`;
}

export function channelLine(channel) {
  if (channel.change_deg === null) return `${channel.name} ${UNKNOWN}`;
  return `${channel.name} ${figure(channel.change_deg)}°${channel.unsure ? " ?" : ""}`;
}

// What is read aloud to somebody who does not see the page.
export function spoken(view) {
  const parts = [phaseWord(view).toLowerCase()];
  parts.push(view.angle_deg === null ? "angle unknown" : `${Math.round(view.angle_deg)} degrees`);
  if (view.hold_s !== null) {
    const left = Math.ceil(view.hold_goal_s - view.hold_s);
    parts.push(left > 0 ? `${left} seconds left` : "hold done");
  }
  return parts.join(", ");
}
