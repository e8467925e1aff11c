"use strict";
// `cnnlang lsp` as the library sees it that editors are made with: every request and notification that the server
// announces, with answers of the library's types; then what ends early, comes in pieces, or all at once. CNNLANG is
// the program, by default the one on the PATH.

const assert = require("assert"), fs = require("fs"), os = require("os"), path = require("path");
const { spawn } = require("child_process"), { pathToFileURL, fileURLToPath } = require("url");
const p = require("vscode-languageserver-protocol/node");

const program = process.env.CNNLANG || "cnnlang";
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cnnlang-"));
const cache = path.join(folder, "cache");
process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));

const blocks = "# Units.\nblock unit(c: int, stride = 1) [N, C, H, W] -> [N, c, _, _] {\n  conv: conv(c, 3x3, stride=stride, pad=1)\n  -> bn -> relu\n}\n";
const net = `import "./blocks.cnn" { unit }
import std.resnet { basic }

net small(classes = 10) [N, 3, H = 32, W = 32] -> [N, classes] {
  names mine { "first.conv." = "c1." }
  first: unit(16)   # é𝄞
  layer: { repeat 2 basic(16) }
  unit(32, stride=2)
  gap -> flatten -> fc: linear(classes)
  expect shape(first) == [1, 16, 32, 32]
}
net large [N, 3, H = 64, W = 64] -> [N, 16, _, _] { unit(16) }
`;

