"use strict";
/* The queue: from row to row by keyboard, a preview beside the rows, and what a reader hides. */
(() => {
  const queue = document.querySelector(".queue");
  const pane = document.getElementById("preview");
  const KEPT = "tidewaiter.queue.hidden", PLACE = "tidewaiter.queue.place";
  let hidden = new Set(), shown = "";
  try { hidden = new Set(JSON.parse(localStorage.getItem(KEPT) ?? "[]")); } catch { /* none is kept */ }

  const look = () => {
    for (const name of ["amount", "route", "parties", "stands", "adds"]) {
      queue.classList.toggle(`without-${name}`, hidden.has(name));
    }
    queue.classList.toggle("compact", !hidden.has("compact"));
    queue.classList.toggle("split", Boolean(pane) && !hidden.has("preview"));
  };
  const splits = () => Boolean(pane?.checkVisibility());

  /* The old preview goes at once, so that no decision falls on another alert than the marked one. */
  let asking = new AbortController();
  const preview = async (row) => {
    if (!row || !splits() || shown === row.dataset.preview) return;
    asking.abort();
    asking = new AbortController();
    shown = row.dataset.preview;
    pane.replaceChildren();
    try {
      const answer = await fetch(shown, { signal: asking.signal });
      /* Signed out, or gone meanwhile: the page of the alert says so. */
      if (answer.redirected || !answer.ok) { location.assign(row.querySelector("a.title").href); return; }
      pane.innerHTML = await answer.text();
      pane.scrollTop = 0;
      document.dispatchEvent(new Event("tidewaiter:preview"));
    } catch (problem) {
      if (problem.name === "AbortError") return;
      shown = "";
      pane.append(row.querySelector("a.title").cloneNode(true));
    }
  };
  const mark = (row) => {
    document.querySelector("[data-row].here")?.classList.remove("here");
    row.classList.add("here");
    preview(row);
  };

  const rows = () => [...document.querySelectorAll("[data-row]")];
  const box = (row) => row?.querySelector("input[name=alert]");
  const here = () => document.activeElement?.closest("[data-row]") ?? document.querySelector("[data-row].here");

  const go = (row) => {
    if (!row) return;
    mark(row);
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

  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-row]");
    if (row && !event.target.closest("a, input, button")) mark(row);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.closest("#preview")) return;
    const row = document.querySelector("[data-row].here");
    sessionStorage.setItem(PLACE, String(rows().indexOf(row)));
  });

  const panel = document.querySelector("[data-look]");
  if (panel) {
    panel.hidden = false;
    for (const one of panel.querySelectorAll("input")) one.checked = !hidden.has(one.value);
    panel.addEventListener("change", (event) => {
      event.stopPropagation();
      if (event.target.checked) hidden.delete(event.target.value); else hidden.add(event.target.value);
      try { localStorage.setItem(KEPT, JSON.stringify([...hidden])); } catch { /* for this page only */ }
      look();
      preview(document.querySelector("[data-row].here"));
    });
  }
  look();
  /* After a decision in the preview the next alert stands where the decided one stood. */
  const place = Number(sessionStorage.getItem(PLACE) ?? 0);
  sessionStorage.removeItem(PLACE);
  const first = rows()[Math.min(Math.max(place, 0), rows().length - 1)];
  if (first && splits()) mark(first);
  /* It comes and goes with the width of the window and the filters. */
  const again = () => preview(document.querySelector("[data-row].here") ?? rows()[0]);
  addEventListener("resize", again);
  document.getElementById("filters-shown")?.addEventListener("change", again);

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-every]")) {
      for (const row of rows()) box(row).checked = event.target.checked;
    }
    if (event.target.matches(".search select")) event.target.form.requestSubmit();
  });
})();
