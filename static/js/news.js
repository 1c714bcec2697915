// New requests wait behind a button, so that no list moves under somebody's eyes.
import { list } from "./look.js";

const fresh = new Set();

export function watch() {
  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-news]")) list().then(() => fresh.clear()); });
}

export function news(id) {
  fresh.add(id);
  const pill = document.createElement("button");
  pill.className = "pill";
  pill.type = "button";
  pill.dataset.news = "";
  pill.dataset.key = ".";
  pill.textContent = `${fresh.size} new request${fresh.size === 1 ? "" : "s"}`;
  document.getElementById("news").replaceChildren(pill);
}
