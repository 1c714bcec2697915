// Notifications of the browser, by choice: the switch in the settings asks for leave, a cookie of this browser keeps it.
const COOKIE = "notify", YEAR = 31536000;

export function start() {
  const field = document.querySelector("[data-notify]");
  if (!field || !("Notification" in window)) return;
  field.hidden = false;
  const box = field.querySelector("input"), said = field.querySelector("[data-said]");
  const show = () => {
    box.checked = wanted();
    box.disabled = Notification.permission === "denied";
    said.hidden = !box.disabled;
  };
  box.addEventListener("change", async () => {
    const yes = box.checked && (await Notification.requestPermission()) === "granted";
    document.cookie = `${COOKIE}=${yes ? "on" : ""}; path=/; max-age=${yes ? YEAR : 0}; samesite=strict${location.protocol === "https:" ? "; secure" : ""}`;
    show();
  });
  show();
}

// Tells of a row that is new, where nobody looks at the page; `tag` lets many tabs tell it once.
export function notify(row) {
  if (!document.hidden || !wanted()) return;
  const made = new Notification(row.querySelector(".t").textContent, { tag: row.dataset.row, body: "Waits for you in Countersign" });
  made.addEventListener("click", () => { window.focus(); location.assign(row.href); });
}

function wanted() {
  return "Notification" in window && Notification.permission === "granted" && document.cookie.split("; ").includes(`${COOKIE}=on`);
}
