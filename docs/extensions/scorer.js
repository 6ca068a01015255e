// Sphinx's own weights, but that pages which explain come before those that list everything.
var Scorer = {
  score: ([page, , , , score]) =>
    score + (page.startsWith("how-to/") ? 4 : /^(reference\/commands|benchmarks|reference\/records)$/.test(page) ? -6 : 0),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
