// Fetches pieces of our own pages and puts them in place. The only module that may make HTML out of text.
const policy = window.trustedTypes
  ? window.trustedTypes.createPolicy("countersign", { createHTML: (html) => html })
  : { createHTML: (html) => html };

// Returns the first element of a fragment of ours, or null where there is none (404, signed out, not HTML).
export async function fragment(url, options = {}) {
  const target = new URL(url, location.href);
  if (target.origin !== location.origin) return null;
  const answer = await fetch(target, {
    headers: { Accept: "text/html", "X-Requested-With": "fetch" }, credentials: "same-origin", ...options,
  });
  if (!answer.ok || answer.redirected || !isHtml(answer)) return null;
  return parse(await answer.text()).firstElementChild;
}

// Returns all of a fragment, for lists.
export async function fragments(url) {
  const target = new URL(url, location.href);
  if (target.origin !== location.origin) return null;
  const answer = await fetch(target, { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" });
  return answer.ok && !answer.redirected && isHtml(answer) ? parse(await answer.text()) : null;
}

// Posts a form as the browser would. Returns { ok, said }: `said` is the sentence of a refusal.
export async function post(form, submitter, { leaving = false } = {}) {
  const body = new URLSearchParams(new FormData(form, submitter));
  const answer = await fetch(form.action, {
    method: "POST", body, credentials: "same-origin", keepalive: leaving, headers: { "X-Requested-With": "fetch" },
  });
  if (answer.ok) return { ok: true, said: "", url: answer.url };
  if (!isHtml(answer)) return { ok: false, said: "It was not recorded. Load the page again and look.", url: "" };
  const page = parse(await answer.text());
  const note = [".decide .note", "[data-note] .note", "main .muted"].map((part) => page.querySelector(part)).find(Boolean);
  return { ok: false, said: note ? note.textContent.trim() : "It was not recorded. Load the page again and look.", url: "" };
}

// Puts `fresh` where `old` is, without moving the focus, and lets the others know.
export function place(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(fresh);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("countersign:placed", { detail: fresh }));
}

function isHtml(answer) {
  return (answer.headers.get("Content-Type") || "").startsWith("text/html");
}

function parse(text) {
  const holder = document.createElement("template");
  holder.innerHTML = policy.createHTML(text);
  return holder.content;
}