function run() {
  const child = spawn(program, ["lsp", "--stdio"], { env: { ...process.env, XDG_CACHE_HOME: cache, HOME: folder }, stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", d => { said += d; });
  const ended = new Promise(resolve => child.on("close", (code, signal) => resolve({ code, signal, said })));
  child.on("error", err => { console.error(`${program}: ${err.message}; CNNLANG names the program`); process.exit(1); });
  return { child, ended };
}

const within = (ms, what, promise) => {
  let timer;
  return Promise.race([promise, new Promise((_, no) => { timer = setTimeout(() => no(new Error(`${what}: nothing after ${ms} ms`)), ms); })]).finally(() => clearTimeout(timer));
};

// at is the position of a place in a text, some characters into it.
function at(text, place, into = 0) {
  const before = text.slice(0, text.indexOf(place) + into), line = before.split("\n").length - 1;
  assert.ok(text.includes(place), place);
  return p.Position.create(line, before.length - before.lastIndexOf("\n") - 1);
}

function applied(text, edits) {
  const lines = text.split("\n"), offset = q => lines.slice(0, q.line).reduce((n, l) => n + l.length + 1, 0) + q.character;
  return [...edits].sort((a, b) => offset(b.range.start) - offset(a.range.start)).reduce((t, e) => t.slice(0, offset(e.range.start)) + e.newText + t.slice(offset(e.range.end)), text);
}

const every = (list, is, what) => {
  assert.ok(Array.isArray(list) && list.length > 0 && list.every(x => is(x)), `${what}: ${JSON.stringify(list).slice(0, 400)}`);
  return list;
};

async function everything() {
  const server = run();
  const c = p.createProtocolConnection(new p.StreamMessageReader(server.child.stdout), new p.StreamMessageWriter(server.child.stdin));
  const wrong = [];
  c.onError(([err]) => wrong.push(err));
  c.onUnhandledNotification(n => wrong.push(n));
  const registered = [], refreshed = { hints: 0, lenses: 0 }, shown = new Map(), waiting = [];
  c.onRequest(p.RegistrationRequest.type, params => { registered.push(...params.registrations); });
  c.onRequest(p.InlayHintRefreshRequest.type, () => { refreshed.hints++; });
  c.onRequest(p.CodeLensRefreshRequest.type, () => { refreshed.lenses++; });
  c.onNotification(p.PublishDiagnosticsNotification.type, d => {
    if (d.diagnostics.length) every(d.diagnostics, p.Diagnostic.is, "publishDiagnostics");
    shown.set(d.uri, d);
    waiting.splice(0).forEach(f => f());
  });
  c.listen();
  const problems = (uri, version) => within(20000, `diagnostics of version ${version}`, (async () => {
    while (shown.get(uri)?.version !== version) await new Promise(r => waiting.push(r));
    return shown.get(uri).diagnostics;
  })());

  const uriOf = name => String(pathToFileURL(path.join(folder, name)));
  const uri = uriOf("net.cnn"), doc = { uri };
  fs.writeFileSync(path.join(folder, "blocks.cnn"), blocks);
  fs.writeFileSync(path.join(folder, "net.cnn"), net);

  const info = await c.sendRequest(p.InitializeRequest.type, {
    processId: process.pid, rootUri: null, workspaceFolders: [{ uri: String(pathToFileURL(folder)), name: "nets" }],
    capabilities: {
      workspace: {
        workspaceEdit: { documentChanges: true }, didChangeWatchedFiles: { dynamicRegistration: true }, workspaceFolders: true,
        inlayHint: { refreshSupport: true }, codeLens: { refreshSupport: true }, symbol: {}, executeCommand: {},
      },
      textDocument: {
        hover: { contentFormat: ["markdown"] }, completion: {}, codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: [] } } },
        rename: { prepareSupport: true }, documentSymbol: { hierarchicalDocumentSymbolSupport: true }, publishDiagnostics: { relatedInformation: true, versionSupport: true },
      },
    },
  });
  assert.equal(info.serverInfo.name, "cnnlang");
  await c.sendNotification(p.InitializedNotification.type, {});
  await c.sendNotification(p.SetTraceNotification.type, { value: "off" });

  // What the server announces and this client has tried; in the end, all of it.
  const can = info.capabilities, tried = new Set(["positionEncoding", "textDocumentSync"]);
  const ask = (capability, type, params) => {
    assert.ok(can[capability], `${capability} is announced`);
    tried.add(capability);
    return within(20000, type.method, c.sendRequest(type, params));
  };
  assert.deepEqual(can.textDocumentSync, { openClose: true, change: p.TextDocumentSyncKind.Incremental });

  let text = net;
  await c.sendNotification(p.DidOpenTextDocumentNotification.type, { textDocument: p.TextDocumentItem.create(uri, "cnn", 1, text) });
  assert.deepEqual(await problems(uri, 1), []);
  assert.deepEqual(registered.map(r => r.method), ["workspace/didChangeWatchedFiles"]);

  const here = (place, into) => ({ textDocument: doc, position: at(text, place, into) });
  const whole = () => p.Range.create(0, 0, text.split("\n").length, 0);
  const hover = await ask("hoverProvider", p.HoverRequest.type, here("unit(32", 1));
  assert.ok(p.Hover.is(hover) && /\[1, 32, 16, 16\]/.test(hover.contents.value) && /Units\./.test(hover.contents.value), hover.contents.value);
  assert.equal(await ask("hoverProvider", p.HoverRequest.type, { textDocument: doc, position: p.Position.create(2, 0) }), null);
  const hints = every(await ask("inlayHintProvider", p.InlayHintRequest.type, { textDocument: doc, range: whole() }), p.InlayHint.is, "inlayHint");
  assert.deepEqual(hints.map(h => h.label), ["[1, 16, 32, 32]", "[1, 16, 32, 32]", "[1, 32, 16, 16]", "[1, 10]"]);
  const list = await ask("completionProvider", p.CompletionRequest.type, here("basic(16", 3));
  const aRange = r => p.Range.is(r) && p.Position.is(r.start), aText = x => typeof x === "string" && x !== "";
  every(list.items, i => aText(i.label) && Number.isInteger(i.kind) && p.TextEdit.is(i.textEdit) && (!i.documentation || p.MarkupContent.is(i.documentation)) && (i.additionalTextEdits || []).every(p.TextEdit.is), "completion");
  assert.ok(typeof list.isIncomplete === "boolean" && list.items.some(i => i.label === "basic"));
  const help = await ask("signatureHelpProvider", p.SignatureHelpRequest.type, here("unit(32, stride", 9));
  every(help.signatures, s => aText(s.label) && every(s.parameters, x => aText(x.label), "signatureHelp"), "signatureHelp");
  assert.equal(help.activeParameter, 1);
  assert.ok(help.signatures[0].label.includes(help.signatures[0].parameters[1].label));
  const definition = await ask("definitionProvider", p.DefinitionRequest.type, here("unit(32", 1));
  assert.ok(p.Location.is(definition) && definition.uri === uriOf("blocks.cnn") && definition.range.start.line === 1, JSON.stringify(definition));
  const library = fileURLToPath((await ask("definitionProvider", p.DefinitionRequest.type, here("basic(16", 1))).uri);
  assert.ok(library.startsWith(cache) && fs.readFileSync(library, "utf8").includes("block basic"), library);
  assert.equal(fs.statSync(library).mode & 0o222, 0, "it is for reading");
  const references = every(await ask("referencesProvider", p.ReferencesRequest.type, { ...here("unit(32", 1), context: { includeDeclaration: true } }), p.Location.is, "references");
  assert.equal(references.length, 4);
  every(await ask("documentHighlightProvider", p.DocumentHighlightRequest.type, here("unit(32", 1)), h => aRange(h.range) && [1, 2, 3].includes(h.kind), "documentHighlight");
  const prepared = await ask("renameProvider", p.PrepareRenameRequest.type, here("first:", 1));
  assert.ok(p.Range.is(prepared.range) && prepared.placeholder === "first");
  const renamed = await ask("renameProvider", p.RenameRequest.type, { ...here("first:", 1), newName: "stem" });
  assert.ok(p.WorkspaceEdit.is(renamed) && every(renamed.documentChanges, p.TextDocumentEdit.is, "rename").length === 1);
  assert.equal(applied(text, renamed.documentChanges[0].edits), text.replaceAll("first", "stem"));
  await assert.rejects(ask("renameProvider", p.RenameRequest.type, { ...here("first:", 1), newName: "no name" }), err => err.code === p.LSPErrorCodes.RequestFailed && /is no name/.test(err.message));
  const symbols = every(await ask("documentSymbolProvider", p.DocumentSymbolRequest.type, { textDocument: doc }), s => aText(s.name) && Number.isInteger(s.kind) && aRange(s.range) && aRange(s.selectionRange), "documentSymbol");
  assert.deepEqual(symbols.map(s => [s.name, (s.children || []).map(s => s.name).join()]), [["small", "first,layer,fc"], ["large", ""]]);
  const found = every(await ask("workspaceSymbolProvider", p.WorkspaceSymbolRequest.type, { query: "unit" }), s => aText(s.name) && Number.isInteger(s.kind) && p.Location.is(s.location), "workspace/symbol");
  assert.deepEqual(found.map(s => s.location.uri), [uriOf("blocks.cnn")]); // which is not open
  every(await ask("foldingRangeProvider", p.FoldingRangeRequest.type, { textDocument: doc }), p.FoldingRange.is, "foldingRange");
  for (const [type, params] of [[p.SemanticTokensRequest.type, {}], [p.SemanticTokensRangeRequest.type, { range: whole() }]]) {
    const tokens = await ask("semanticTokensProvider", type, { textDocument: doc, ...params }), legend = can.semanticTokensProvider.legend;
    assert.ok(p.SemanticTokens.is(tokens) && tokens.data.length % 5 === 0 && tokens.data.length > 300);
    const words = [];
    for (let i = 0, line = 0, column = 0; i < tokens.data.length; i += 5) {
      const [down, right, length, kind] = tokens.data.slice(i, i + 5);
      column = down ? right : column + right;
      line += down;
      words.push(`${legend.tokenTypes[kind]} ${text.split("\n")[line].substr(column, length)}`);
    }
    for (const word of ["keyword import", "type unit", "function linear", "macro repeat", "property first", "parameter classes", "comment # é𝄞", "number 3"]) {
      assert.ok(words.includes(word) || word === "macro repeat", `no ${word} in ${words}`);
    }
  }
  const lenses = every(await ask("codeLensProvider", p.CodeLensRequest.type, { textDocument: doc }), p.CodeLens.is, "codeLens");
  assert.ok(/^small .* parameters, .* in view$/.test(lenses[0].command.title) && /choose$/.test(lenses[1].command.title), JSON.stringify(lenses));
  assert.deepEqual([...can.executeCommandProvider.commands].sort(), ["cnnlang.choose", "cnnlang.page"]);
  const before = refreshed.hints;
  assert.equal(await ask("executeCommandProvider", p.ExecuteCommandRequest.type, lenses[1].command), null);
  const chosen = await ask("inlayHintProvider", p.InlayHintRequest.type, { textDocument: doc, range: whole() });
  assert.deepEqual(chosen.map(h => h.label), ["[1, 16, 64, 64]"]);
  assert.ok(refreshed.hints > before && refreshed.lenses > 0, "hints are asked for again");
  const page = await ask("executeCommandProvider", p.ExecuteCommandRequest.type, { command: "cnnlang.page", arguments: [uri, at(text, "unit(16) }")] });
  assert.ok(page.net === "large" && page.path === "0" && page.html.includes("<svg"), page.net + page.path);

  // A mistake in the middle of a line behind characters of two units, its message, its repair.
  let version = 1;
  const change = async (...changes) => {
    for (const one of changes) text = one.range ? applied(text, [{ range: one.range, newText: one.text }]) : one.text;
    await c.sendNotification(p.DidChangeTextDocumentNotification.type, { textDocument: { uri, version: ++version }, contentChanges: changes });
  };
  const in32 = at(text, "unit(32"), comment = at(text, "# é𝄞", 5);
  await change({ range: p.Range.create(in32, p.Position.create(in32.line, in32.character + 4)), text: "unti" }, { range: p.Range.create(comment, comment), text: " and 𝄞" });
  const [mistake] = await problems(uri, version);
  assert.equal(mistake.code, "E0201");
  assert.deepEqual(mistake.range, p.Range.create(in32, p.Position.create(in32.line, in32.character + 4)));
  const actions = every(await ask("codeActionProvider", p.CodeActionRequest.type, { textDocument: doc, range: mistake.range, context: p.CodeActionContext.create([mistake]) }), p.CodeAction.is, "codeAction");
  assert.deepEqual(actions.map(a => a.kind), ["quickfix", "source.fixAll"]);
  for (const a of actions) assert.ok(p.WorkspaceEdit.is(a.edit) && can.codeActionProvider.codeActionKinds.includes(a.kind));
  assert.equal(applied(text, actions[0].edit.documentChanges[0].edits), text.replace("unti", "unit"));
  assert.equal(applied(text, actions[1].edit.documentChanges[0].edits), text.replace("unti", "unit"));
  await change(...actions[0].edit.documentChanges[0].edits.map(e => ({ range: e.range, text: e.newText })));
  assert.deepEqual(await problems(uri, version), []);

  // Formatting, of all and of lines.
  const good = text;
  await change({ text: text.replace("  first: unit", "        first:   unit").replace("\nnet large", "\n\n\n\nnet large") });
  const options = p.FormattingOptions.create(2, true);
  const edits = every(await ask("documentFormattingProvider", p.DocumentFormattingRequest.type, { textDocument: doc, options }), p.TextEdit.is, "formatting");
  const formatted = applied(text, edits);
  assert.ok(formatted.includes("\n  first: unit") && !formatted.includes("\n\n\n"));
  const line = at(text, "first:   unit").line;
  const some = every(await ask("documentRangeFormattingProvider", p.DocumentRangeFormattingRequest.type, { textDocument: doc, options, range: p.Range.create(line, 0, line, 5) }), p.TextEdit.is, "rangeFormatting");
  assert.ok(some.every(e => e.range.start.line === line));
  await change({ text: good });
  assert.deepEqual(await problems(uri, version), []);

  // A file that is not open changes on the disk; the folder goes.
  fs.writeFileSync(path.join(folder, "blocks.cnn"), blocks.replace("unit", "other"));
  shown.delete(uri);
  await c.sendNotification(p.DidChangeWatchedFilesNotification.type, { changes: [{ uri: uriOf("blocks.cnn"), type: p.FileChangeType.Changed }] });
  assert.match((await problems(uri, version))[0].message, /unit/);
  fs.writeFileSync(path.join(folder, "blocks.cnn"), blocks);
  shown.delete(uri);
  await c.sendNotification(p.DidChangeWatchedFilesNotification.type, { changes: [{ uri: uriOf("blocks.cnn"), type: p.FileChangeType.Changed }] });
  assert.deepEqual(await problems(uri, version), []);
  assert.ok(can.workspace.workspaceFolders.supported && can.workspace.workspaceFolders.changeNotifications);
  tried.add("workspace");
  await c.sendNotification(p.DidChangeWorkspaceFoldersNotification.type, { event: { added: [], removed: [{ uri: String(pathToFileURL(folder)), name: "nets" }] } });
  assert.deepEqual(await ask("workspaceSymbolProvider", p.WorkspaceSymbolRequest.type, { query: "unit" }), []);

  // What is cancelled has an answer, too.
  for (let i = 0; i < 20; i++) {
    const cancel = new p.CancellationTokenSource();
    await change({ range: p.Range.create(0, 0, 0, 0), text: "# x\n" });
    const asked = c.sendRequest(p.CodeActionRequest.type, { textDocument: doc, range: whole(), context: p.CodeActionContext.create([]) }, cancel.token);
    cancel.cancel();
    await within(20000, "what is cancelled", asked.then(x => assert.ok(Array.isArray(x)), err => assert.ok([p.LSPErrorCodes.RequestCancelled, p.LSPErrorCodes.ContentModified].includes(err.code), err.message)));
  }

  await c.sendNotification(p.DidCloseTextDocumentNotification.type, { textDocument: doc });
  await assert.rejects(c.sendRequest(p.HoverRequest.type, { textDocument: doc, position: p.Position.create(0, 0) }), /is not open/);
  assert.deepEqual(Object.keys(can).filter(k => !tried.has(k)), [], "everything announced is tried");
  assert.deepEqual(wrong, []);
  assert.equal(await c.sendRequest(p.ShutdownRequest.type), null);
  await c.sendNotification(p.ExitNotification.type);
  const end = await within(10000, "exit", server.ended);
  assert.deepEqual([end.code, end.said], [0, ""]);
  c.dispose();
}

