"use strict";
/* Flows: the strip of months is brushed, and the map is walked by arrow keys. */
(() => {
  const form = () => document.querySelector("[data-flow-form]");
  const end = (name) => document.getElementById(`flow-${name}`);
  const says = (month) => {
    const bar = document.querySelector(`[data-month="${month}"]`);
    return bar ? bar.dataset.text.split(":")[0] : "";
  };

  /* The ends never pass one another; what is chosen is told and shown at once. */
  const settle = (moved) => {
    const first = end("first"), last = end("last");
    if (!first || !last) return;
    if (Number(first.value) > Number(last.value)) (moved === first ? last : first).value = moved.value;
    for (const one of [first, last]) {
      const text = says(one.value);
      one.setAttribute("aria-valuetext", text);
      document.querySelector(`[data-end="${one.name}"]`).textContent = text;
    }
    for (const bar of document.querySelectorAll("[data-month]")) {
      const month = Number(bar.dataset.month);
      bar.classList.toggle("chosen", month >= Number(first.value) && month <= Number(last.value));
    }
  };

  document.addEventListener("input", (event) => {
    if (event.target.matches("#flow-first, #flow-last")) settle(event.target);
  });

  let begun = null;
  const monthAt = (event) => {
    const box = document.querySelector("[data-brush]").getBoundingClientRect();
    const part = Math.min(0.9999, Math.max(0, (event.clientX - box.left) / box.width));
    const least = Number(end("first").min), most = Number(end("first").max);
    return least + Math.floor(part * (most - least + 1));
  };
  const brush = (month) => {
    end("first").value = Math.min(begun, month);
    end("last").value = Math.max(begun, month);
    settle(end("first"));
  };
  document.addEventListener("pointerdown", (event) => {
    const strip = event.target.closest("[data-brush]");
    if (!strip || event.button) return;
    begun = monthAt(event);
    strip.setPointerCapture(event.pointerId);
    brush(begun);
  });
  document.addEventListener("pointermove", (event) => {
    if (begun !== null) brush(monthAt(event));
  });
  const drop = () => {
    if (begun === null) return;
    begun = null;
    form().dispatchEvent(new Event("change", { bubbles: true }));
  };
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", drop);

  /* The map is one stop of Tab: arrows go on from there, the largest lines first. */
  const items = () => {
    const all = [...document.querySelectorAll("[data-map] a")];
    const lines = all.filter((item) => item.querySelector(".line")).reverse();
    return [...lines, ...all.filter((item) => !item.querySelector(".line"))];
  };
  const ready = () => {
    items().forEach((item, place) => item.setAttribute("tabindex", place ? "-1" : "0"));
    const map = document.querySelector("[data-map]"), [first] = items();
    if (!first || map.scrollWidth <= map.clientWidth) return; /* a narrow screen begins at the largest line */
    const line = first.getBoundingClientRect(), seen = map.getBoundingClientRect();
    map.scrollLeft += line.left + line.width / 2 - seen.left - seen.width / 2;
  };
  const go = (item) => {
    for (const other of items()) other.setAttribute("tabindex", "-1");
    item.setAttribute("tabindex", "0");
    item.focus();
  };
  document.addEventListener("keydown", (event) => {
    const item = event.target.closest("[data-map] a");
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!item || !step) return;
    event.preventDefault();
    const all = items();
    go(all[(all.indexOf(item) + step + all.length) % all.length]);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-map]")) { const first = items()[0]; if (first) first.focus(); }
  });

  const tell = (event) => {
    const said = event.target.closest("[data-map] [data-says]");
    const told = document.querySelector("[data-told]");
    if (said && told) told.textContent = said.dataset.says;
  };
  document.addEventListener("focusin", tell);
  document.addEventListener("pointerover", tell);
  document.addEventListener("htmx:afterSettle", ready);
  ready();
})();
