"use strict";
// Whoever points at a change, in the table or in a picture, sees both its places.

const rows = [...document.querySelectorAll("tr[data-row]")];
const sides = [...document.querySelectorAll(".side")];
const numbers = (e, name) => (e.dataset[name] || "").split(" ").filter(Boolean).map(Number);
const rowOf = new Map(rows.map(r => [+r.dataset.row, r]));
const sectionOf = e => e.closest("section");

// Every row knows the one that it is inside, and those inside it.
const around = new Map(), inside = new Map(rows.map(r => [r, []]));
for (const section of document.querySelectorAll("section")) {
  const open = [];
  for (const r of section.querySelectorAll("tr[data-row]")) {
    open.length = +r.dataset.deep;
    const outer = open[open.length - 1];
    if (outer) { around.set(r, outer); inside.get(outer).push(r); }
    open.push(r);
  }
}

// For each side and number: the elements that a change tells of, and those behind which its place would be.
const index = new Map(sides.map(side => {
  const of = {changes: new Map(), behind: new Map()};
  for (const name of ["changes", "behind"]) for (const e of side.querySelectorAll(`[data-${name}]`)) for (const n of numbers(e, name)) {
    if (!of[name].has(n)) of[name].set(n, []);
    of[name].get(n).push(e);
  }
  return [side, of];
}));

// places are the elements of a row on a side: its own, those of what is inside it, else what is before its
// place, or around it.
function places(side, r) {
  const n = +r.dataset.row, of = index.get(side), own = of.changes.get(n);
  if (own) {
    const frames = own.filter(e => e.classList.contains("frame")); // which are around the others
    return {elements: frames.length ? frames : own};
  }
  const within = inside.get(r).map(x => places(side, x)).filter(x => !x.beside).flatMap(x => x.elements);
  if (within.length) return {elements: within};
  const behind = of.behind.get(n);
  if (behind) return {elements: behind.slice(-1), beside: true};
  const outer = around.get(r);
  if (outer && of.changes.has(+outer.dataset.row)) return {elements: of.changes.get(+outer.dataset.row), beside: true};
  const first = side.querySelector(".box");
  return {elements: first ? [first] : [], beside: true};
}

let selected = null;

function show(r, name) {
  r.classList.add(name);
  return [...sectionOf(r).querySelectorAll(".side")].map(side => {
    const {elements, beside} = places(side, r);
    for (const e of elements) e.classList.add(beside ? "beside" : name);
    return [side, elements];
  });
}

function light(r) {
  for (const e of document.querySelectorAll(".lit,.selected,.beside")) e.classList.remove("lit", "selected", "beside");
  if (selected) show(selected, "selected");
  if (r && r !== selected) show(r, "lit");
}

// select shows both places of a change; keep is the side that stays as it is, since the reader is there.
function select(r, keep, now) {
  selected = r;
  light(null);
  if (!r) return;
  r.scrollIntoView({block: "nearest"});
  for (const [side, elements] of show(r, "selected")) {
    if (side === keep || !elements.length) continue;
    const box = elements[0].getBoundingClientRect(), view = side.getBoundingClientRect();
    side.scrollBy({
      left: box.left - view.left - Math.max(0, (view.width - box.width) / 2),
      top: box.top - view.top - Math.max(16, (view.height - box.height) / 2),
      behavior: now || matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
    });
  }
  history.replaceState(null, "", "#" + r.id);
}

// at is the row of what the pointer is on: of a box with several changes, the next one after the selected.
function at(e) {
  const row = e.target.closest("tr[data-row]");
  if (row) return row;
  const g = e.target.closest("[data-changes]");
  if (!g) return null;
  const list = numbers(g, "changes").sort((a, b) => a - b), n = selected ? list.indexOf(+selected.dataset.row) : -1;
  return rowOf.get(e.type === "click" ? list[(n + 1) % list.length] : n >= 0 ? list[n] : list[0]);
}

document.addEventListener("mouseover", e => light(at(e)));
document.addEventListener("click", e => {
  if (e.target.closest("header")) return;
  select(at(e), e.target.closest(".side"));
});

function step(by) {
  const n = rows.indexOf(selected), next = rows[Math.min(rows.length - 1, Math.max(0, n + by))];
  if (next) { select(next); next.focus({preventScroll: true}); }
}

// The pictures are as wide as their sides, but not so small that nothing can be read.
let zoom = null;
const least = 0.6;
const natural = svg => [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height];
function fitted(section) {
  return Math.max(least, Math.min(1, ...[...section.querySelectorAll(".side")].map(side => {
    const svg = side.querySelector("svg");
    return svg ? (side.clientWidth - 2) / natural(svg)[0] : 1;
  })));
}
function resize() {
  for (const section of document.querySelectorAll("section")) {
    const k = zoom ?? fitted(section);
    for (const svg of section.querySelectorAll(".side svg")) {
      const [w, h] = natural(svg);
      svg.style.width = w * k + "px"; svg.style.height = h * k + "px";
      svg.style.setProperty("--high", h + "px"); // a print shrinks it to half of that at most
    }
  }
}
function scale(by) {
  const section = document.querySelector("section:has(.side)");
  if (section) { zoom = Math.min(4, Math.max(0.1, (zoom ?? fitted(section)) * by)); resize(); }
}
function fit() { zoom = null; resize(); }

document.getElementById("larger").addEventListener("click", () => scale(1.25));
document.getElementById("smaller").addEventListener("click", () => scale(0.8));
document.getElementById("fit").addEventListener("click", fit);
document.getElementById("next").addEventListener("click", () => step(1));
document.getElementById("before").addEventListener("click", () => step(-1));
window.addEventListener("resize", resize);
window.addEventListener("keydown", e => {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const row = e.target.closest?.("tr[data-row]");
  if (e.key === "j") step(1);
  else if (e.key === "k") step(-1);
  else if (e.key === "+" || e.key === "=") scale(1.25);
  else if (e.key === "-") scale(0.8);
  else if (e.key === "0") fit();
  else if (e.key === "Escape") select(null);
  else if ((e.key === "Enter" || e.key === " ") && row) select(row);
  else return;
  e.preventDefault();
});
window.addEventListener("hashchange", goTo);

// goTo shows the change that the address names.
function goTo() {
  const row = document.getElementById(location.hash.slice(1));
  if (row && rows.includes(row)) select(row, null, true);
}

resize();
goTo();
