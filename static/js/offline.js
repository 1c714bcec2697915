// When not even plain requests get through: says so, and switches the decision off, with that sentence as the reason.
let note = null, since = 0;

export function lock(retry) {
  const bar = document.getElementById("decide");
  if (note?.isConnected) return;
  since ||= Date.now();
  const clock = new Date(since).toTimeString().slice(0, 5);
  const text = document.createElement("p"), strong = document.createElement("strong"), now = document.createElement("button");
  strong.textContent = "Not live. ";
  text.id = "not-live";
  text.append(strong, `Showing ${clock}. You can read, but not decide. Trying again every few seconds.`);
  now.className = "btn sm";
  now.type = "button";
  now.textContent = "Now";
  now.addEventListener("click", retry);
  note = document.createElement("div");
  note.className = "note warn bare";
  note.setAttribute("role", "status");
  note.append(text, now);
  if (bar) bar.prepend(note);
  else document.getElementById("main")?.prepend(note);
  for (const button of buttons()) {
    button.dataset.off = "";
    button.disabled = true;
    button.setAttribute("aria-describedby", "not-live");
  }
}

export function unlock() {
  note?.remove();
  [note, since] = [null, 0];
  for (const button of document.querySelectorAll("#decide [data-off]")) {
    button.disabled = false;
    button.removeAttribute("aria-describedby");
    delete button.dataset.off;
  }
}

function buttons() {
  return document.querySelectorAll("#decide button:not(:disabled):not(.note button)");
}
