"use strict";
// The client of `cnnlang lsp`, and a view of the network beside its text.

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client, view;

async function activate(context) {
  const command = vscode.workspace.getConfiguration("cnnlang").get("path") || "cnnlang";
  client = new LanguageClient("cnnlang", "cnnlang", { command, args: ["lsp"] }, { documentSelector: [{ language: "cnn" }] });
  context.subscriptions.push(
    vscode.commands.registerCommand("cnnlang.showNetwork", () => show(vscode.window.activeTextEditor)),
    vscode.window.onDidChangeTextEditorSelection(e => follow(e.textEditor)),
    vscode.workspace.onDidSaveTextDocument(d => view && String(d.uri) === view.uri && show(editorOf(d))),
  );
  try {
    await client.start();
  } catch (err) {
    vscode.window.showErrorMessage(`${command} could not be started: ${err.message}. Install it, or set cnnlang.path.`);
  }
}

const editorOf = document => vscode.window.visibleTextEditors.find(e => e.document === document);

// ask has the server draw the net in view, and find the step at the cursor.
function ask(editor) {
  const { line, character } = editor.selection.active;
  return client.sendRequest("workspace/executeCommand", { command: "cnnlang.page", arguments: [String(editor.document.uri), { line, character }] });
}

// show opens the view of the network beside its text, or draws it anew.
async function show(editor) {
  if (!editor || editor.document.languageId !== "cnn") return;
  let page;
  try {
    page = await ask(editor);
  } catch (err) {
    vscode.window.showWarningMessage(err.message);
    return;
  }
  if (!view) {
    const panel = vscode.window.createWebviewPanel("cnnlang.network", page.net, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true }, { enableScripts: true, retainContextWhenHidden: true });
    view = { panel };
    panel.onDidDispose(() => { view = undefined; });
  }
  view.uri = String(editor.document.uri);
  view.panel.title = page.net;
  // The page is one file; what a message asks for, it selects as it does for its own address.
  const listen = `<script>addEventListener("message", e => { if (typeof e.data.path === "string") location.hash = e.data.path; });</script>`;
  view.panel.webview.html = page.html.replace("</body>", () => listen + "</body>");
  select(page.path);
}

function select(path) {
  if (view && path) view.panel.webview.postMessage({ path });
}

// follow selects the step at the cursor, when the cursor has rested.
let rest;
function follow(editor) {
  if (!view || String(editor.document.uri) !== view.uri) return;
  clearTimeout(rest);
  rest = setTimeout(() => ask(editor).then(page => select(page.path), () => {}), 150);
}

function deactivate() { return client && client.stop(); }

module.exports = { activate, deactivate };
