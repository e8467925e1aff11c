// A worker that runs an .onnx model in ONNX Runtime: README.md has the protocol.
//
//   node ort_worker.js MODEL.onnx --modules FOLDER [--input 3x224x224] [--threads 1] [--batch 1]
//     [--precision f32] [--output FILE]
//
// FOLDER is the node_modules that holds onnxruntime-node. --precision is what the model
// is in, and only repeated. With --output the first answer is written to FILE, as
// float32 of this machine's byte order.
'use strict';

const began = process.hrtime.bigint();
const fs = require('fs');
const path = require('path');
const readline = require('readline');

const flags = {modules: 'node_modules', input: '3x224x224', threads: '1', batch: '1', precision: 'f32', output: ''};

function readFlags(words) {
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i].replace(/^--/, '');
    if (!(name in flags) || i + 1 === words.length) throw new Error(`unknown flag or no value: ${words[i]}`);
    flags[name] = words[i + 1];
  }
}

const since = (start) => Number(process.hrtime.bigint() - start) / 1e6;

// memory reads VmRSS or VmHWM in MB of 2^20 bytes; 0 where the system has no such file.
function memory(field) {
  if (!fs.existsSync('/proc/self/status')) return 0;
  const line = fs.readFileSync('/proc/self/status', 'utf8').split('\n').find((l) => l.startsWith(field + ':'));
  return line ? parseInt(line.slice(field.length + 1), 10) / 1024 : 0;
}

// numbers is the input that all workers share: 24 bits of a linear congruential generator, from -1 to 1.
function numbers(count) {
  const data = new Float32Array(count);
  let state = 12345;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    data[i] = (state >>> 8) / 8388608 - 1;
  }
  return data;
}

function say(document) {
  process.stdout.write(JSON.stringify(document) + '\n');
}

async function main() {
  readFlags(process.argv.slice(3));
  const residentBefore = memory('VmRSS');
  const runtime = require(path.resolve(flags.modules, 'onnxruntime-node'));
  const imported = since(began);

  const loading = process.hrtime.bigint();
  const session = await runtime.InferenceSession.create(process.argv[2], {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: Number(flags.threads),
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: {session: {intra_op: {allow_spinning: '1'}}},
  });
  const loaded = since(loading);

  const shape = [Number(flags.batch), ...flags.input.split('x').map(Number)];
  const data = numbers(shape.reduce((a, b) => a * b));
  const feeds = {[session.inputNames[0]]: new runtime.Tensor('float32', data, shape)};

  const running = process.hrtime.bigint();
  const answer = (await session.run(feeds))[session.outputNames[0]].data;
  const first = since(running);
  if (flags.output) fs.writeFileSync(flags.output, Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength));
  say({
    engine: 'ort', threads: Number(flags.threads), batch: shape[0], precision: flags.precision,
    import_ms: imported, load_ms: loaded, first_ms: first,
    rss0_mb: residentBefore, rss_mb: memory('VmRSS'), hwm_mb: memory('VmHWM'), y0: Array.from(answer.slice(0, 3)),
  });

  for await (const line of readline.createInterface({input: process.stdin})) {
    if (line === 'quit') break;
    if (line === 'mem') {
      say({rss_mb: memory('VmRSS'), hwm_mb: memory('VmHWM')});
      continue;
    }
    const runs = Number(line);
    if (!Number.isInteger(runs) || runs < 1) throw new Error(`got ${JSON.stringify(line)}, want a number of runs, mem or quit`);
    const took = [];
    for (let i = 0; i < runs; i++) {
      const start = process.hrtime.bigint();
      await session.run(feeds);
      took.push(since(start));
    }
    say(took);
  }
  await session.release();
}

main().then(() => process.exit(0), (problem) => {
  console.error(String(problem && problem.stack || problem));
  process.exit(1);
});
