// Small helps in the sheets: reasons to press, a link to copy, messages to close.
import { toast } from "./say.js";

export function start() {
  document.addEventListener("click", (event) => {
    const chip = event.target.closest?.("[data-chip]");
    if (chip) fill(chip);
    const copy = event.target.closest?.("[data-copy]");
    if (copy) copied(copy);
    event.target.closest?.("#toasts [data-dismiss]")?.closest(".toast")?.remove();
  });
  document.addEventListener("change", (event) => {
    if (event.target.name === "reject_option") option(event.target);
  });
  document.addEventListener("toggle", (event) => {
    if (event.newState !== "open" || !event.target.matches?.(".sheet")) return;
    const first = ["[autofocus]", "textarea, input:not([type=hidden]), select"].map((part) => event.target.querySelector(part));
    first.find(Boolean)?.focus();
  }, true);
}

function fill(chip) {
  const area = chip.closest(".sheet").querySelector("textarea");
  area.value = area.value.trim() ? `${area.value.trim()} ${chip.textContent}.` : `${chip.textContent}.`;
  area.focus();
}

function option(radio) {
  const area = radio.closest(".sheet").querySelector("textarea[name=comment]");
  if (!area.value.trim()) area.value = radio.parentElement.querySelector("bdi").textContent;
}

async function copied(button) {
  try {
    await navigator.clipboard.writeText(new URL(button.dataset.copy, location.href).href);
    toast("The link is copied.");
  } catch {
    toast("The browser did not allow copying. Copy the address of the page instead.");
  }
}
