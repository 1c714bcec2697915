// Looks the list up again by plain requests: when asked for, after a break, and while there is no socket.
import { fragments } from "./swap.js";
import { lock, unlock } from "./offline.js";

// Fetches the list again; where there is none, only asks whether the server can be reached.
export async function list() {
  const holder = document.getElementById("list");
  const { action, stack } = document.getElementById("request")?.dataset ?? {}, open = action || stack || "";
  try {
    if (!holder) return (await fetch("/healthz")).ok;
    const made = await fragments(`${holder.dataset.list}&open=${open}`);
    if (!made) return true;
    holder.replaceChildren(made);
    document.dispatchEvent(new CustomEvent("countersign:placed", { detail: holder }));
    return true;
  } catch {
    return false;
  }
}

// Looks the page up where no socket does it; `reconnect` is tried again when somebody presses "Now".
export async function look(reconnect) {
  if (await list()) unlock();
  else lock(() => { reconnect(); look(reconnect); });
}
