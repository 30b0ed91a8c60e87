// Passkeys and security keys: a button marked data-passkey asks the browser for a key and sends its form with the answer.
//   login: a passkey that says who it is; get: a key of the person already named; create: a new key.
const codec = window.webauthnJSON;

const given = () => JSON.parse(document.getElementById("passkey-data").textContent);

async function request(kind, form) {
  if (kind === "login") {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    return codec.get((await answer.json()).request_options);
  }
  if (kind === "get") return codec.get(given().request_options);
  const options = given().creation_options;
  const passwordless = form.elements.passwordless?.checked ?? false;
  Object.assign(options.publicKey.authenticatorSelection, {
    residentKey: passwordless ? "required" : "discouraged",
    requireResidentKey: passwordless,
    ...(passwordless && { userVerification: "required" }),
  });
  return codec.create(options);
}

for (const button of document.querySelectorAll("[data-passkey]")) {
  const form = button.form;
  const error = document.querySelector("[data-passkey-error]");
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    if (!form.reportValidity()) return;
    error.hidden = true;
    button.disabled = true;
    try {
      form.elements.credential.value = JSON.stringify(await request(button.dataset.passkey, form));
      form.submit();
    } catch {
      error.hidden = false; // refused, timed out, no such key: what to do instead stands there
    } finally {
      button.disabled = false;
    }
  });
}
