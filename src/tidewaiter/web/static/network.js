"use strict";
/* The drawing of the network: closer and further away, dragged, and walked through by arrow keys. */
(() => {
  const graph = document.querySelector("[data-graph]");
  if (!graph) return;
  const svg = graph.querySelector("svg.net");
  const about = graph.querySelector("[data-about]");
  const dots = [...svg.querySelectorAll(".dot")];
  const whole = svg.getAttribute("viewBox").split(" ").map(Number);
  let box = [...whole];
  let begun = [...whole];

  const show = () => {
    svg.setAttribute("viewBox", box.map((n) => n.toFixed(1)).join(" "));
    svg.classList.toggle("moved", box[2] < begun[2] * 0.98);
  };
  const place = (dot) => [Number(dot.dataset.x), Number(dot.dataset.y)];

  const zoom = (factor, x = box[0] + box[2] / 2, y = box[1] + box[3] / 2) => {
    const wide = Math.min(Math.max(box[2] * factor, 120), whole[2] * 1.5);
    const by = wide / box[2];
    box = [x - (x - box[0]) * by, y - (y - box[1]) * by, wide, box[3] * by];
    show();
  };
  graph.addEventListener("click", (event) => {
    const way = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (way === "in") zoom(0.7);
    if (way === "out") zoom(1 / 0.7);
    if (way === "all") { box = [...whole]; show(); }
  });

  const at = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [point.x, point.y];
  };
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey && !svg.classList.contains("moved")) return; /* the page scrolls */
    event.preventDefault();
    zoom(event.deltaY < 0 ? 0.85 : 1 / 0.85, ...at(event));
  }, { passive: false });

  let held = null;
  let dragged = false;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || (event.pointerType === "touch" && !svg.classList.contains("moved"))) return;
    held = at(event);
    dragged = false;
  });
  addEventListener("pointermove", (event) => {
    if (!held) return;
    const [x, y] = at(event);
    if (!dragged && Math.hypot(x - held[0], y - held[1]) < box[2] / 150) return;
    dragged = true;
    svg.classList.add("held");
    box = [box[0] + held[0] - x, box[1] + held[1] - y, box[2], box[3]];
    show();
  });
  addEventListener("pointerup", () => { held = null; svg.classList.remove("held"); });
  svg.addEventListener("click", (event) => { if (dragged) { event.preventDefault(); dragged = false; } }, true);
  svg.addEventListener("dragstart", (event) => event.preventDefault());

  const tell = (dot) => { about.textContent = dot.getAttribute("aria-label"); };
  svg.addEventListener("pointerover", (event) => {
    const dot = event.target.closest(".dot");
    if (dot) tell(dot);
  });

  /* One stop for Tab; the arrow keys lead to the nearest in their direction. */
  const first = dots.find((dot) => dot.classList.contains("start")) ?? dots[0];
  for (const dot of dots) dot.setAttribute("tabindex", dot === first ? "0" : "-1");
  if (svg.clientWidth < 600 && dots.length > 12 && first && !svg.classList.contains("path")) {
    zoom(0.45, ...place(first)); /* names can be read on a telephone; the button shows all */
    begun = [...box];
    show();
  }
  const go = (dot) => {
    for (const each of dots) each.setAttribute("tabindex", each === dot ? "0" : "-1");
    dot.focus({ preventScroll: true });
    const [x, y] = place(dot);
    if (x < box[0] || x > box[0] + box[2] || y < box[1] || y > box[1] + box[3]) {
      box = [x - box[2] / 2, y - box[3] / 2, box[2], box[3]];
      show();
    }
  };
  svg.addEventListener("focusin", (event) => {
    const dot = event.target.closest(".dot");
    if (dot) tell(dot);
  });
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  svg.addEventListener("keydown", (event) => {
    const way = ways[event.key];
    const here = event.target.closest(".dot");
    if (!way || !here) return;
    event.preventDefault();
    event.stopPropagation();
    const [x, y] = place(here);
    let best = null;
    let least = Infinity;
    for (const dot of dots) {
      if (dot === here) continue;
      const [dx, dy] = [place(dot)[0] - x, place(dot)[1] - y];
      const along = dx * way[0] + dy * way[1];
      const aside = Math.abs(dx * way[1] - dy * way[0]);
      const far = along + 2 * aside;
      if (along > 0 && aside <= along * 2 && far < least) { least = far; best = dot; }
    }
    if (best) go(best);
  });
})();
