// Shows what a delegation would change while its form is filled in; without it, "See what changes" does.
import { fragments, place } from "./swap.js";

const PARTS = ["d-lanes-panel", "d-changes-panel"];

export function start() {
  const form = document.querySelector("form[data-cover]");
  if (!form) return;
  let asked = 0;
  form.addEventListener("change", async (event) => {
    if (event.target.name === "from") return form.querySelector("[data-look]").click(); // another person's form
    const number = ++asked, fields = new URLSearchParams(new FormData(form));
    fields.delete("csrfmiddlewaretoken");
    const page = await fragments(`/delegation?${fields}`).catch(() => null);
    if (!page || number !== asked) return;
    for (const part of PARTS) {
      const old = document.getElementById(part), fresh = page.getElementById(part);
      if (old && fresh) place(old, fresh);
    }
    document.getElementById("d-said").textContent = "What changes is shown anew.";
  });
}
