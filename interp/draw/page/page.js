"use strict";
// The picture of a network, laid out here as in Go (layout.go, place.go), so that frames can be
// opened and closed. Data is {title, depth, lengths, advances, items, nodes, files, costs, colour}, where an item is
// {kind, text, marks, label, call, stage, path, nodes, count, params, macs, shape, items, branches, from}.

const {lengths: L, advances} = Data;

// width is how long a text is in letters of this size, at most.
function width(text, size) {
  let sum = 0;
  for (const c of text) {
    const n = c.codePointAt(0);
    if (n >= 32 && n - 32 < advances.length) sum += advances[n - 32];
    else if (c === "·") sum += 318;
    else sum += n < 0x2e80 ? 1000 : 2000;
  }
  return sum * size / 1000;
}

const textOf = i => i.shut && i.told || i.text || "";
const title = i => !textOf(i) ? i.label || "" : !i.label || i.label === i.call ? textOf(i) : i.label + ": " + textOf(i);
const marks = i => i.marks ? "  " + i.marks.join(" ") : "";
const copies = n => n < 2 ? "" : "×" + n;
const cut = (text, most) => { const r = [...text]; return r.length > most ? r.slice(0, most - 1).join("") + "…" : text; };
const isFrame = i => i.kind === "frame" && !i.shut; // an open one
const merges = i => i.kind === "merge" || i.kind === "concat";

// Every item knows what is around it, its number, and its place in the order in which values are computed.
const all = [];
let orders = 0;
(function number(items, around) {
  for (const i of items) {
    i.id = all.length; i.around = around; all.push(i);
    if (!merges(i)) i.order = orders++;
    number(i.items || [], i);
    for (const b of i.branches || []) number(b, around);
    if (merges(i)) i.order = orders++;
  }
})(Data.items, null);

// shut closes the frames that are so deep within others, and opens all others (fold.go).
function shut(depth) {
  const staged = i => (i.items || []).some(x => x.stage || staged(x));
  (function walk(items, d) {
    for (const i of items) {
      let next = d;
      if (i.kind === "frame") { i.shut = !staged(i) && d >= depth; if (!staged(i)) next++; }
      walk(i.items || [], next);
      for (const b of i.branches || []) walk(b, d);
    }
  })(Data.items, 0);
}

// shapes are written where height or width change, and behind frames (fold.go).
function showShapes(items, before, top) {
  const end = items[items.length - 1].size;
  items.forEach((i, n) => {
    if (i.kind === "head") return;
    if (!i.size) {
      if (i.items && i.items.length) showShapes(i.items, before, false);
      return;
    }
    const size = i.size.slice(2);
    const same = (a, b) => a && b && a.length === b.length && a.every((x, k) => x === b[k]);
    i.shown = n < items.length - 1 && (top || !same(i.size, end)) && (i.kind === "input" || i.stage || !same(before, size));
    if (i.items && i.items.length && i.kind !== "head") showShapes(i.items, before, false);
    before = size;
  });
}
showShapes(Data.items, [], true);

// measure finds the extents of a series around its spine.
function measure(items, count) {
  const c = {cells: items.map(i => size(i, count)), left: 0, main: 0, height: 0};
  for (const x of c.cells) if (x.item.kind !== "head") { c.left = Math.max(c.left, x.left); c.main = Math.max(c.main, x.right); }
  c.right = c.main;
  for (const x of c.cells) if (x.item.kind === "head") c.right = Math.max(c.right, c.main + L.between + x.left + x.right);
  c.height = run(c, () => {}, () => {});
  const first = c.cells.findIndex(x => x.item.kind !== "head");
  c.fed = first < 0 || c.cells.slice(0, first + 1).some(x => x.fed);
  c.ends = c.cells[0].item.kind !== "head" && ends(c.cells[0]);
  return c;
}

// run goes down a series, and returns how high it is.
function run(c, main, head) {
  let y = 0, free = 0, first = true, end = 0;
  for (const x of c.cells) {
    if (x.item.kind === "head") {
      y = Math.max(y + L.rail, free); head(x, y);
      free = y + x.height + L.gap; end = Math.max(end, free - L.gap); y += L.rail;
      continue;
    }
    if (!first) y += L.gap;
    first = false; main(x, y); y += x.height;
  }
  return Math.max(end, y);
}

