"use strict";
/* The jump box: Ctrl-K everywhere, "/" where no search field has it; arrows, Enter, Esc. */
(() => {
  const dialog = document.getElementById("jump");
  if (!dialog) return;
  const field = dialog.querySelector("input"), list = document.getElementById("jump-results");
  const said = dialog.querySelector("[data-jump-told]");
  let asked = null, timer = 0, before;

  const options = () => [...list.querySelectorAll("a[role=option]")];
  const chosen = () => list.querySelector("[aria-selected=true]");

  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", option.id);
    } else field.removeAttribute("aria-activedescendant");
  };

  const ask = async () => {
    const text = field.value.trim();
    if (text === before) return;
    before = text;
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(`/jump/results?q=${encodeURIComponent(text)}`, { signal: asked.signal });
      if (!answer.ok) return;
      list.innerHTML = await answer.text();
      field.setAttribute("aria-expanded", String(options().length > 0));
      choose(options()[0]);
      said.textContent = list.querySelector("[data-counted]")?.dataset.counted ?? "";
    } catch (error) {
      if (error.name !== "AbortError") said.textContent = "";
    }
  };

  const open = () => {
    if (!dialog.open) dialog.showModal();
    field.select();
    before = undefined;
    ask();
  };

  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
  field.addEventListener("keydown", async (event) => {
    const all = options(), at = all.indexOf(chosen());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(all[(at + step + all.length) % all.length]);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      clearTimeout(timer);
      await ask();
      chosen()?.click();
    } else if (event.key === "Escape") {
      event.preventDefault();
      dialog.close();
    }
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-jump]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (!document.querySelector("dialog[open]:not(#jump)")) open();
      return;
    }
    const typing = event.target.matches("input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [contenteditable]");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
    if (document.querySelector('dialog[open], [data-key="/"]')) return;
    event.preventDefault();
    open();
  });
})();
