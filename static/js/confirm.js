// Keeps Approve locked until the text that its form names was typed.
export function start() {
  prepare();
  document.addEventListener("countersign:placed", prepare);
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-decide]");
    if (form && event.target.name === "confirm") settle(form);
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-type-instead]")) return;
    const typed = event.target.closest("form").querySelector(".typed");
    delete typed.dataset.spare;
    typed.querySelector("input").focus();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-decide]") || event.submitter?.value !== "approve" || isTyped(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    delete form.querySelector(".typed")?.dataset.spare;
    form.querySelector("[name=confirm]")?.focus();
  }, true);
}

// Tells whether nothing needs typing, or it has been typed.
export function isTyped(form) {
  const wanted = form.dataset.confirm;
  return !wanted || plain(form.querySelector("[name=confirm]")?.value || "") === plain(wanted);
}

function prepare() {
  for (const form of document.querySelectorAll("form[data-decide]")) settle(form);
}

function settle(form) {
  const button = form.querySelector("[data-approve]");
  if (!button || !form.dataset.confirm) return;
  const done = isTyped(form);
  if (form.dataset.friction === "type") {
    if (done) button.removeAttribute("aria-disabled");
    else button.setAttribute("aria-disabled", "true");
  }
  const label = button.querySelector("[data-hold-label]");
  if (label) label.textContent = done ? "Approve" : "Hold to approve";
  button.classList.toggle("guarded", !done);
}

function plain(text) {
  return text.replace(/[\s,]/g, "").toLowerCase();
}
