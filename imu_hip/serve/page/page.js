// Wires connection, page and door together.

import { Connection, OLD_MS } from "./connection.js";
import { away, show } from "./screen.js";
import { spoken } from "./words.js";

const SCHEMA = "imu-hip/view/1";
const TICK_MS = 250;
const SPOKEN_EVERY_MS = 3000;
const SPOKEN_AGAIN_MS = 10000;

const door = document.getElementById("door");
const code = document.getElementById("code");
const doorWhy = document.getElementById("door-why");
const say = document.getElementById("say");
const warn = document.getElementById("warn");

let tickedMs = Date.now();
let waiting = false;
let asked = false;
let said = { phase: "", ms: -Infinity };

const connection = new Connection(soon, askForCode);

// Draw once per picture of the screen, however many messages come.
function soon() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    render();
  });
}

function render() {
  const view = connection.view;
  const link = state(view);
  if (document.body.dataset.link !== link) document.body.dataset.link = link;
  switch (link) {
    case "live":
      away("", "");
      show(view);
      speak(view);
      break;
    case "old": {
      const seconds = Math.round(connection.ageMs(performance.now()) / 1000);
      const age = Number.isFinite(seconds) ? `what is shown is ${seconds} s old` : "what is shown is old";
      const still = view.mode === "replay" ? "Replay stands still" : "No new data";
      away(connection.connected ? still : "No connection", age);
      break;
    }
    case "none": away("No session", "the page shows it as soon as one begins"); break;
    case "full": away("All places are taken", "close the page on another screen"); break;
    case "other": away("This page is out of date", "load it again"); break;
    default: away(asked ? "" : "No connection", "");
  }
}

function state(view) {
  if (connection.full) return "full";
  if (asked) return "door";
  if (view === null) return connection.connected ? "none" : "connecting";
  if (view.schema !== SCHEMA) return "other";
  return connection.ageMs(performance.now()) < OLD_MS ? "live" : "old";
}

// Age what is shown. Time that the page did not live through is seen on the wall clock only.
function tick() {
  const nowMs = Date.now();
  if (Math.abs(nowMs - tickedMs) > OLD_MS) connection.doubt();
  tickedMs = nowMs;
  render();
}

// Screen readers hear a new phase soon, the rest now and then, a warning at once.
function speak(view) {
  const nowMs = performance.now();
  if (warn.textContent !== view.warning) warn.textContent = view.warning;
  const pauseMs = view.phase === said.phase ? SPOKEN_AGAIN_MS : SPOKEN_EVERY_MS;
  if (nowMs - said.ms < pauseMs) return;
  said = { phase: view.phase, ms: nowMs };
  say.textContent = spoken(view);
}

function askForCode(needed, waitS, tried) {
  asked = needed;
  if (needed && tried) {
    doorWhy.textContent = waitS > 0 ? `Too many wrong codes: wait ${Math.ceil(waitS)} s` : "That is not the code";
    code.value = "";
  }
  if (needed) code.focus();
  soon();
}

door.addEventListener("submit", (event) => {
  event.preventDefault();
  connection.enter(code.value.trim());
});
setInterval(tick, TICK_MS);
document.addEventListener("visibilitychange", tick);
window.addEventListener("pageshow", tick);
window.addEventListener("resize", soon);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", soon);

const given = /^#code=([0-9]{8})$/.exec(location.hash);
if (location.hash) history.replaceState(null, "", location.pathname); // a used code is of no use to anybody
connection.enter(given ? given[1] : "");
