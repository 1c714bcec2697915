// Holding Approve for 1.2 s stands for typing. Letting go or leaving cancels; key, pointer and touch work alike.
import { announce } from "./say.js";
import { isTyped } from "./confirm.js";

const LENGTH = 1200;
let held = null, spent = null;

export function start() {
  document.addEventListener("pointerdown", (event) => {
    const button = holdable(event.target);
    if (button && event.button === 0) press(button);
  });
  for (const name of ["pointerup", "pointercancel", "dragstart"]) document.addEventListener(name, release);
  document.addEventListener("pointerout", (event) => {
    if (held && event.target === held.button && !held.button.contains(event.relatedTarget)) release();
  });
  document.addEventListener("keydown", (event) => {
    const button = holdable(event.target);
    if (!button || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    if (!event.repeat) press(button);
  });
  document.addEventListener("keyup", release);
  window.addEventListener("blur", release);
  document.addEventListener("contextmenu", (event) => { if (holdable(event.target)) event.preventDefault(); });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button.hold");
    if (button && (button === spent || holdable(button))) event.preventDefault();
    spent = null;
  }, true);
}

// Begins to hold a button; used by the key that stands for it, too.
export function press(button) {
  if (held || button.disabled) return;
  button.dataset.holding = "";
  announce("Holding. Keep on for a second.");
  held = {
    button,
    half: setTimeout(() => announce("Half way."), LENGTH / 2),
    end: setTimeout(() => finish(button), LENGTH),
  };
}

export function release() {
  if (!held) return;
  clearTimeout(held.half);
  clearTimeout(held.end);
  delete held.button.dataset.holding;
  announce("Let go early. Nothing was sent.");
  held = null;
}

function finish(button) {
  announce("Approving.");
  spent = button;
  const form = button.form;
  form.querySelector("[name=confirm]").value = form.dataset.confirm;
  form.requestSubmit(button);
  delete button.dataset.holding;
  held = null;
}

// Returns the button under an event if it must be held: not when the text was typed instead.
function holdable(target) {
  const button = target.closest?.("button.hold");
  return button && button.form && !button.disabled && !isTyped(button.form) ? button : null;
}
