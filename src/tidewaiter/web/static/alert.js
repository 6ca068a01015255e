"use strict";
/* The desk of an alert: only the reasons of the chosen verdict are shown, and have numbers as keys. */
(() => {
  const form = () => document.querySelector("form[data-decide]");

  const apply = () => {
    const desk = form();
    if (!desk) return;
    const verdict = desk.querySelector("input[name=verdict]:checked")?.value;
    for (const group of desk.querySelectorAll("[data-verdict]")) {
      group.hidden = group.dataset.verdict !== verdict;
      group.disabled = group.hidden;
    }
    const note = desk.querySelector("textarea[name=note]");
    note.required = Boolean(desk.querySelector("input[name=reason]:checked:enabled")?.matches("[data-note]"));
  };

  document.addEventListener("change", (event) => {
    if (event.target.closest("form[data-decide]")) apply();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
    if (event.target.matches("textarea, select, input:not([type=radio])")) return;
    const desk = form();
    const shown = desk?.checkVisibility() ? desk.querySelectorAll("[data-verdict]:not([hidden]) input[name=reason]") : [];
    const wanted = shown[Number(event.key) - 1];
    if (wanted) { event.preventDefault(); wanted.focus(); wanted.click(); }
  });
  document.addEventListener("tidewaiter:preview", apply);
  apply();

  /* On a narrow screen the decision stands below the reasons: Tab comes to it there, too. */
  const desk = document.querySelector("[data-alert] .desk");
  const narrow = matchMedia("(max-width: 60rem)");
  const parts = [...(desk?.querySelectorAll(".decide, .side > nav") ?? [])];
  const homes = parts.map((part) => {
    const home = document.createComment("");
    part.before(home);
    return home;
  });
  const arrange = () => {
    const last = desk.querySelector(".main > .why");
    if (!narrow.matches) homes.forEach((home, at) => home.after(parts[at]));
    else if (last) last.after(...parts);
    else desk.querySelector(".main").prepend(...parts);
  };
  if (desk) {
    narrow.addEventListener("change", arrange);
    arrange();
  }
})();
