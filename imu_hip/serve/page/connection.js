// The live connection: lets itself in, comes back by itself, and knows how old what it has is.

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8000;
const SILENT_MS = 4000; // the server says something every half second
const FULL = 1013;
export const OLD_MS = 2000;

export class Connection {
  // `changed` is called when there is something new to show; `door` asks for a code.
  constructor(changed, door) {
    this.view = null;
    this.full = false;
    this.heardMs = null; // when anything came last
    this.changed = changed;
    this.door = door;
    this.freshMs = null; // when the view had last changed, on this device's clock
    this.offset = null; // smallest difference seen between this clock and the server's: the quickest way here
    this.pauseMs = FIRST_PAUSE_MS;
    this.socket = null;
    setInterval(() => this.watch(), 500);
  }

  // How old the view is; a message that was long on its way is old when it comes.
  ageMs(nowMs) {
    return this.freshMs === null ? Infinity : nowMs - this.freshMs;
  }

  // This device may have slept, and its clock with it: what it has is old until something new comes.
  doubt() {
    this.freshMs = null;
    this.offset = null;
  }

  get connected() {
    return this.heardMs !== null && performance.now() - this.heardMs < OLD_MS;
  }

  // Ask to be let in, with a code or with what the browser remembers; then look.
  async enter(code) {
    clearTimeout(this.timer);
    let answer;
    try {
      const headers = code ? { "Imu-Hip-Code": code } : {};
      answer = await (await fetch("/session", { headers, cache: "no-store" })).json();
    } catch {
      this.later();
      return;
    }
    this.door(!answer.admitted, answer.wait_s, Boolean(code));
    if (answer.admitted) this.open();
  }

  open() {
    const socket = new WebSocket(`ws://${location.host}/live`);
    this.socket = socket;
    this.openedMs = performance.now();
    this.offset = null;
    socket.onmessage = (event) => { if (socket === this.socket) this.take(JSON.parse(event.data)); };
    socket.onclose = (event) => { if (socket === this.socket) this.lost(event.code === FULL); };
  }

  take(message) {
    const nowMs = performance.now();
    const offset = nowMs - 1000 * message.at_s;
    this.offset = this.offset === null ? offset : Math.min(this.offset, offset);
    this.heardMs = nowMs;
    this.full = false;
    this.pauseMs = FIRST_PAUSE_MS;
    if ("view" in message) {
      this.view = message.view;
      this.freshMs = this.offset + 1000 * message.at_s;
    }
    this.changed();
  }

  lost(full) {
    this.socket = null;
    this.full = full;
    this.heardMs = null;
    this.later();
    this.changed();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.enter(), this.pauseMs * (0.75 + 0.5 * Math.random()));
    this.pauseMs = Math.min(2 * this.pauseMs, LONGEST_PAUSE_MS);
  }

  // A connection that has died without a word is given up.
  watch() {
    const sinceMs = performance.now() - Math.max(this.heardMs ?? 0, this.openedMs ?? 0);
    if (this.socket && sinceMs > SILENT_MS) {
      const dead = this.socket;
      this.lost(false);
      dead.close();
    }
  }
}