function size(i, count) {
  const c = {item: i, of: Math.floor(i.count / Math.max(count, 1)), fed: i.kind !== "tap" && i.kind !== "input"};
  if (isFrame(i)) {
    c.body = measure(i.items, i.count);
    c.left = c.body.left + L.pad; c.right = c.body.right + L.pad;
    const short = width(cut(title(i), L.leastTitle), L.smallSize + 1) + width(copies(c.of), L.textSize) * 1.3 + 3 * L.pad - c.left - c.right;
    if (short > 0) { c.left += short / 2; c.right += short / 2; }
    c.height = titleRow(c) + L.pad + c.body.height + L.pad;
    openLine(c);
  } else if (i.kind === "head") {
    c.body = measure(i.items, i.count);
    c.left = Math.max(c.body.left + L.pad, L.pad);
    c.right = Math.max(c.body.right + L.pad, width(cut(i.text, L.leastTitle), L.smallSize + 1) + 3 * L.pad - c.left);
    c.height = L.rail + L.titleRow + L.pad + c.body.height + L.pad;
    openLine(c);
  } else if (merges(i)) {
    merge(c, count);
  } else {
    const least = i.kind === "act" ? L.leastBox / 2 : L.leastBox;
    c.width = Math.max(least, width(title(i), L.textSize) + width(marks(i), L.smallSize) + width(copies(c.of), L.textSize) * 1.3 + 20);
    c.left = c.right = c.width / 2; c.height = L.boxHeight;
    if (i.shown) c.right = Math.max(c.right, width(i.shape, L.smallSize) + 10);
  }
  return c;
}

// shownTitle is as much of the title of a frame as fits its width.
function shownTitle(i, of, wide) {
  let text = title(i);
  const room = wide - 2 * L.pad - width(copies(of), L.textSize) * 1.3;
  for (let n = [...text].length; n > L.leastTitle && width(text, L.smallSize + 1) > room; n--) text = cut(title(i), n);
  return text;
}

// openLine finds whether the line into a frame leads on to what is in it.
function openLine(c) {
  c.fed = c.body.fed;
  c.open = c.fed && width(shownTitle(c.item, c.of, c.left + c.right), L.smallSize + 1) <= c.left - L.titleLeft - L.rail;
}

// ends reports whether the line to an item ends there, and does not part or lead on into a frame.
const ends = c => !c.open && !(merges(c.item) && c.parts);

const titleRow = c => c.item.kind === "frame" && !title(c.item) && c.of < 2 ? 0 : L.titleRow;

function merge(c, count) {
  c.branches = []; c.arcs = 0; c.height = 0;
  let wide = 0;
  for (const b of c.item.branches) {
    if (!b.length) c.arcs++;
    else if (b[0].arc) continue;
    else {
      const col = measure(b, count);
      c.branches.push(col); wide += col.left + col.right; c.height = Math.max(c.height, col.height);
    }
  }
  const n = c.branches.length;
  align(c);
  if (!n && c.arcs) { c.arcs--; c.straight = true; }
  wide += L.between * Math.max(n - 1, 0);
  c.left = c.right = 0;
  if (n) { c.left = c.branches[0].left - c.spines[0]; c.right = wide - c.left; }
  c.width = L.round;
  if (c.item.kind === "concat" || [...c.item.text].length > 1) {
    c.width = width(c.item.text, L.textSize) + 24;
    if (n > 1 && c.item.kind === "concat") c.width = Math.max(c.width, 2 * Math.max(-c.spines[0], c.spines[n - 1]) + 24);
  }
  c.left = Math.max(c.left, c.width / 2);
  c.right = Math.max(c.right, c.width / 2) + L.arcGap * c.arcs + (c.arcs ? L.arcGap / 2 : 0);
  c.parts = n > 0 || c.arcs > 0;
  c.above = !c.parts ? 0 : n > 1 ? L.rail + L.lead : L.join;
  c.below = c.parts ? L.join : 0;
  c.height += c.above + c.below + L.round;
  c.fed = !!c.straight || c.arcs > 0 || c.branches.some(b => b.fed);
}

// align finds where the spines of the branches lie (layout.go).
function align(c) {
  let x = 0;
  const at = c.branches.map(b => { const s = x + b.left; x += b.left + b.right + L.between; return s; });
  const n = at.length, middle = n ? (at[Math.floor((n - 1) / 2)] + at[Math.floor(n / 2)]) / 2 : 0;
  c.spines = at.map(s => s - middle);
}

// A scene is what is drawn, in its place.
function layout() {
  const s = {frames: [], edges: [], boxes: [], texts: [], ends: new Map(), merges: new Map()};
  const arcs = tapArcs();
  const lanes = arcs.length ? L.arcGap * (1 + Math.max(...arcs.map(a => a.lane + 1))) : 0;
  const c = measure(Data.items, 1);
  const x = L.margin + lanes + c.left, top = L.margin;
  column(s, c, x, top, 0);
  for (const a of arcs) {
    const start = s.ends.get(a.from), end = s.merges.get(a.to);
    if (!start || !end) continue;
    const y = start[1] + 5, lane = L.margin + lanes - L.arcGap * (a.lane + 1);
    s.edges.push({kind: "tapped", arrow: true, points: [start, [start[0], y], [lane, y], [lane, end[1] + 4 * a.nth], [end[0], end[1] + 4 * a.nth]]});
  }
  s.width = x + c.right + L.margin; s.height = top + c.height + L.margin;
  return s;
}

