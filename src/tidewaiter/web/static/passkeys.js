"use strict";
/* Passkeys: the browser asks the device, and the server checks what it signs. */
(() => {
  const make = document.querySelector("[data-passkey-make]");
  const use = document.querySelector("[data-passkey-use]");
  const can = window.PublicKeyCredential?.parseCreationOptionsFromJSON !== undefined;
  const told = document.getElementById("passkey-told");

  const send = async (path, record) => {
    const headers = { "content-type": "application/json" };
    const token = document.querySelector("input[name=csrf]")?.value;
    if (token) headers["x-csrf-token"] = token;
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(record) });
    const said = await answer.json();
    if (!answer.ok) throw new Error([said.detail, said.hint].filter(Boolean).join("; "));
    return said;
  };

  const attempt = (button, work) => button.addEventListener("click", async () => {
    button.disabled = true;
    told.hidden = true;
    try {
      await work();
    } catch (error) {
      told.textContent = error.message;
      told.hidden = false;
    }
    button.disabled = false;
  });

  if (make && can) {
    make.hidden = false;
    attempt(make, async () => {
      const { options } = await send("/account/passkeys/begin", {});
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
      const credential = await navigator.credentials.create({ publicKey });
      const name = document.getElementById("passkey-name").value;
      await send("/account/passkeys", { credential: credential.toJSON(), name });
      location.reload();
    });
  }
  if (use && can) {
    use.hidden = false;
    attempt(use, async () => {
      const { options } = await send("/sign-in/passkey/begin", {});
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
      const credential = await navigator.credentials.get({ publicKey });
      await send("/sign-in/passkey", { credential: credential.toJSON() });
      location.assign(document.querySelector("input[name=next]").value);
    });
  }
})();
