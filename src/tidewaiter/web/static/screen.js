"use strict";
/* Files are dropped, or chosen, and sent one after the other; without this the form itself sends them. */
(() => {
  const form = document.querySelector("[data-drop]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const list = form.querySelector("[data-sending]");
  const button = form.querySelector("button");

  const row = (file) => {
    const item = document.createElement("li");
    const name = document.createElement("bdi");
    name.textContent = file.name;
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    const said = document.createElement("span");
    item.append(name, bar, said);
    list.append(item);
    return { bar, said };
  };

  const send = (file) => new Promise((resolve) => {
    const { bar, said } = row(file);
    const fail = (text) => { bar.remove(); said.textContent = text; said.className = "problem"; resolve(null); };
    const body = new FormData();
    body.append("files", file, file.name);
    const request = new XMLHttpRequest();
    const [path, query] = form.getAttribute("action").split("?");
    request.open("POST", `${path}.json?${query}`);
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = 100 * event.loaded / event.total; });
    request.addEventListener("error", () => fail(form.dataset.broken));
    request.addEventListener("load", () => {
      let told = {};
      try { told = JSON.parse(request.responseText); } catch { /* said below */ }
      if (request.status === 201 && told.uploads) { bar.value = 100; resolve(told.uploads[0]); return; }
      fail([told.detail || form.dataset.refused, told.hint].filter(Boolean).join(" "));
    });
    request.send(body);
  });

  /* What waits to be sent. Each file that is chosen or dropped is put here once; one after the other goes. */
  const waiting = [];
  let busy = false;
  const lock = (on) => { busy = on; button.disabled = on; input.disabled = on; form.setAttribute("aria-busy", String(on)); };

  const sendAll = async (files) => {
    waiting.push(...files);
    input.value = "";
    if (busy) return;
    lock(true);
    list.replaceChildren();
    const taken = [];
    let failed = false;
    while (waiting.length) {
      const upload = await send(waiting.shift());
      if (upload) taken.push(upload); else failed = true;
    }
    lock(false);
    if (failed) return;
    location.assign(taken.length === 1 ? `/screen/${taken[0].id}` : "/screen");
  };

  addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });

  form.addEventListener("submit", (event) => {
    if (busy) { event.preventDefault(); return; }
    if (!input.files.length) return;
    event.preventDefault();
    sendAll([...input.files]);
  });
  input.addEventListener("change", () => { if (input.files.length) sendAll([...input.files]); });

  let depth = 0;
  const carries = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  addEventListener("dragenter", (event) => { if (carries(event)) { depth += 1; form.classList.add("over"); } });
  addEventListener("dragleave", (event) => { if (carries(event)) { depth -= 1; if (depth <= 0) form.classList.remove("over"); } });
  addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    depth = 0;
    form.classList.remove("over");
    sendAll([...event.dataTransfer.files]);
  });
})();
