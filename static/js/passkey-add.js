// Makes a passkey: asks the server for the terms, the browser for the key, and sends it with the form.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function readable(options) {
  const given = options.publicKey ?? options;
  if (PublicKeyCredential.parseCreationOptionsFromJSON) return PublicKeyCredential.parseCreationOptionsFromJSON(given);
  const known = (given.excludeCredentials ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  return { ...given, challenge: bytes(given.challenge), user: { ...given.user, id: bytes(given.user.id) }, excludeCredentials: known };
}

function sendable(credential) {
  if (credential.toJSON) return credential.toJSON();
  const { response } = credential;
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject) },
  };
}

async function add(form) {
  const said = form.querySelector("[data-said]");
  said.hidden = true;
  try {
    const answer = await fetch(form.dataset.passkeyAdd, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
    });
    if (answer.redirected) {
      location.assign(answer.url);
      return;
    }
    const { creation_options: options } = await answer.json();
    const credential = await navigator.credentials.create({ publicKey: readable(options) });
    form.elements.credential.value = JSON.stringify(sendable(credential));
    form.submit();
  } catch {
    said.textContent = "No passkey was made. Nothing was changed. You can try again.";
    said.hidden = false;
  }
}

for (const form of document.querySelectorAll("form[data-passkey-add]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    add(form);
  });
}
