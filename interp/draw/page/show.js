"use strict";
// What is drawn of the scene, and what a reader does with it.

const svg = document.getElementById("picture"), world = document.getElementById("world");
const panel = document.getElementById("panel"), search = document.getElementById("search"), found = document.getElementById("found"), legend = document.getElementById("legend");
const escape = s => String(s).replace(/[&<>"]/g, c => ({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}[c]));
const f = x => +x.toFixed(1);
const number = n => n === null ? "out of range" : n.toLocaleString("en-US");
let scene, view = {x: 0, y: 0, k: 1}, selected = null, chosenCopy = 0, colour = null, hits = [], hitCopies = [], hit = -1;

// costs are what boxes can be coloured by: of is that of one copy, text writes it.
const costs = [
  {name: "parameters", of: i => whole(i).params, text: i => number(whole(i).params)},
  {name: "MACs", of: i => whole(i).macs, text: i => number(whole(i).macs)},
  ...Data.costs.map((name, n) => ({name, of: i => i.costs[n].value, text: i => i.costs[n].text})),
];

// path draws a line with rounded corners.
function path(points) {
  const r = 6, step = (a, b) => b - a > 2 * r ? a + r : b - a < -2 * r ? a - r : a + (b - a) / 2;
  const towards = (p, q) => [step(p[0], q[0]), step(p[1], q[1])];
  return points.map((p, n) => {
    if (!n) return `M${f(p[0])} ${f(p[1])}`;
    if (n === points.length - 1) return `L${f(p[0])} ${f(p[1])}`;
    const a = towards(p, points[n - 1]), b = towards(p, points[n + 1]);
    return `L${f(a[0])} ${f(a[1])} Q${f(p[0])} ${f(p[1])} ${f(b[0])} ${f(b[1])}`;
  }).join(" ");
}

// outline is a rectangle with round corners as a path, so far down and to the right.
function outline(b, r, by, kind) {
  const corner = (x, y) => `a${f(r)} ${f(r)} 0 0 1 ${f(x)} ${f(y)}`, w = f(b.w - 2 * r), h = f(b.h - 2 * r);
  return `<path class="${kind}" d="M${f(b.x + by + r)} ${f(b.y + by)} h${w} ${corner(r, r)} v${h} ${corner(-r, r)} h${-w} ${corner(-r, -r)} v${-h} ${corner(r, -r)} z"/>`;
}

const rect = (b, rx) => `<rect x="${f(b.x)}" y="${f(b.y)}" width="${f(b.w)}" height="${f(b.h)}" rx="${rx}"`;

// shade is the colour of a cost, from none to that of the dearest box (heat.go).
const shade = i => colour ? heat(scene.dearest && colour.of(scene.dearest) ? colour.of(i) / colour.of(scene.dearest) : 0) : "";
const heat = share => ` style="fill:var(--heat);fill-opacity:${+Math.sqrt(share).toFixed(2)}"`;
const whole = i => i.items ? i.sum : i; // with all that is in it

// findDearest finds the box whose cost is the greatest, and explains the colours.
function findDearest() {
  scene.dearest = null;
  for (const b of scene.boxes) if (colour && (!scene.dearest || colour.of(b.item) > colour.of(scene.dearest))) scene.dearest = b.item;
  legend.hidden = !colour;
  if (colour) legend.innerHTML = [0, 0.25, 0.5, 0.75, 1].map(x => `<svg width="28" height="12"><rect width="28" height="12"${heat(x * x)}/></svg>`).join("") +
    `<span>each box: ${escape(colour.name)}, up to ${escape(colour.text(scene.dearest))}</span>`;
}

// about is what stands under the pointer.
const about = i => [i.path + (i.count > 1 ? ` and ${i.count - 1} more` : ""), i.shape, ...costs.filter(c => c.of(i)).map(c => `${c.name}: ${c.text(i)}`)].filter(Boolean).join("\n");

function boxMarkup(b) {
  const i = b.item, kind = i.shut ? "closed" : i.kind, mx = b.x + b.w / 2, my = b.y + b.h / 2 + 4;
  const of = whole(i);
  let s = `<g class="box ${kind}" data-id="${i.id}" data-path="${escape(i.path || "%")}" data-nodes="${escape(of.nodes.join(" "))}" data-count="${i.count}" data-params="${of.params}" data-macs="${of.macs}"><title>${escape(about(i))}</title>`;
  if (kind === "merge" && b.w === L.round) {
    return s + rect(b, 0) + ` class="none"/><circle cx="${f(mx)}" cy="${f(b.y + b.h / 2)}" r="${L.round / 2}"${shade(i)}/><text class="sign" x="${f(mx)}" y="${f(my + 1)}">${escape(i.text)}</text></g>`;
  }
  const radius = merges(i) || ["act", "input", "output", "tap"].includes(kind) ? b.h / 2 : 4;
  if (b.of > 1) s += outline(b, radius, 3, "back") + (colour ? outline(b, radius, 0, "under") : "");
  s += rect(b, radius) + shade(i) + `/><text x="${f(mx)}" y="${f(my)}">${escape(title(i))}`;
  if (i.marks) s += `<tspan class="marks" dx="6">${escape(i.marks.join(" "))}</tspan>`;
  if (b.of > 1) s += `<tspan class="count" dx="6">${copies(b.of)}</tspan>`;
  return s + "</text></g>";
}

function frameMarkup(fr) {
  const i = fr.item, kind = i.kind === "head" ? " head" : i.stage ? " stage" : fr.deep % 2 ? " odd" : "";
  let s = `<g class="frame${kind}" data-id="${i.id}" data-block="${escape(i.call || "")}">`;
  if (fr.of > 1) s += outline(fr, 8, 4, "back");
  const title = shownTitle(i, fr.of, fr.w);
  s += rect(fr, 8) + "/>";
  if (title) s += `<text class="title" x="${f(fr.x + L.titleLeft)}" y="${f(fr.y + 14)}">${escape(title)}</text>`;
  if (fr.of > 1) s += `<text class="count" x="${f(fr.x + fr.w - 10)}" y="${f(fr.y + 15)}">${copies(fr.of)}</text>`;
  return s + "</g>";
}

// draw lays everything out and shows it.
function draw() { scene = layout(); show(); }

let elements = []; // of the boxes and frames, by the numbers of their items

function show() {
  findDearest();
  world.innerHTML = scene.frames.map(frameMarkup).join("") +
    scene.edges.map(e => `<path class="edge ${e.kind}" d="${path(e.points)}"${e.arrow ? ' marker-end="url(#arrow)"' : ""}/>`).join("") +
    scene.boxes.map(boxMarkup).join("") +
    scene.texts.map(t => `<text class="shape" x="${f(t.x)}" y="${f(t.y)}">${escape(t.text)}</text>`).join("");
  elements = [];
  for (const e of world.children) if (e.dataset.id) elements[e.dataset.id] = e;
  mark(); move();
}

function move() { world.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.k})`); }

const element = i => elements[i.id];
const place = i => scene.boxes.find(b => b.item === i) || scene.frames.find(b => b.item === i);

function mark() {
  for (const e of world.querySelectorAll(".selected,.hit")) e.classList.remove("selected", "hit");
  const visible = hits.map(shownAs);
  for (const i of visible) element(i)?.classList.add("hit");
  if (selected) element(shownAs(selected))?.classList.add("selected");
}

// shownAs is the item itself, or the closed frame that it is in.
function shownAs(i) {
  let shown = i;
  for (let a = i.around; a; a = a.around) if (a.shut) shown = a;
  return shown;
}

// toggle opens or closes a frame; its upper left corner stays where it is.
function toggle(i) {
  const before = place(i);
  i.shut = !i.shut;
  scene = layout();
  const after = place(i);
  if (before && after) { view.x += (before.x - after.x) * view.k; view.y += (before.y - after.y) * view.k; }
  show();
}

// showOpen brings a frame that was opened into sight beside the panel, as far as its left side allows.
function showOpen(i) {
  const b = i && !i.shut && place(i);
  if (!b) return;
  const left = view.x + b.x * view.k, over = left + b.w * view.k + 8 - svg.clientWidth;
  if (over > 0 && left > 8) { view.x -= Math.min(over, left - 8); move(); }
}

// open opens all frames down to a depth.
function open(depth) { shut(depth); draw(); fit(readable); }

const readable = 0.75; // of their size letters can still be read

// fit shows the whole picture, or where that would make it smaller than least, its upper end.
function fit(least) {
  const w = svg.clientWidth, h = svg.clientHeight;
  view.k = Math.min(1, w / scene.width, Math.max(h / scene.height, least));
  view.x = (w - scene.width * view.k) / 2; view.y = 8; move();
}

function zoom(by, x, y) {
  const k = Math.min(4, Math.max(0.02, view.k * by));
  view.x = x - (x - view.x) * k / view.k; view.y = y - (y - view.y) * k / view.k; view.k = k; move();
}

// reveal opens what is around an item and brings it into sight.
function reveal(i) {
  let shut = false;
  for (let a = i.around; a; a = a.around) { shut ||= a.shut; a.shut = false; }
  if (shut) draw();
  const b = place(i);
  if (b) { view.x = svg.clientWidth / 2 - (b.x + b.w / 2) * view.k; view.y = svg.clientHeight / 2 - (b.y + Math.min(b.h, 200) / 2) * view.k; move(); }
}

// select selects an item, and of its copies this one.
function select(i, keep, copy = 0) {
  selected = i; chosenCopy = copy; mark(); tell();
  if (!keep) history.replaceState(null, "", i ? "#" + encodeURIComponent(pathOf(i, copy)) : location.pathname + location.search);
}

// ofCopy is what of a list belongs to one of the copies of an item.
const ofCopy = (list, i, copy) => { const n = Math.ceil(list.length / i.count); return list.slice(copy * n, (copy + 1) * n); };

// pathOf is the path of a copy: it differs from the first one's as their first operations do.
function pathOf(i, copy) {
  if (!copy) return i.path;
  const nodes = whole(i).nodes, first = nodes[0], here = ofCopy(nodes, i, copy)[0];
  if (!here || !first.startsWith(i.path)) return i.path;
  const below = first.slice(i.path.length);
  return here.endsWith(below) ? here.slice(0, here.length - below.length) : here;
}

// copyOf is the number of the copy with a path, or of an operation with one, that passes a test; -1 for none.
function copyOf(i, test) {
  for (let copy = 0; copy < i.count; copy++) if (test(pathOf(i, copy))) return copy;
  const n = i.nodes.findIndex(test);
  return n < 0 ? -1 : Math.floor(n / (i.nodes.length / i.count));
}

// tell fills the panel with what is known of the selected item.
function tell() {
  const i = selected;
  panel.classList.toggle("open", !!i);
  if (!i) { panel.innerHTML = ""; return; }
  const nodes = ofCopy(whole(i).nodes, i, chosenCopy).map(p => Data.nodes[p]).filter(Boolean);
  const row = (name, value) => value === "" || value === undefined ? "" : `<tr><th>${name}</th><td>${value}</td></tr>`;
  const weights = nodes.flatMap(n => n.params);
  const list = (items, most) => items.slice(0, most).join("<br>") + (items.length > most ? `<br>… ${items.length - most} more` : "");
  panel.innerHTML = `<button id="close" title="Esc">×</button><h2>${escape(title(i) || i.path)}</h2><table>` +
    row("path", escape(pathOf(i, chosenCopy))) +
    row("copies", i.count > 1 ? `${i.count}, from ${escape(i.path)} to ${escape(pathOf(i, i.count - 1))}` : "") +
    row("shape", escape(i.shape || "")) +
    costs.map(c => row(escape(c.name), escape(c.text(i)) + (i.count > 1 ? " each" : "") +
      (c === colour && shownAs(i) === i && !isFrame(i) ? ` <svg class="swatch" width="12" height="12"><rect width="12" height="12"${shade(i)}/></svg>` : ""))).join("") +
    row("FLOPs", number(whole(i).flops) + (i.count > 1 ? " each" : "")) +
    row("share", shares(i)) +
    row("receptive field", (Data.nodes[valueOf(i, chosenCopy)] || {}).field) +
    row("operations", list(nodes.map(n => `<code>${escape(n.op)}</code>`), 12)) +
    row("weights", list(weights.map(w => `<code>${escape(w[0])}</code> ${escape(w[1])}`), 12)) +
    `</table>` + source((i.at || [])[chosenCopy] || nodes[0]);
}

// valueOf is the operation whose value is that of a copy of an item.
function valueOf(i, copy) {
  const last = (i.items || []).filter(x => x.kind !== "head").at(-1);
  return last ? valueOf(last, (copy + 1) * last.count / i.count - 1) : ofCopy(i.nodes, i, copy).at(-1);
}

// shares are those of all copies in what the net has, or for what is in a side head in what side heads have.
function shares(i) {
  const aside = x => !!x && (x.kind === "head" || aside(x.around)), same = all.filter(x => aside(x) === aside(i));
  return ["params", "macs", "flops"].map((name, n) => {
    const total = same.reduce((sum, x) => sum + x[name] * x.count, 0);
    return total ? `${(100 * whole(i)[name] * i.count / total).toFixed(1)} % of the ${["parameters", "MACs", "FLOPs"][n]}` : "";
  }).filter(Boolean).join("<br>");
}

// source shows the lines around the step, with the step marked.
function source(n) {
  const lines = n && Data.files[n.file];
  if (!lines) return "";
  const from = Math.max(0, n.line - 6), to = Math.min(lines.length, n.line + 5);
  return `<h3>${escape(n.file)}</h3><pre>` + lines.slice(from, to).map((text, k) =>
    `<span class="${from + k + 1 === n.line ? "here" : ""}">${String(from + k + 1).padStart(4)}  ${escape(text)}</span>`).join("\n") + "</pre>";
}

// sums are what frames hold, for when they are closed or selected.
(function sums(items) {
  for (const i of items) {
    const lists = [i.items || [], ...i.branches || []], inner = lists.flat();
    lists.forEach(sums);
    const add = (a, b, n) => a === null || b === null ? null : a + b * n;
    const of = i.sum = {params: i.params, macs: i.macs, flops: i.flops, nodes: []};
    for (const x of inner) { of.params = add(of.params, x.sum.params, x.count / i.count); of.macs = add(of.macs, x.sum.macs, x.count / i.count); of.flops = add(of.flops, x.sum.flops, x.count / i.count); }
    for (let copy = 0; copy < i.count; copy++) for (const nodes of [i.nodes, ...inner.map(x => x.sum.nodes)]) {
      const n = nodes.length / i.count;
      for (let k = copy * n; k < (copy + 1) * n; k++) of.nodes.push(nodes[k]);
    }
  }
})(Data.items);

function look(text) {
  text = text.toLowerCase();
  const has = words => words.toLowerCase().includes(text);
  const copyWith = i => [p => p.toLowerCase() === text, has].map(test => copyOf(i, test)).find(copy => copy >= 0);
  hits = []; hitCopies = [];
  if (text) for (const i of all) {
    const copy = copyWith(i) ?? (has(title(i) + " " + (i.marks || []).join(" ")) ? 0 : -1);
    if (copy >= 0) { hits.push(i); hitCopies.push(copy); }
  }
  hit = -1;
  found.textContent = text ? `${hits.length} found` : "";
  mark();
}

const at = e => { const g = e.target.closest("[data-id]"); return g ? all[g.dataset.id] : null; };

svg.addEventListener("wheel", e => { e.preventDefault(); const r = svg.getBoundingClientRect(); zoom(Math.exp(-e.deltaY * (e.deltaMode ? 0.05 : 0.0015)), e.clientX - r.left, e.clientY - r.top); }, {passive: false});
let drag = null;
svg.addEventListener("pointerdown", e => { drag = {x: e.clientX, y: e.clientY, vx: view.x, vy: view.y, moved: false}; });
window.addEventListener("pointermove", e => {
  if (!drag) return;
  const dx = e.clientX - drag.x, dy = e.clientY - drag.y;
  drag.moved ||= Math.abs(dx) + Math.abs(dy) > 4;
  if (drag.moved) { view.x = drag.vx + dx; view.y = drag.vy + dy; move(); }
});
window.addEventListener("pointerup", e => {
  const was = drag; drag = null;
  if (!was || was.moved || !svg.contains(e.target)) return;
  const i = at(e);
  const toggles = i && i.kind === "frame" && (i.shut || e.target.classList.contains("title") || !title(i));
  if (toggles) toggle(i);
  select(i);
  if (toggles) showOpen(i);
});
panel.addEventListener("click", e => { if (e.target.id === "close") select(null); });
search.addEventListener("input", () => look(search.value));
search.addEventListener("keydown", e => {
  if (e.key === "Enter" && hits.length) { hit = (hit + (e.shiftKey ? hits.length - 1 : 1)) % hits.length; found.textContent = `${hit + 1} of ${hits.length}`; select(hits[hit], false, hitCopies[hit]); reveal(hits[hit]); }
  if (e.key === "Escape") { search.value = ""; look(""); search.blur(); }
  e.stopPropagation();
});
for (const b of document.querySelectorAll("[data-depth]")) b.addEventListener("click", () => open(b.dataset.depth === "all" ? Infinity : +b.dataset.depth));
const chosen = document.getElementById("colour");
for (const c of costs) chosen.append(new Option(c.name, c.name, c.name === Data.colour, c.name === Data.colour));
const choose = () => { colour = costs.find(c => c.name === chosen.value) || null; };
chosen.addEventListener("change", () => { choose(); show(); tell(); });
for (const b of document.querySelectorAll("[data-zoom]")) b.addEventListener("click", () => zoom(+b.dataset.zoom, svg.clientWidth / 2, svg.clientHeight / 2));
document.getElementById("fit").addEventListener("click", () => fit(0));
window.addEventListener("keydown", e => {
  const pan = {ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60]}[e.key];
  const shown = () => scene.boxes.map(b => b.item).sort((a, b) => a.order - b.order);
  if (e.ctrlKey || e.metaKey || e.altKey || (e.key === "Enter" || e.key === " ") && e.target.closest?.("button,select,summary")) return;
  const zoomed = {"+": 1.25, "=": 1.25, "-": 0.8}[e.key];
  if (pan) { view.x += pan[0]; view.y += pan[1]; move(); }
  else if (zoomed) zoom(zoomed, svg.clientWidth / 2, svg.clientHeight / 2);
  else if (e.key === "0") fit(0);
  else if (e.key === "/") { search.focus(); search.select(); }
  else if (e.key === "?") document.getElementById("keys").toggleAttribute("open");
  else if (e.key === "Escape") select(null);
  else if (e.key === "j" || e.key === "k") {
    const list = shown(), n = selected ? list.indexOf(shownAs(selected)) : -1;
    const next = list[Math.min(list.length - 1, Math.max(0, n + (e.key === "j" ? 1 : -1)))];
    select(next); reveal(next);
  } else if (e.key === "Enter" || e.key === " ") {
    const i = selected && (selected.kind === "frame" ? selected : selected.around);
    if (i && i.kind === "frame") { toggle(i); select(i, false, i === selected ? chosenCopy : 0); showOpen(i); }
  } else return;
  e.preventDefault();
});
window.addEventListener("hashchange", goTo);

// goTo shows the step that the address names, or the first one below that path.
function goTo() {
  let path = location.hash.slice(1);
  try { path = decodeURIComponent(path); } catch { /* it is taken as it is */ }
  if (!path) return;
  for (const test of [p => p === path, p => p.startsWith(path + ".")]) for (const i of all) {
    const copy = i.kind === "input" && path !== i.path ? -1 : copyOf(i, test);
    if (copy >= 0) { select(i, true, copy); reveal(i); return; }
  }
  found.textContent = `no ${path}`;
}

choose();
open(Data.depth < 0 ? Infinity : Data.depth);
goTo();
