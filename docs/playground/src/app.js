"use strict";
import { basicSetup } from "codemirror";
import { EditorView, Decoration, WidgetType, keymap } from "@codemirror/view";
import { EditorState, StateField, StateEffect } from "@codemirror/state";
import { StreamLanguage, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";
import { setDiagnostics } from "@codemirror/lint";

const $ = id => document.getElementById(id);

// first is what the page shows before anybody has chosen.
const first = `# A small residual network. Change a number, or a name, and look.
import std.resnet { basic }

net small(classes = 10) [N, 3, H = 64, W = 64] -> [N, classes] {
  stem: { conv(32, 3x3, stride=2, pad=half, bias=false) -> bn -> relu }
  layer1: { repeat 2 basic(32) }
  layer2: { basic(64, stride=2) -> basic(64) }
  mixed: concat {
    | conv(64, 1x1)
    | conv(32, 1x1) -> relu -> conv(64, 3x3, pad=1)
    | maxpool(3x3, stride=1, pad=1)
  }
  gap -> flatten -> fc: linear(classes)
}
`;

// The program answers one question after the other.
const worker = new Worker("worker.js");
const waiting = new Map();
let number = 0;
const ask = (method, ...args) => new Promise(resolve => {
  waiting.set(++number, resolve);
  worker.postMessage({ id: number, method, args });
});
worker.onmessage = e => {
  if (e.data.failed) return say(`The program could not be loaded: ${e.data.failed}`);
  if (e.data.ready) return begin();
  waiting.get(e.data.id)(e.data.result);
  waiting.delete(e.data.id);
};
worker.onerror = e => say(`The program ended: ${e.message}. Load the page again.`);
const say = text => { $("state").textContent = text; };

// Colours of words; what is wrong comes from the program.
const keywords = /^(block|net|import|let|if|then|else|repeat|each|of|in|stage|side|meta|train|names|expect|where|as|is|and|or|not|true|false)\b/;
const language = StreamLanguage.define({
  name: "cnn",
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match(/^#.*/)) return "comment";
    if (stream.match(/^"([^"\\]|\\.)*"?/)) return "string";
    if (stream.match(keywords)) return "keyword";
    if (stream.match(/^\d[\d_]*(x\d+|(\.\d+)?([eE][+-]?\d+)?([KMGT]i?B?)?)/)) return "number";
    if (stream.match(/^@[A-Za-z_][\w.]*/)) return "variableName.special";
    if (stream.match(/^[A-Za-z_]\w*(?=:)/)) return "labelName";
    if (stream.match(/^[A-Za-z_]\w*(?=\(|\s*\{)/)) return "typeName";
    if (stream.match(/^[A-Za-z_]\w*/)) return "variableName";
    stream.next();
    return "operator";
  },
  languageData: { commentTokens: { line: "#" } },
});

// The style sheet has the colours, for light and dark.
const colours = syntaxHighlighting(HighlightStyle.define(
  ["comment", "string", "keyword", "number", "labelName", "typeName"].map(name => ({ tag: tags[name], class: "word-" + name }))));

// Shapes behind lines.
class Shape extends WidgetType {
  constructor(text) { super(); this.text = text; }
  eq(other) { return other.text === this.text; }
  toDOM() {
    const span = document.createElement("span");
    span.className = "shape";
    span.textContent = this.text;
    return span;
  }
}
const setShapes = StateEffect.define();
const shapes = StateField.define({
  create: () => Decoration.none,
  update(old, tr) {
    for (const e of tr.effects) if (e.is(setShapes)) return e.value;
    return tr.docChanged ? Decoration.none : old; // none that may be of another text
  },
  provide: f => EditorView.decorations.from(f),
});

const view = new EditorView({
  parent: $("editor"),
  state: EditorState.create({
    doc: "",
    extensions: [colours, basicSetup, language, shapes, EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": "the text of the network" }),
      EditorView.updateListener.of(u => { if (u.docChanged) later(); })],
  }),
});

const text = () => view.state.doc.toString();
const write = t => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: t } });

