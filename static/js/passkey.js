// Signs in with a passkey: asks the server for a challenge, the browser for an answer, and posts that as a form.
const form = document.querySelector("form[data-passkey]");

if (form && !window.PublicKeyCredential) form.hidden = true;
form?.addEventListener("submit", async (event) => {
  if (form.elements.credential.value) return;
  event.preventDefault();
  try {
    const answer = await fetch(form.dataset.passkey, { headers: { Accept: "application/json", "X-Requested-With": "XMLHttpRequest" } });
    const told = await answer.json();
    const options = told.request_options || told;
    const credential = await navigator.credentials.get({ publicKey: request(options.publicKey || options) });
    form.elements.credential.value = JSON.stringify(credential.toJSON ? credential.toJSON() : written(credential));
    form.requestSubmit();
  } catch (error) {
    const place = form.querySelector("[data-said]");
    place.textContent = error.name === "NotAllowedError"
      ? "No passkey was used. You can try again, or have a link sent by email."
      : "Passkeys do not work here. Have a link sent by email instead.";
    place.hidden = false;
  }
});

function request(options) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) return PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const allowed = (options.allowCredentials || []).map((one) => ({ ...one, id: bytes(one.id) }));
  return { ...options, challenge: bytes(options.challenge), allowCredentials: allowed };
}

function written(credential) {
  const { clientDataJSON, authenticatorData, signature, userHandle } = credential.response;
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: text(clientDataJSON),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null,
    },
  };
}

function bytes(base64url) {
  const plain = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
