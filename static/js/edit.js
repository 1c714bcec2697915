// Shows what was changed before it is approved with changes, and counts it on the button.
export function start() {
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-edit]");
    if (form) show(form);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-edit]") || changes(form).length) return;
    event.preventDefault();
    form.querySelector("[data-was]")?.focus();
  });
}

// An item of a list that is ticked is left out; every other field says its new value.
const value = (field) => (field.type !== "checkbox" ? field.value : field.checked ? "left out" : "");

function changes(form) {
  return [...form.querySelectorAll("[data-was]")].filter((field) => value(field) !== field.dataset.was);
}

function show(form) {
  const changed = changes(form);
  const box = form.querySelector("[data-diff]");
  const lines = changed.flatMap((field) => {
    if (field.type === "checkbox") return [line("del", field.dataset.label, "left out")];
    const label = form.querySelector(`label[for="${field.id}"]`)?.textContent || field.name;
    return [line("del", label, field.dataset.was), line("add", label, field.value)];
  });
  box.replaceChildren(...lines);
  box.hidden = !lines.length;
  const word = changed.length === 1 ? "change" : "changes";
  form.querySelector("[data-count]").textContent =
    changed.length ? `Approve with ${changed.length} ${word}` : "Approve with changes";
}

function line(kind, label, text) {
  const made = document.createElement("div");
  made.className = kind;
  made.textContent = `${label}  ${text}`;
  return made;
}
