// Asks what waits, with versions: at each connection, every half minute, and when the page is looked at again. Hints may
// be lost; this finds what they would have said. Counts in the title.
import { gone, isOut } from "./gone.js";

let known = null, mark = "";

// Calls `hint` for whatever changed since the last time. Returns false where the server cannot be reached.
export async function pulse(hint) {
  if (gone()) return true;
  let answer;
  try {
    answer = await fetch(`/inbox/changes?mark=${mark}`, { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" });
  } catch {
    return false;
  }
  if (isOut(answer)) return gone(true);
  if (answer.status !== 200 || answer.redirected) return answer.status < 500;
  const told = await answer.json();
  mark = told.mark;
  count(told.waiting);
  const before = known || shown();
  for (const [id, version] of Object.entries(told.actions)) {
    const had = before.get(id);
    if (had ? had < version : known) hint({ type: "action", id, version });
  }
  for (const [id, version] of before) {
    if (!(id in told.actions)) hint({ type: "action", id, version: version + 1 });
  }
  known = new Map(Object.entries(told.actions));
  return true;
}

// What a hint told need not be found again.
export function learn({ type = "", id, version }) {
  if (type.startsWith("action")) known?.set(id, Math.max(version, known.get(id) ?? 0));
}

function shown() {
  const open = document.getElementById("decide") && document.getElementById("request")?.dataset;
  const rows = [...document.querySelectorAll("[data-row][data-waiting]")].map((row) => [row.dataset.row, Number(row.dataset.version)]);
  return new Map(open?.action ? [[open.action, Number(open.version)], ...rows] : rows);
}

function count(waiting) {
  document.title = (waiting ? `(${waiting}) ` : "") + document.title.replace(/^\(\d+\) /, "");
  const place = document.getElementById("waiting");
  if (place?.firstChild && waiting) place.firstChild.data = waiting;
  place?.toggleAttribute("hidden", !waiting);
}
