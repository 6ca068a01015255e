"use strict";
/* Keys that work on each page. A page names its own by data-key on links, buttons and inputs. */
(() => {
  const typing = (node) => node.matches("input:not([type=radio], [type=checkbox], [type=range]), textarea, select, [contenteditable]");
  /* A key never presses what a reader cannot see. */
  const seen = (selector) => [...document.querySelectorAll(selector)].find((node) => node.checkVisibility());
  let before = "";

  const help = () => {
    const dialog = document.getElementById("help");
    if (dialog && !dialog.open) dialog.showModal();
  };

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-help]")) help();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.key === "Enter") {
      const form = event.target.closest("form") || seen("form[data-decide]");
      if (form) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
    if (typing(event.target)) return;
    if (event.key === "?") { event.preventDefault(); help(); return; }
    if (before === "g" && event.key === "q") { location.assign("/queue"); return; }
    before = event.key;
    const wanted = seen(`[data-key="${CSS.escape(event.key)}"]`);
    if (!wanted || wanted.disabled) return;
    event.preventDefault();
    wanted.focus();
    wanted.click();
  });

  /* What was just done is on the page when it comes: only what is added later is read out. */
  const toast = document.querySelector("[data-toast] p"), told = document.getElementById("told");
  if (toast && told) setTimeout(() => { told.textContent = toast.textContent; }, 150);

  /* What the server refuses is shown too, where htmx would keep the old page. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status >= 400 && event.detail.xhr.getResponseHeader("content-type")?.startsWith("text/html")) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
})();