const line = (s, kind, arrow, ...points) => s.edges.push({kind, arrow, points});

// column places a series whose spine is at x, from y down, and returns where its last item ends.
function column(s, c, x, y, deep) {
  let bottom = y;
  run(c, (cell, at) => {
    const top = y + at;
    if (bottom < top && cell.fed) line(s, "", ends(cell), [x, bottom], [x, top]);
    if (isFrame(cell.item)) frame(s, cell, x, top, cell.height, deep);
    else if (merges(cell.item)) placeMerge(s, cell, x, top, deep);
    else s.boxes.push({x: x - cell.width / 2, y: top, w: cell.width, h: cell.height, item: cell.item, of: cell.of});
    bottom = top + cell.height;
    s.ends.set(cell.item, [x, bottom]);
    if (cell.item.shown) s.texts.push({x: x + 7, y: bottom + 13, text: cell.item.shape});
  }, (cell, at) => {
    const hx = x + c.main + L.between + cell.left;
    at += y;
    if (cell.fed) line(s, "", ends(cell), [x, bottom], [x, at], [hx, at], [hx, at + L.rail]);
    frame(s, cell, hx, at + L.rail, cell.height - L.rail, deep);
  });
  return bottom;
}

function frame(s, c, x, y, height, deep) {
  s.frames.push({x: x - c.left, y, w: c.left + c.right, h: height, item: c.item, of: c.of, deep});
  const top = y + titleRow(c) + L.pad;
  if (c.open) line(s, "", c.body.ends, [x, y], [x, top]);
  else if (c.fed) line(s, "", c.body.ends, [x, top - L.pad + 2], [x, top]);
  const bottom = column(s, c.body, x, top, deep + 1);
  if (c.item.kind === "frame") line(s, "", false, [x, bottom], [x, y + height]);
}

function placeMerge(s, c, x, y, deep) {
  const bottom = y + c.height - L.round, mid = bottom + L.round / 2, half = c.width / 2, high = c.height - L.round - c.above - c.below;
  c.branches.forEach((b, n) => {
    const bx = x + c.spines[n], top = y + c.above + (high - b.height) / 2;
    if (b.fed) line(s, "", b.ends, [x, y], [x, y + L.rail], [bx, y + L.rail], [bx, top]);
    const end = [bx, column(s, b, bx, top, deep)];
    if (c.item.kind === "concat" || bx > x - half && bx < x + half) line(s, "", true, end, [bx, bottom]);
    else line(s, "", true, end, [bx, mid], [bx < x ? x - half : x + half, mid]);
  });
  if (c.straight && c.parts) line(s, "", true, [x, y], [x, bottom]);
  const right = x + c.right - L.arcGap * Math.max(c.arcs - 1, 0);
  for (let k = 0; k < c.arcs; k++) {
    const ax = right + L.arcGap * k;
    line(s, "shortcut", true, [x, y], [x, y + L.rail / 2], [ax, y + L.rail / 2], [ax, mid], [x + half, mid]);
  }
  s.merges.set(c.item, [x - half, mid]);
  s.boxes.push({x: x - half, y: bottom, w: c.width, h: L.round, item: c.item, of: c.of});
}

// tapArcs are the taps between spines of frames that are open, in lanes (taps.go).
function tapArcs() {
  const order = new Map(), list = [], used = new Map();
  (function trunk(items) {
    for (const i of items) { order.set(i, order.size); if (isFrame(i)) trunk(i.items); }
  })(Data.items);
  for (const i of order.keys()) for (const b of i.branches || []) {
    if (b.length !== 1 || b[0].kind !== "tap") continue;
    const from = all[b[0].from]; // in a closed frame it is out of sight, and the tap a box
    b[0].arc = order.has(from) && order.get(from) < order.get(i) && list.length < L.mostArcs;
    if (b[0].arc) list.push({from, to: i, first: order.get(from), last: order.get(i), lane: 0});
  }
  list.sort((a, b) => (a.last - a.first) - (b.last - b.first));
  list.forEach((a, n) => {
    const taken = new Set(list.slice(0, n).filter(b => a.first <= b.last && b.first <= a.last).map(b => b.lane));
    while (taken.has(a.lane)) a.lane++;
    a.nth = used.get(a.to) || 0; used.set(a.to, a.nth + 1);
  });
  return list;
}
