// Lets Alt and an arrow move a step: it presses the step's own button, and gives the focus back on the next page.
const KEY = "countersign-step";

export function start() {
  const form = document.querySelector("form[data-steps]");
  if (!form) return;
  form.addEventListener("keydown", (event) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    const step = event.target.closest("[data-step]");
    const up = event.key === "ArrowUp";
    const button = step?.querySelector(up ? "[data-up]" : "[data-down]");
    if (!button) return;
    event.preventDefault();
    if (button.disabled) return;
    sessionStorage.setItem(KEY, Number(step.dataset.step) + (up ? -1 : 1));
    button.click();
  });
  const moved = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  if (moved) form.querySelector(`[data-step="${CSS.escape(moved)}"] section`)?.focus();
}
