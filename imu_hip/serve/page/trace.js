// The curve of the last half minute: phases behind, target band, two standard deviations, the angle.

import { figure, laneWord } from "./words.js";

const SHOWN_S = 30;
const GAP_S = 0.25; // nothing new for so long is a hole, not a delay
const NO_CURVE = "The angle appears here once it is known";

function limits(view, angles) {
  const known = angles.filter((angle) => angle !== null);
  let low = Math.min(0, ...known);
  let high = Math.max(0, ...known);
  if (view.band_deg) {
    low = Math.min(low, view.band_deg[0]);
    high = Math.max(high, view.band_deg[1] + 4);
  }
  return [Math.min(-10, 10 * Math.floor((low - 2) / 10)), Math.max(40, 10 * Math.ceil((high + 4) / 10))];
}

// Runs of known points [t, angle, sd].
function runs(trace) {
  const found = [];
  let run = [];
  trace.angle_deg.forEach((angle, k) => {
    if (angle === null) {
      if (run.length) found.push(run);
      run = [];
    } else {
      const middle = trace.start_s + (k + 0.5) * trace.step_s;
      run.push([Math.min(middle, 0), angle, trace.sd_deg[k] ?? 0]);
    }
  });
  if (run.length) found.push(run);
  return found;
}

export function draw(canvas, view) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (width < 2 || height < 2) return;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const style = getComputedStyle(document.body);
  const ink = (name) => style.getPropertyValue(`--${name}`).trim();
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, width, height);
  const trace = view.trace;
  const size = Math.max(10 * ratio, Math.min(0.085 * height, 0.035 * width));
  pen.font = `600 ${size}px ${style.fontFamily}`;
  const left = 2.9 * size;
  const lane = 1.6 * size;
  const bottom = height - 0.4 * size;
  const skip = Math.max(0, Math.floor((-SHOWN_S - trace.start_s) / trace.step_s));
  const [low, high] = limits(view, trace.angle_deg.slice(skip));
  const x = (t) => left + (width - left - 0.8 * size) * (1 + t / SHOWN_S);
  const y = (angle) => bottom - (bottom - lane) * (angle - low) / (high - low);

  pen.save();
  pen.beginPath();
  pen.rect(left, 0, width - left, height);
  pen.clip();
  drawPhases(pen, view, x, lane, bottom, size, ink);
  pen.restore();
  drawGrid(pen, low, high, left, width, y, size, ink);
  pen.save();
  pen.beginPath();
  pen.rect(left, 0, width - left, height);
  pen.clip();
  if (view.band_deg) drawBand(pen, view, left, width, y, size, ink);
  const stretches = runs(trace);
  pen.fillStyle = ink("ribbon");
  for (const run of stretches) {
    pen.beginPath();
    run.forEach(([t, angle, sd]) => pen.lineTo(x(t), y(angle + 2 * sd)));
    [...run].reverse().forEach(([t, angle, sd]) => pen.lineTo(x(t), y(angle - 2 * sd)));
    pen.fill();
  }
  pen.strokeStyle = ink("curve");
  pen.lineWidth = Math.max(2 * ratio, 0.22 * size);
  pen.lineJoin = pen.lineCap = "round";
  for (const run of stretches) {
    pen.beginPath();
    run.forEach(([t, angle]) => pen.lineTo(x(t), y(angle)));
    pen.stroke();
  }
  pen.restore();
  if (!stretches.length) {
    pen.fillStyle = ink("dim");
    pen.textAlign = "center";
    pen.fillText(NO_CURVE, (left + width) / 2, (lane + bottom) / 2, width - left);
  }
  if (view.angle_deg !== null) {
    pen.beginPath();
    pen.arc(x(0), y(view.angle_deg), 0.45 * size, 0, 2 * Math.PI);
    pen.fillStyle = ink("curve");
    pen.fill();
    pen.strokeStyle = ink("card");
    pen.stroke();
  }
}

function drawPhases(pen, view, x, lane, bottom, size, ink) {
  const spans = [...view.trace.phases];
  const endS = spans.at(-1)?.end_s ?? 0;
  if (endS < -GAP_S) spans.push({ phase: "unknown", start_s: endS, end_s: 0 });
  for (const span of spans) {
    if (span.end_s < -SHOWN_S) continue;
    const from = Math.max(x(span.start_s), x(-SHOWN_S));
    const to = x(span.end_s);
    const shade = ink(`shade-${span.phase}`);
    if (span.phase === "unknown") hatch(pen, from, to, lane, bottom, size, ink("hatch"));
    else if (shade) {
      pen.fillStyle = shade;
      pen.fillRect(from, 0, to - from, bottom);
    }
    const word = laneWord(span.phase, view.outward);
    if (pen.measureText(word).width < to - from - 0.4 * size) {
      pen.fillStyle = ink(span.phase === "neutral" ? "dim" : "text");
      pen.textAlign = "center";
      pen.fillText(word, (from + to) / 2, 1.1 * size);
    }
  }
}

function hatch(pen, from, to, top, bottom, size, ink) {
  pen.save();
  pen.beginPath();
  pen.rect(from, top, to - from, bottom - top);
  pen.clip();
  pen.strokeStyle = ink;
  pen.lineWidth = 0.12 * size;
  pen.beginPath();
  const step = 0.7 * size;
  // Lines stand on fixed places of the picture's diagonal, so that they do not crawl.
  for (let place = Math.floor((from - bottom) / step) * step; place < to; place += step) {
    pen.moveTo(place, bottom);
    pen.lineTo(place + bottom - top, top);
  }
  pen.stroke();
  pen.restore();
}

function drawGrid(pen, low, high, left, width, y, size, ink) {
  const step = high - low > 140 ? 45 : high - low > 70 ? 20 : 10;
  pen.textAlign = "right";
  for (let angle = Math.ceil(low / step) * step; angle < high; angle += step) {
    pen.strokeStyle = ink("line");
    pen.lineWidth = angle === 0 ? 0.2 * size : 0.07 * size;
    pen.beginPath();
    pen.moveTo(left, y(angle));
    pen.lineTo(width, y(angle));
    pen.stroke();
    pen.fillStyle = ink("dim");
    if (step * 2 <= 20 || (angle / step) % 2 === 0) pen.fillText(`${figure(angle)}°`, left - 0.4 * size, y(angle) + 0.35 * size);
  }
}

function drawBand(pen, view, left, width, y, size, ink) {
  const [low, high] = view.band_deg;
  pen.fillStyle = ink("band");
  pen.fillRect(left, y(high), width - left, y(low) - y(high));
  pen.strokeStyle = ink("good");
  pen.lineWidth = 0.16 * size;
  for (const angle of new Set([low, high, view.end_range_deg])) {
    pen.setLineDash(angle === view.end_range_deg ? [0.8 * size, 0.5 * size] : []);
    pen.beginPath();
    pen.moveTo(left, y(angle));
    pen.lineTo(width, y(angle));
    pen.stroke();
  }
  pen.setLineDash([]);
}
