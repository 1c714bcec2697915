import { fragment, place } from "./swap.js";

// Brings the decision bar up to date; what somebody is typing stays, unless nothing can be decided any more.
export async function bar(id) {
  const open = document.getElementById("request"), old = document.getElementById("decide");
  if (!old) return;
  const made = await fragment(`/actions/${id}/decide?digest=${encodeURIComponent(open.dataset.digest)}`).catch(() => null);
  if (!made || document.getElementById("request") !== open) return;
  const busy = old.contains(document.activeElement) || old.querySelector("[popover]:popover-open");
  if (busy && !("locked" in made.dataset)) return;
  if (old.classList.contains("fixed")) made.classList.add("fixed");
  place(old, made);
}
