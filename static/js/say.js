// Says things: to screen readers only, or to everybody at the edge of the page.
let voice;

export function announce(text) {
  if (!voice) {
    voice = document.createElement("div");
    voice.className = "vh";
    voice.setAttribute("role", "status");
    document.body.append(voice);
  }
  voice.textContent = text;
}

// Shows a sentence. With `undo` it carries that button until `seconds` are over. Returns a function that takes it away.
export function toast(text, { undo = null, seconds = 6 } = {}) {
  const holder = document.getElementById("toasts");
  const template = document.getElementById("toast-template");
  if (!holder || !template) return () => {};
  const shown = template.content.firstElementChild.cloneNode(true);
  const button = shown.querySelector("[data-dismiss]");
  shown.querySelector("[data-text]").textContent = text;
  const away = () => shown.remove();
  if (undo) {
    button.dataset.key = "z";
    button.addEventListener("click", () => { away(); undo(); });
  } else {
    button.remove();
    setTimeout(away, seconds * 1000);
  }
  holder.replaceChildren(shown);
  return away;
}

export function retext(text) {
  const place = document.querySelector("#toasts [data-text]");
  if (place) place.textContent = text;
}
