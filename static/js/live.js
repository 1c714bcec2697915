// Keeps the page true: the socket says what changed, its HTML is fetched and put in place. Never moves the focus.
import { fragment, place } from "./swap.js";
import { current, forget } from "./inbox.js";
import { announce } from "./say.js";
import { list, look } from "./look.js";
import { restack } from "./twins.js";

const GRACE = 10e3, POLL = 15e3;
const fresh = new Set();
let socket, tries = 0, lostAt = 0, poll = 0;

export function start() {
  if (document.body.dataset.live === "off") return;
  connect();
  window.addEventListener("online", () => { if (lostAt) connect(); });
  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-news]")) list().then(() => fresh.clear()); });
}

function connect() {
  socket?.close();
  const made = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/`);
  socket = made;
  made.addEventListener("open", () => { tries = 0; alive(); });
  made.addEventListener("message", (event) => hint(JSON.parse(event.data)));
  made.addEventListener("close", () => {
    if (socket !== made) return;
    lostAt ||= Date.now();
    setTimeout(still, GRACE);
    setTimeout(connect, Math.min(1000 * 2 ** tries++, 30e3) * (0.75 + Math.random() / 2));
  });
}

async function hint({ type = "", id = "", version = 0 }) {
  if (!type.startsWith("action") || !id) return;
  forget(id);
  if (restack(id)) return;
  const row = document.getElementById(`row-${id}`);
  if (row && Number(row.dataset.version) >= version) return;
  const made = await fragment(`/actions/${id}/row`).catch(() => null);
  if (row && made) {
    if (row === current()) made.setAttribute("aria-current", "true");
    place(row, made);
  } else if (!row && made && "waiting" in made.dataset && document.getElementById("news")) {
    fresh.add(id);
    news();
  }
  if (document.getElementById("request")?.dataset.action === id) bar(id);
}

// Brings the decision bar up to date; what somebody is typing stays, unless nothing can be decided any more.
async function bar(id) {
  const open = document.getElementById("request"), old = document.getElementById("decide");
  if (!old) return;
  const made = await fragment(`/actions/${id}/decide?digest=${encodeURIComponent(open.dataset.digest)}`).catch(() => null);
  if (!made || document.getElementById("request") !== open) return;
  const busy = old.contains(document.activeElement) || old.querySelector("[popover]:popover-open");
  if (busy && !("locked" in made.dataset)) return;
  if (old.classList.contains("fixed")) made.classList.add("fixed");
  place(old, made);
}

function news() {
  const pill = document.createElement("button");
  pill.className = "pill";
  pill.type = "button";
  pill.dataset.news = "";
  pill.dataset.key = ".";
  pill.textContent = `${fresh.size} new request${fresh.size === 1 ? "" : "s"}`;
  document.getElementById("news").replaceChildren(pill);
}

function still() {
  if (!lostAt || Date.now() - lostAt < GRACE || document.body.dataset.still) return;
  document.body.dataset.still = "";
  document.getElementById("live-dot")?.removeAttribute("hidden");
  announce("Not live. The page is looked up every fifteen seconds.");
  look(connect);
  poll = setInterval(() => look(connect), POLL);
}

function alive() {
  if ("still" in document.body.dataset) {
    announce("Live again.");
    look(connect);
  }
  lostAt = 0;
  clearInterval(poll);
  delete document.body.dataset.still;
  document.getElementById("live-dot")?.setAttribute("hidden", "");
}
