"use strict";
// The program, beside the page, so that typing never waits for it.

importScripts("wasm_exec.js");

const ready = new Promise(resolve => addEventListener("cnnlang", resolve, { once: true }));

async function start() {
  const go = new Go();
  const packed = await fetch("cnnlang.wasm.gz");
  if (!packed.ok) throw new Error(`cnnlang.wasm.gz: ${packed.status} ${packed.statusText}`);
  // A server that says so has the browser unpack it.
  const encoded = /gzip/.test(packed.headers.get("Content-Encoding") || "");
  const body = encoded ? packed.body : packed.body.pipeThrough(new DecompressionStream("gzip"));
  const { instance } = await WebAssembly.instantiateStreaming(new Response(body, { headers: { "Content-Type": "application/wasm" } }), go.importObject);
  go.run(instance);
  await ready;
}

const started = start();
started.then(() => postMessage({ ready: true }), err => postMessage({ failed: String(err.message || err) }));

onmessage = async e => {
  await started;
  const { id, method, args } = e.data;
  postMessage({ id, result: JSON.parse(self.cnnlang[method](...args)) });
};
