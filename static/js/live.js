// Keeps the page true: the socket says what changed, its HTML is fetched and put in place. Never moves the focus.
import { fragment, place } from "./swap.js";
import { bar } from "./bar.js";
import { current, forget } from "./inbox.js";
import { announce } from "./say.js";
import { look } from "./look.js";
import { restack } from "./twins.js";
import { beat } from "./heart.js";
import { news, watch } from "./news.js";
import { gone } from "./gone.js";
import { learn, pulse } from "./pulse.js";
import { notify } from "./notify.js";

const GRACE = 10e3, POLL = 15e3, PULSE = 30e3, SOON = 1e3, NOT_SIGNED_IN = 4401;
let socket, rest = () => {}, tries = 0, lostAt = 0, poll = 0, again = 0, soon = 0;

export function start() {
  if (document.body.dataset.live === "off") return;
  connect();
  setInterval(() => pulse(hint), PULSE);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) pulse(hint); });
  window.addEventListener("online", () => { if (lostAt) connect(); });
  watch();
}

function connect() {
  clearTimeout(again);
  if (gone()) return;
  socket?.close();
  rest();
  const made = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/`);
  socket = made;
  made.addEventListener("open", () => { tries = 0; alive(); });
  made.addEventListener("message", (event) => heard(JSON.parse(event.data)));
  made.addEventListener("close", (event) => {
    if (event.code === NOT_SIGNED_IN) pulse(hint);
    ended(made);
  });
  rest = beat(made, () => ended(made));
}

function ended(made) {
  if (socket !== made) return;
  socket = null;
  rest();
  made.close();
  lostAt ||= Date.now();
  setTimeout(still, GRACE);
  again = setTimeout(connect, Math.min(1000 * 2 ** tries++, 30e3) * (0.75 + Math.random() / 2));
}

// A hint of the socket; the count in the title follows a second later, once for many.
function heard(said) {
  if (!said.id) return;
  learn(said);
  hint(said);
  clearTimeout(soon);
  soon = setTimeout(() => pulse(hint), SOON);
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
    news(id);
  }
  if (!row && made && "waiting" in made.dataset) notify(made);
  if (document.getElementById("request")?.dataset.action === id) bar(id);
}

function still() {
  if (gone() || !lostAt || Date.now() - lostAt < GRACE || document.body.dataset.still) return;
  document.body.dataset.still = "";
  document.getElementById("live-dot")?.removeAttribute("hidden");
  announce("Not live. The page is looked up every fifteen seconds.");
  look(connect);
  poll = setInterval(() => look(connect), POLL);
}

function alive() {
  const open = lostAt && document.getElementById("request")?.dataset.action;
  if (open) bar(open);
  pulse(hint);
  if ("still" in document.body.dataset) {
    announce("Live again.");
    look(connect);
  }
  lostAt = 0;
  clearInterval(poll);
  delete document.body.dataset.still;
  document.getElementById("live-dot")?.setAttribute("hidden", "");
}
