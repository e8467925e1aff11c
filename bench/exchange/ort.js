// Runs ONNX models in ONNX Runtime: for each line of standard input,
//
//   {"model": FILE, "inputs": [{"file": FILE, "shape": [1, 3, 224, 224]}], "outputs": FOLDER}
//
// it reads the inputs, float32 of this machine's byte order, writes every output so to
// FOLDER/I.bin, I being its number, and answers with a line {"names": […]} or {"error": …}.
//
//   node ort.js FOLDER    the node_modules that holds onnxruntime-node
'use strict';

const fs = require('fs');
const path = require('path');
const readline = require('readline');

async function answer(runtime, job) {
  const session = await runtime.InferenceSession.create(job.model, {executionProviders: ['cpu'], logSeverityLevel: 3});
  const inputs = {};
  job.inputs.forEach(({file, shape}, i) => {
    const raw = fs.readFileSync(file);
    const data = new Float32Array(raw.buffer, raw.byteOffset, raw.length / 4);
    inputs[session.inputNames[i]] = new runtime.Tensor('float32', data, shape);
  });
  const values = await session.run(inputs);
  session.outputNames.forEach((name, i) => {
    const {data} = values[name];
    fs.writeFileSync(path.join(job.outputs, i + '.bin'), Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  });
  const names = session.outputNames.slice();
  await session.release();
  return {names};
}

async function main() {
  const runtime = require(path.resolve(process.argv[2], 'onnxruntime-node'));
  for await (const line of readline.createInterface({input: process.stdin})) {
    let said;
    try {
      said = await answer(runtime, JSON.parse(line));
    } catch (error) {
      said = {error: String(error.message || error)};
    }
    process.stdout.write(JSON.stringify(said) + '\n');
  }
}

main();
