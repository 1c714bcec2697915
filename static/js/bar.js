import { fragment, place } from "./swap.js";

// Brings the decision bar up to date; what somebody is typing stays, unless nothing can be decided any more.
export async function bar(id) {
  const open = document.getElementById("request"), old = document.getElementById("decide");
  state(id, open, old ? ["chain"] : ["chain", "notes"]);
  if (!old) return;
  const made = await fragment(`/actions/${id}/decide?digest=${encodeURIComponent(open.dataset.digest)}`).catch(() => null);
  if (!made || document.getElementById("request") !== open) return;
  const busy = old.contains(document.activeElement) || old.querySelector("[popover]:popover-open");
  if (busy && !("locked" in made.dataset)) return;
  if (old.classList.contains("fixed")) made.classList.add("fixed");
  place(old, made);
}

// Brings up to date who is asked and until when; where there is no bar, also what is said above it of how it ended.
async function state(id, open, parts) {
  const made = await fragment(`/actions/${id}/detail`).catch(() => null);
  if (!made || document.getElementById("request") !== open) return;
  for (const part of parts) {
    const old = open.querySelector(`[data-${part}]`), fresh = made.querySelector(`[data-${part}]`);
    if (old && fresh) renew(old, fresh);
  }
}

// What was unfolded stays so, and the focus where it was.
function renew(old, fresh) {
  const all = (part, what) => [...part.querySelectorAll(what)], at = all(old, "summary").indexOf(document.activeElement);
  all(old, "details").forEach((one, index) => all(fresh, "details")[index]?.toggleAttribute("open", one.open));
  place(old, fresh);
  all(fresh, "summary")[at]?.focus({ preventScroll: true });
}
