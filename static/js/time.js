// One timer for all clocks: time left, time ago, and how long the open request has been in view.
import { announce } from "./say.js";

const MINUTE = 60e3, HOUR = 3600e3, DAY = 86400e3;
let seconds = 0, reading = "";
const told = new Set();

export function start() {
  setInterval(tick, 1000);
  document.addEventListener("countersign:placed", tick);
}

export function left(ms) {
  if (ms < MINUTE) return "under 1 min";
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < 2 * DAY) {
    const minutes = Math.floor((ms % HOUR) / MINUTE);
    return `${Math.floor(ms / HOUR)} h${minutes ? ` ${String(minutes).padStart(2, "0")}` : ""}`;
  }
  return `${Math.floor(ms / DAY)} d`;
}

export function ago(ms) {
  const some = (count, word) => `${count} ${word}${count === 1 ? "" : "s"} ago`;
  if (ms < MINUTE) return some(Math.max(Math.floor(ms / 1000), 1), "second");
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ago`;
  return some(Math.floor(ms / DAY), "day");
}

function tick() {
  const now = Date.now();
  for (const place of document.querySelectorAll("time[data-left], time[data-ago]")) {
    const away = Date.parse(place.dateTime) - now;
    const text = "left" in place.dataset ? left(Math.max(away, 0)) : ago(Math.max(-away, 0));
    if (place.textContent !== text) place.textContent = text;
    if ("left" in place.dataset && away < 30 * MINUTE) place.closest(".due")?.classList.add("soon");
  }
  review();
  warn(now);
}

// Counts seconds in which the page was seen and had the focus; the form carries them with the decision.
function review() {
  const open = document.getElementById("request")?.dataset.action || "";
  if (open !== reading) [reading, seconds] = [open, 0];
  if (!open || document.hidden || !document.hasFocus()) return;
  seconds += 1;
  const text = `On review ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  for (const place of document.querySelectorAll("[data-review]")) place.textContent = text;
  for (const field of document.querySelectorAll("input[data-reviewed]")) field.value = String(seconds);
}

// Tells a screen reader at five minutes and at one, for the open request only.
function warn(now) {
  const place = document.querySelector("#request .chain [aria-current] time[data-left]");
  if (!place) return;
  const away = Date.parse(place.dateTime) - now;
  for (const minutes of [5, 1]) {
    const mark = `${reading} ${minutes}`;
    if (away > 0 && away <= minutes * MINUTE && !told.has(mark)) {
      told.add(mark);
      announce(`${minutes === 1 ? "One minute" : "Five minutes"} left to decide this request.`);
    }
  }
}
