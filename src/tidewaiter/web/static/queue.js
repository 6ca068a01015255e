"use strict";
/* The queue by keyboard: from row to row, open, choose, take. */
(() => {
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const box = (row) => row?.querySelector("input[name=alert]");
  const here = () => document.activeElement?.closest("[data-row]") ?? document.querySelector("[data-row].here");

  const go = (row) => {
    if (!row) return;
    document.querySelector("[data-row].here")?.classList.remove("here");
    row.classList.add("here");
    row.querySelector("a.title").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches("textarea, select, input:not([type=checkbox])") || !document.querySelector("[data-rows]")) return;
    const all = rows(), at = all.indexOf(here());
    if (event.key === "j" || event.key === "ArrowDown") go(all[Math.min(at + 1, all.length - 1)]);
    else if (event.key === "k" || event.key === "ArrowUp") go(all[Math.max(at - 1, 0)]);
    else if (event.key === "o" && at >= 0) all[at].querySelector("a.title").click();
    else if (event.key === "x" && at >= 0) box(all[at])?.click();
    else return;
    event.preventDefault();
  });

  /* Enter in a field does what stands beside it, and nothing else. */
  document.addEventListener("keydown", (event) => {
    const beside = event.key === "Enter" ? event.target.closest?.("#bulk .do") : null;
    if (!beside || event.target.matches("button")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    beside.querySelector("button[name=do]").click();
  }, true);

  document.addEventListener("click", (event) => {
    const take = event.target.closest("#bulk button[name=do]");
    if (!take) return;
    const form = document.getElementById("bulk");
    const chosen = document.querySelector("input[name=alert]:checked") || form.elements.everything?.checked;
    if (!chosen && take.value === "take" && box(here())) box(here()).checked = true;
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-every]")) {
      for (const row of rows()) box(row).checked = event.target.checked;
    }
    if (event.target.matches(".search select")) event.target.form.requestSubmit();
  });
})();
