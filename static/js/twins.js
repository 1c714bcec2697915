// Keeps the button of a list of twins true to what is ticked, and their row in the inbox to what still waits.
import { fragment, place } from "./swap.js";
import { current, forget } from "./inbox.js";

export function start() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-twins]");
    if (form) settle(form);
  });
}

function settle(form) {
  const ticked = [...form.querySelectorAll("input[name=a]:checked")];
  const button = form.querySelector("button[type=submit]");
  const units = ticked.map((one) => one.dataset.units);
  const sum = ticked.length && units.every(Boolean) ? `, ${amount(units, form.dataset)}` : "";
  form.querySelector("[data-twins-label]").textContent = ticked.length ? `Approve ${ticked.length}${sum}` : "Tick what to approve";
  button.disabled = !ticked.length;
}

// Adds whole numbers of the smallest unit; floating point would lose cents.
function amount(units, { before, places }) {
  const digits = units.reduce((sum, one) => sum + BigInt(one), 0n).toString().padStart(Number(places) + 1, "0");
  const whole = digits.slice(0, -places).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${before}${whole}.${digits.slice(-places)}`;
}

// Brings the row of twins that holds `id` up to date. Returns whether there is one.
export function restack(id) {
  const stack = document.querySelector(`[data-members~="${CSS.escape(id)}"]`);
  if (!stack) return false;
  forget(stack.dataset.row);
  fragment(stack.dataset.piece).catch(() => null).then((made) => {
    if (made && stack === current()) made.setAttribute("aria-current", "true");
    if (made) return place(stack, made);
    stack.dataset.gone = "";
    stack.querySelector(".clip").textContent = "None of these waits for you any more.";
    return null;
  });
  return true;
}
