// The one registry of keys: it moves, opens and presses, and feeds the list of keys and the palette.
import { current, move, open } from "./inbox.js";
import { press, release } from "./hold.js";

const go = (href) => () => location.assign(href);
export const KEYS = [
  { keys: ["j"], also: "ArrowDown", label: "Next request", run: () => move(1) },
  { keys: ["k"], also: "ArrowUp", label: "Previous request", run: () => move(-1) },
  { keys: ["Enter"], label: "Open it", run: openRow, quiet: true },
  { keys: ["a"], label: "Approve (hold when high risk)", run: approve, up: release },
  { keys: ["r"], label: "Reject", run: () => click("r") },
  { keys: ["e"], label: "Edit", run: () => click("e") },
  { keys: ["q"], label: "Ask the agent", run: () => click("q") },
  { keys: ["h"], label: "Hand off", run: () => more("h") },
  { keys: ["s"], label: "Snooze", run: () => more("s") },
  { keys: ["z"], label: "Undo", run: () => click("z") },
  { keys: ["."], label: "Show new requests", run: () => click(".") },
  { keys: ["g", "i"], label: "Go to the inbox", run: go("/") },
  { keys: ["g", "a"], label: "Go to the agents", run: go("/agents") },
  { keys: ["g", "n"], label: "Go to the insights", run: go("/insights") },
  { keys: ["g", "l"], label: "Go to the audit log", run: go("/audit") },
  { keys: ["g", "d"], label: "Go to delegation", run: go("/delegation") },
  { keys: ["?"], label: "All keys", run: () => document.getElementById("keys")?.togglePopover() },
];
let before = "", beforeAt = 0;

export function start() {
  document.addEventListener("keydown", down);
  document.addEventListener("keyup", (event) => { if (event.key.toLowerCase() === "a") release(); });
  const list = document.querySelector("[data-key-list]");
  for (const one of KEYS) list?.append(...entry(one));
}

function down(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.body.dataset.singleKeys === "off") return;
  if (isTyping(event.target) || document.querySelector("[popover]:popover-open") || event.repeat) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const pair = Date.now() - beforeAt < 1500 ? KEYS.find((one) => one.keys.join(" ") === `${before} ${key}`) : null;
  const found = pair || KEYS.find((one) => one.keys.length === 1 && (one.keys[0] === key || one.also === key));
  [before, beforeAt] = [key, Date.now()];
  if (!found || (found.also === key && !inList(event.target))) return;
  if (found.quiet && event.target !== document.body) return;
  event.preventDefault();
  found.run();
}

function approve() {
  const button = document.querySelector('[data-key="a"]');
  if (!button || button.disabled || button.getAttribute("aria-disabled")) return;
  if (button.form.dataset.friction === "hold" && button.classList.contains("guarded")) press(button);
  else button.click();
}

function more(key) {
  document.getElementById("more")?.showPopover();
  document.querySelector(`[data-key="${key}"]`)?.focus();
}

function click(key) {
  document.querySelector(`[data-key="${key}"]:not(:disabled)`)?.click();
}

function openRow() {
  const row = current();
  if (row) open(row).then?.(() => document.getElementById("request")?.focus());
}

const inList = (target) => target === document.body || Boolean(target.closest?.("#list"));
const isTyping = (target) => Boolean(target.closest?.("input:not([type=radio]):not([type=checkbox]), textarea, select"));

function entry(one) {
  const label = document.createElement("dt"), keys = document.createElement("dd");
  label.textContent = one.label;
  for (const key of one.keys) {
    const cap = document.createElement("kbd");
    cap.textContent = key.length === 1 ? key.toUpperCase() : key;
    keys.append(cap);
  }
  return [label, keys];
}
