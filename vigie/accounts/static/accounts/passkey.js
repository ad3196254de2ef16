// Ask the browser for a passkey and send what it gives with the form around the button.
const library = window.webauthnJSON;

async function optionsOf(form) {
  if (!form.dataset.passkeyOptions) {
    return JSON.parse(document.getElementById("passkey-options").textContent);
  }
  const answer = await fetch(form.dataset.passkeyOptions, {
    headers: { Accept: "application/json" },
  });
  if (!answer.ok) throw new Error(`no options: ${answer.status}`);
  return (await answer.json()).request_options;
}

// A key that shall replace the password has to stay on the device and ask who holds it.
function alone(form, options) {
  const wish = form.elements.passwordless;
  if (!wish) return;
  const choice = options.publicKey.authenticatorSelection;
  choice.residentKey = wish.checked ? "required" : "discouraged";
  choice.requireResidentKey = wish.checked;
  if (wish.checked) choice.userVerification = "required";
}

async function ask(form) {
  const failed = form.querySelector("[data-passkey-failed]");
  failed.hidden = true;
  try {
    const options = await optionsOf(form);
    let given;
    if (form.dataset.passkey === "create") {
      alone(form, options);
      given = await library.create(options);
    } else {
      given = await library.get(options);
    }
    form.elements.credential.value = JSON.stringify(given);
    form.submit();
  } catch {
    failed.hidden = false;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential || !library) continue;
  const button = form.querySelector("[data-passkey-ask]");
  form.querySelector("[data-passkey-missing]").hidden = true;
  button.hidden = false;
  button.addEventListener("click", () => ask(form));
  // Enter in the name of a key asks for it, too: there is nothing to send before.
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form);
  });
}
