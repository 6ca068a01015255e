"use strict";
/* The drawing of the network: closer and further away, dragged, and walked through by arrow keys. */
(() => {
  const graph = document.querySelector("[data-graph]");
  if (!graph) return;
  const svg = graph.querySelector("svg.net");
  const about = graph.querySelector("[data-about]");
  const dots = [...svg.querySelectorAll(".dot")];
  const path = svg.classList.contains("path");
  let whole = svg.getAttribute("viewBox").split(" ").map(Number);
  let box = [...whole];
  let begun = [...whole];

  const place = (dot) => [Number(dot.dataset.x), Number(dot.dataset.y)];

  /* Letters and dots never get too small to be read and hit: where there is less room, fewer names stand. */
  const LETTER = 11.5; /* pixels */
  const DOT = 5;
  const letters = Number(svg.dataset.letters);
  const names = [...svg.querySelectorAll(".name")].sort((a, b) => a.dataset.rank - b.dataset.rank);
  const shapes = dots.map((dot) => {
    const shape = dot.querySelector("circle, rect");
    return { dot, shape, r: Number(shape.getAttribute("r") ?? shape.getAttribute("width") / 2) };
  });
  const ends = ["x1", "y1", "x2", "y2"];
  const ties = [...svg.querySelectorAll(".edges line")].map((tie) => ({
    tie, from: ends.map((end) => Number(tie.getAttribute(end))),
  }));
  const least = Math.min(...shapes.map(({ r }) => r));
  const arrow = svg.querySelector("#arrow");
  const head = Number(arrow.getAttribute("markerWidth"));
  const radius = new Map(shapes.map(({ dot, r }) => [dot, r]));
  let drawn = 0;
  const label = () => {
    const scale = svg.getScreenCTM()?.a;
    if (!scale || Math.abs(scale / drawn - 1) < 0.01) return;
    drawn = scale;
    const size = Math.max(letters, LETTER / scale);
    for (const { dot, shape, r } of shapes) {
      const [x, y] = place(dot);
      const now = Math.max(r, DOT / scale);
      const square = { x: x - now, y: y - now, width: 2 * now, height: 2 * now };
      const drawing = shape.tagName === "circle" ? { r: now } : square;
      for (const [key, value] of Object.entries(drawing)) shape.setAttribute(key, value.toFixed(1));
      dot.querySelector(".rest-count")?.setAttribute("font-size", (size * 0.85).toFixed(1));
      radius.set(dot, now);
    }
    const back = Math.max(0, DOT / scale - least); /* what dots grew by, so that heads of arrows are seen */
    for (const { tie, from: [x1, y1, x2, y2] } of ties) {
      const far = Math.hypot(x2 - x1, y2 - y1) || 1;
      const part = Math.min(back / far, 0.3);
      const [dx, dy] = [(x2 - x1) * part, (y2 - y1) * part];
      [x1 + dx, y1 + dy, x2 - dx, y2 - dy].forEach((n, at) => tie.setAttribute(ends[at], n.toFixed(1)));
    }
    for (const side of ["markerWidth", "markerHeight"]) arrow.setAttribute(side, Math.max(head, 7 / scale).toFixed(1));
    const taken = [];
    for (const text of names) {
      const dot = text.closest(".dot");
      const [x, y] = place(dot);
      text.setAttribute("font-size", size.toFixed(1));
      const half = text.getComputedTextLength() / 2;
      const inside = box[2] > 2 * half && x > box[0] && x < box[0] + box[2];
      const middle = inside ? Math.min(Math.max(x, box[0] + half), box[0] + box[2] - half) : x;
      const here = [middle - half, y, middle + half, y + size * 2.2];
      const free = size === letters || taken.every((t) =>
        here[2] < t[0] || t[2] < here[0] || here[3] < t[1] || t[3] < here[1]);
      if (free) taken.push(here);
      text.classList.toggle("out", !free);
      text.setAttribute("x", middle.toFixed(1));
      text.setAttribute("y", (y + radius.get(dot) + size).toFixed(1));
    }
  };
  const show = () => {
    svg.setAttribute("viewBox", box.map((n) => n.toFixed(1)).join(" "));
    svg.classList.toggle("moved", box[2] < begun[2] * 0.98);
    label();
  };

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
  if (svg.clientWidth < 600 && first && !path) { /* a telephone has no room to waste */
    const [xs, ys] = [0, 1].map((axis) => dots.map((dot) => place(dot)[axis]));
    const edge = letters * 8;
    const [left, top] = [Math.min(...xs) - edge, Math.min(...ys) - edge / 2];
    whole = box = [left, top, Math.max(...xs) + edge - left, Math.max(...ys) + edge - top];
    const readable = letters * svg.clientWidth / LETTER;
    if (dots.length > 12 && readable < box[2]) zoom(readable / box[2], ...place(first)); /* the button shows all */
    begun = [...box];
  }
  show();
  addEventListener("resize", label);
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
