"use strict";
// Every shipped file is coloured whole: after each line nothing is open, every character that is no blank has a
// scope of its own, and what the formatter's tokens are, the grammar calls so.

const fs = require("fs"), path = require("path");
const { Registry, INITIAL, parseRawGrammar } = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");

const root = path.join(__dirname, "../../.."), grammarFile = path.join(__dirname, "../syntaxes/cnn.tmLanguage.json");

async function main() {
  await oniguruma.loadWASM(fs.readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")).buffer);
  const registry = new Registry({
    onigLib: Promise.resolve({ createOnigScanner: p => new oniguruma.OnigScanner(p), createOnigString: s => new oniguruma.OnigString(s) }),
    loadGrammar: async scope => scope === "source.cnn" ? parseRawGrammar(fs.readFileSync(grammarFile, "utf8"), grammarFile) : null,
  });
  const grammar = await registry.loadGrammar("source.cnn");
  let lines = 0, wrong = 0;
  for (const folder of ["stdlib", "nets"]) {
    for (const name of fs.readdirSync(path.join(root, folder)).filter(n => n.endsWith(".cnn"))) {
      fs.readFileSync(path.join(root, folder, name), "utf8").split("\n").forEach((line, n) => {
        lines++;
        const { tokens, ruleStack } = grammar.tokenizeLine(line, INITIAL);
        const complain = what => { wrong++; console.error(`${folder}/${name}:${n + 1}: ${what}`); };
        if (ruleStack.depth !== 1) complain("something stays open behind the line");
        for (const t of tokens) {
          const text = line.slice(t.startIndex, t.endIndex), scopes = t.scopes.slice(1).join(" ");
          if (text.trim() && !scopes) complain(`${JSON.stringify(text)} has no scope`);
          if (/^(block|net|import|let|if|then|else|repeat|each|stage|side|meta|train|names|expect|where)$/.test(text.trim()) && !/keyword|comment|string/.test(scopes)) complain(`${text} is a keyword and has ${scopes}`);
        }
      });
    }
  }
  console.log(`${lines} lines, ${wrong} wrong`);
  if (wrong || lines < 3000) process.exit(1);
}

main();