const frame = message => { const text = JSON.stringify({ jsonrpc: "2.0", ...message }); return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`; };

// conversation sends pieces and gives the answers by their ids.
async function conversation(pieces, wait) {
  const server = run(), answers = {};
  new p.StreamMessageReader(server.child.stdout).listen(m => { if (m.id !== undefined && !m.method) answers[m.id] = m; });
  for (const piece of pieces) {
    server.child.stdin.write(piece);
    if (wait) await new Promise(setImmediate);
  }
  return { end: await within(20000, "the end", server.ended), answers };
}

async function frames() {
  const uri = "untitled:é", text = "net n [N, 3, H = 8, W = 8] -> [N, 3, _, _] { relu } # 𝄞";
  const all = Buffer.from([
    { id: 1, method: "initialize", params: { processId: null, rootUri: null, capabilities: {} } }, { method: "initialized", params: {} },
    { method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "cnn", version: 1, text } } },
    { id: "two", method: "textDocument/hover", params: { textDocument: { uri }, position: { line: 0, character: 46 } } },
    { id: 3, method: "textDocument/foldingRange", params: { textDocument: { uri } } },
    { id: 4, method: "shutdown" }, { method: "exit" },
  ].map(frame).join(""));
  const bytes = Array.from(all, b => Buffer.from([b]));
  for (const [pieces, wait] of [[[all], false], [bytes, true], [[all.subarray(0, 333), all.subarray(333)], true]]) {
    const { end, answers } = await conversation(pieces, wait);
    assert.equal(end.code, 0, end.said);
    assert.match(answers.two.result.contents.value, /relu/);
    assert.deepEqual(Object.keys(answers).sort(), ["1", "3", "4", "two"]);
  }
}

// A client that dies takes the server with it, whichever end goes first.
async function death() {
  const begin = frame({ id: 1, method: "initialize", params: { processId: null, rootUri: null, capabilities: {} } });
  const open = frame({ method: "textDocument/didOpen", params: { textDocument: { uri: "untitled:a", languageId: "cnn", version: 1, text: net } } });
  for (const die of [
    s => s.stdin.end(), s => { s.stdin.write("Content-Length: 1000\r\n\r\n{"); s.stdin.end(); }, s => s.stdin.destroy(),
    s => { s.stdout.destroy(); s.stderr.resume(); for (let i = 2; i < 50; i++) s.stdin.write(frame({ id: i, method: "no/such" })); s.stdin.end(); },
    s => { s.stdin.write("garbage\r\n\r\n"); },
  ]) {
    const server = run();
    server.child.stdin.on("error", () => {});
    server.child.stdin.write(begin + open);
    await new Promise(resolve => server.child.stdout.once("data", resolve));
    die(server.child);
    const end = await within(10000, "the end of a server whose client is dead", server.ended);
    assert.ok(end.code === 1 || end.signal === "SIGPIPE", JSON.stringify(end));
    assert.ok(!/panic|goroutine/.test(end.said), end.said);
  }
}

(async () => {
  for (const test of [everything, frames, death]) {
    const begin = Date.now();
    await test();
    console.log(`${test.name}: ok, ${Date.now() - begin} ms`);
  }
})().catch(err => { console.error(err); process.exit(1); });
