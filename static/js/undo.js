// A low or medium approval waits some seconds before it is sent; until then it can be undone. Nothing is committed.
import { post } from "./swap.js";
import { retext, toast } from "./say.js";
import { leave } from "./inbox.js";

let waiting = null;

export function start() {
  document.addEventListener("submit", (event) => {
    const form = event.target, submitter = event.submitter;
    if (event.defaultPrevented || !form.matches("form[data-undo]") || submitter?.value !== "approve") return;
    event.preventDefault();
    if (waiting) send(waiting);
    wait(form, submitter);
  });
  window.addEventListener("pagehide", () => { if (waiting) send(waiting, { leaving: true }); });
}

function wait(form, submitter) {
  let rest = Number(form.dataset.undo);
  const said = form.dataset.said || "Approved.";
  const kept = form.cloneNode(true);
  kept.querySelector("[name=reviewed]").value = form.querySelector("[name=reviewed]").value;
  const item = { form: kept, submitter: kept.querySelector("[data-approve]"), said, id: actionOf(form), clock: 0 };
  item.away = toast(`${said} Sent to the agent in ${rest} s.`, { undo: () => cancel(item) });
  item.clock = setInterval(() => {
    rest -= 1;
    if (rest > 0) retext(`${said} Sent to the agent in ${rest} s.`);
    else send(item);
  }, 1000);
  waiting = item;
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  item.restore = () => { for (const button of form.querySelectorAll("button:not(.vh)")) button.disabled = false; };
  leave(item.id, "Approved. Not sent yet.");
}

function cancel(item) {
  clearInterval(item.clock);
  if (waiting === item) waiting = null;
  item.restore();
  leave(item.id, "");
  toast("Undone. Nothing was sent.");
}

async function send(item, { leaving = false } = {}) {
  clearInterval(item.clock);
  if (waiting === item) waiting = null;
  item.away();
  try {
    const { ok, said, url } = await post(item.form, item.submitter, { leaving });
    if (ok) {
      toast(`${item.said} The agent is being told.`);
      leave(item.id, "Approved by you.", true);
      if (!document.querySelector("[data-inbox]") && url) location.assign(url);
    } else {
      toast(said, { seconds: 15 });
      item.restore();
      leave(item.id, "");
    }
  } catch {
    toast("Not sent: the connection is gone. Open the request and decide again.", { seconds: 60 });
    leave(item.id, "");
  }
}

function actionOf(form) {
  return new URL(form.action).pathname.split("/")[2] || "";
}
