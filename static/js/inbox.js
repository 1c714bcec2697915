// Opens requests beside the list without leaving it, and fetches the next two before they are asked for.
import { fragment, place } from "./swap.js";
import { toast } from "./say.js";

const wide = window.matchMedia("(min-width: 52.01rem)");
const near = new Map(), source = (row) => row.dataset.detail || `/actions/${row.dataset.row}/detail`;
const FRESH = 20e3;

export function start() {
  if (!document.querySelector("[data-inbox]")) return;
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-next]") && current()) {
      event.preventDefault();
      move(1);
    }
    const row = event.target.closest?.("a.req[data-row]");
    if (!row || !wide.matches || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(row);
  });
  ahead(current());
}

export function rows() {
  return [...document.querySelectorAll("#list a.req[data-row]")];
}

export function current() {
  return document.querySelector("#list a.req[aria-current]");
}

// Moves to the next (1) or previous (-1) request that still waits.
export function move(step) {
  const all = rows(), here = all.indexOf(current());
  for (let at = here + step; at >= 0 && at < all.length; at += step) {
    if ("gone" in all[at].dataset) continue;
    clear();
    return open(all[at]);
  }
  return null;
}

export async function open(row) {
  if (!wide.matches) return location.assign(row.href);
  for (const one of rows()) one.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  row.classList.add("read");
  row.scrollIntoView({ block: "nearest" });
  const fresh = await detail(row);
  if (current() !== row) return null;
  if (!fresh) return location.assign(row.href);
  place(document.getElementById("request"), fresh);
  const at = new URL(location.href);
  at.searchParams.set("open", row.dataset.row);
  history.replaceState(null, "", at);
  ahead(row);
  return null;
}

// Marks a row as done with (a sentence), or as waiting again (""), and goes on to the next.
export function leave(id, sentence, done = false) {
  const row = document.getElementById(`row-${id}`);
  near.delete(id);
  if (!row) return;
  if (!sentence) delete row.dataset.gone;
  else row.dataset.gone = "";
  const text = row.querySelector(".clip");
  text.dataset.was ??= text.textContent;
  text.textContent = sentence || text.dataset.was;
  if (sentence && !done && row === current() && !move(1) && !move(-1)) toast("That was the last one.");
}

// Rows decided elsewhere leave with the next move, never while somebody looks.
function clear() {
  for (const row of rows()) if ("gone" in row.dataset && row !== current()) row.remove();
}

function detail(row) {
  const id = row.dataset.row, kept = near.get(id);
  near.delete(id);
  if (kept && Date.now() - kept.at < FRESH) return kept.part;
  return fragment(source(row)).catch(() => null);
}

function ahead(row) {
  const all = rows(), here = all.indexOf(row);
  if (here < 0 || !wide.matches) return;
  for (const next of all.slice(here + 1, here + 3)) {
    const id = next.dataset.row;
    if (!near.has(id) || Date.now() - near.get(id).at > FRESH) {
      near.set(id, { at: Date.now(), part: fragment(source(next)).catch(() => null) });
    }
  }
}

export function forget(id) {
  near.delete(id);
}
