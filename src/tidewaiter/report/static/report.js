"use strict";
(() => {
  const open = (target) => {
    const fold = target && (target.querySelector("details") || target.closest("details"));
    if (fold) fold.open = true;
  };
  const follow = () => open(document.getElementById(location.hash.slice(1)));
  addEventListener("hashchange", follow);
  follow();
  // Paper cannot be unfolded; afterwards the page is as before.
  let unfolded = [];
  addEventListener("beforeprint", () => {
    const folds = ".folded:not([hidden]) > details:not([open]), details.warn:not([open])";
    unfolded = [...document.querySelectorAll(folds)];
    unfolded.forEach((fold) => { fold.open = true; });
  });
  addEventListener("afterprint", () => unfolded.forEach((fold) => { fold.open = false; }));

  const form = document.getElementById("filter");
  if (!form) return;
  const cards = Array.from(document.querySelectorAll("#cards > article"));
  const texts = cards.map((card) => card.textContent.toLowerCase());
  const words = document.getElementById("words");
  const boxes = Array.from(form.querySelectorAll("input[name=severity]"));
  const shown = document.getElementById("shown");

  const apply = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    cards.forEach((card, i) => {
      const fits = severities.has(card.dataset.severity) && wanted.every((w) => texts[i].includes(w));
      card.hidden = !fits;
      count += fits ? 1 : 0;
    });
    const told = count === cards.length ? form.dataset.all : form.dataset.some;
    shown.textContent = told.replace("{count}", count).replace("{all}", cards.length);
  };

  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  apply();
})();
