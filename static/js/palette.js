// ⌘K: finds what is on the page and where one can go, and teaches the keys on the way.
import { KEYS } from "./keys.js";

let box, input, list, found = [], chosen = 0;

export function start() {
  box = document.getElementById("palette");
  if (!box?.showPopover) return;
  input = box.querySelector("input");
  list = box.querySelector("ul");
  document.addEventListener("click", (event) => { if (event.target.closest?.("[data-palette]")) show(); });
  document.addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      box.matches(":popover-open") ? box.hidePopover() : show();
    }
  });
  input.addEventListener("input", draw);
  input.addEventListener("keydown", steer);
  list.addEventListener("click", (event) => {
    const at = [...list.children].indexOf(event.target.closest("li"));
    if (at >= 0) run(at);
  });
}

function show() {
  box.showPopover();
  input.value = "";
  draw();
  input.focus();
}

function steer(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && found.length) {
    event.preventDefault();
    chosen = (chosen + step + found.length) % found.length;
    mark();
  }
  if (event.key === "Enter" && found.length) {
    event.preventDefault();
    run(chosen);
  }
}

function commands() {
  const links = [...document.querySelectorAll("#list a.req")].map((row) => ({
    label: row.querySelector(".t").textContent, hint: row.querySelector(".due time")?.textContent || "", run: () => row.click(),
  }));
  const keys = KEYS.filter((one) => !one.quiet).map((one) => ({
    label: one.label, hint: one.keys.map((key) => key.toUpperCase()).join(" "), run: one.run,
  }));
  const pages = [...document.querySelectorAll(".side .nav a")].map((link) => ({
    label: link.querySelector(".lb").textContent, hint: "page", run: () => link.click(),
  }));
  return [...links, ...pages, ...keys];
}

function draw() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  found = commands().filter((one) => words.every((word) => one.label.toLowerCase().includes(word))).slice(0, 9);
  chosen = 0;
  list.replaceChildren(...found.map((one, at) => {
    const line = document.createElement("li"), hint = document.createElement("span");
    line.id = `palette-${at}`;
    line.setAttribute("role", "option");
    hint.className = "push faint small";
    hint.textContent = one.hint;
    line.append(one.label, hint);
    return line;
  }));
  mark();
}

function mark() {
  [...list.children].forEach((line, at) => line.setAttribute("aria-selected", String(at === chosen)));
  input.setAttribute("aria-activedescendant", found.length ? `palette-${chosen}` : "");
}

function run(at) {
  box.hidePopover();
  found[at].run();
}