// indexOf gives, for places in bytes of UTF-8, those in the editor's units.
function indexOf(t) {
  const encoder = new TextEncoder(), plain = !/[^\x00-\x7f]/.test(t);
  if (plain) return offset => Math.min(offset, t.length);
  const places = [];
  let index = 0;
  for (const c of t) {
    for (let n = encoder.encode(c).length; n > 0; n--) places.push(index);
    index += c.length;
  }
  return offset => offset < places.length ? places[offset] : t.length;
}

// A check is made when one has stopped typing, and shown if nothing was typed since.
let timer, version = 0;
function later() {
  version++;
  for (const id of ["picture", "params"]) $(id).classList.add("stale");
  clearTimeout(timer);
  timer = setTimeout(check, 120);
}

async function check() {
  const asked = ++version, t = text();
  const a = await ask("check", t, $("net").value);
  if (asked !== version) return;
  show(t, a);
}

const grouped = digits => digits.replace(/\B(?=(\d{3})+$)/g, ",");

function show(t, a) {
  const at = indexOf(t);
  const errors = a.problems.filter(p => p.severity === "error").length;
  say(a.error || (errors ? `${errors} ${errors === 1 ? "error" : "errors"}` : "No mistakes"));
  view.dispatch(setDiagnostics(view.state, a.problems.map(p => ({ from: at(p.start), to: at(p.end), severity: p.severity === "error" ? "error" : "warning", message: p.text.split("\n")[0] }))));
  view.dispatch({ effects: setShapes.of(Decoration.set(a.hints.map(h => Decoration.widget({ widget: new Shape(h.text), side: 1 }).range(at(h.offset))), true)) });
  $("problems").replaceChildren(...a.problems.map(problem));
  $("net").replaceChildren(...a.nets.map(n => new Option(n, n, false, n === a.net)));
  $("net").disabled = a.nets.length < 2;
  if (!a.net) return;
  // The picture is the program's own, which writes out what is in the text.
  $("picture").innerHTML = a.picture;
  for (const id of ["picture", "params"]) $(id).classList.remove("stale");
  const row = cells => {
    const tr = document.createElement("tr");
    for (const c of cells) tr.insertCell().textContent = c;
    return tr;
  };
  $("params").tBodies[0].replaceChildren(...a.rows.map(r => row([r.path, r.kind, r.output, grouped(r.params), grouped(r.macs)])));
  $("params").tFoot.replaceChildren(row(["total", "", "", grouped(a.totals.params), grouped(a.totals.macs)]));
}

function problem(p) {
  const div = document.createElement("div");
  div.className = `problem ${p.severity}`;
  const pre = document.createElement("pre");
  pre.textContent = p.text;
  div.append(pre);
  for (const r of p.repairs) {
    const b = document.createElement("button");
    b.textContent = r.what;
    b.onclick = () => write(r.text);
    div.append(b);
  }
  return div;
}

// The text stands in the address, packed, so that a link is the text.
const pack = async t => {
  const bytes = new Uint8Array(await new Response(new Blob([t]).stream().pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer());
  let s = "";
  for (const b of bytes) s += String.fromCharCode(b);
  return btoa(s).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};
const longest = 1 << 20; // of a text
async function unpack(s) {
  const bytes = Uint8Array.from(atob(s.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const decoder = new TextDecoder();
  let t = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return t + decoder.decode();
    t += decoder.decode(value, { stream: true });
    if (t.length > longest) throw new Error("the text is too long");
  }
}

async function begin() {
  const names = await ask("names");
  $("example").replaceChildren(new Option("a small network", ""), ...names.map(n => new Option(n)));
  let t = first;
  const packed = location.hash.match(/^#t=([\w-]+)$/);
  if (packed) {
    try {
      t = await unpack(packed[1]);
    } catch (err) {
      say(`The link holds no text: ${err.message}`);
    }
  }
  write(t);
  document.body.dataset.ready = "true";
}

$("example").onchange = async e => {
  const name = e.target.value;
  $("net").replaceChildren(new Option(name));
  write(name ? (await ask("text", name)).text : first);
};
$("net").onchange = check;
$("format").onclick = async () => {
  const a = await ask("format", text());
  if (a.text && a.text !== text()) write(a.text);
};
$("share").onclick = async () => {
  location.hash = "t=" + await pack(text());
  try {
    await navigator.clipboard.writeText(location.href);
    say("The link is in the clipboard");
  } catch {
    say("The link is in the address");
  }
};
