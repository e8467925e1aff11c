#!/usr/bin/env python3
"""Compares nets that cnnlang has exported, run by the programs they are for, with its own
answers. bench/exchange/run calls it; bench/README.md says what it does."""
import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys

import numpy as np

import single

MOST = 1e-4  # of the standard deviation of an output
OPERATORS = 'interp/onnx/testdata/operators.txt'


def read_flags():
    flags = argparse.ArgumentParser()
    flags.add_argument('--cnnlang', required=True)
    flags.add_argument('--modules', required=True)
    flags.add_argument('--work', required=True)
    flags.add_argument('nets', nargs='*')
    return flags.parse_args()


FLAGS = read_flags()


def cnnlang(*args):
    """Runs cnnlang and returns what it prints."""
    done = subprocess.run([FLAGS.cnnlang, *args], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError('cnnlang %s: %s' % (' '.join(args), done.stderr.strip()))
    return done.stdout


class Runtime:
    """ONNX Runtime, or nothing."""

    def __init__(self):
        self.process = None
        node = shutil.which('node')
        if node and os.path.isdir(os.path.join(FLAGS.modules, 'onnxruntime-node')):
            script = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'ort.js')
            self.process = subprocess.Popen([node, script, FLAGS.modules], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, model, xs):
        """The outputs of a model for its inputs, both in the model's order."""
        folder = os.path.join(FLAGS.work, 'answers')
        os.makedirs(folder, exist_ok=True)
        inputs = [{'file': os.path.join(folder, 'input%d.bin' % i), 'shape': x.shape} for i, x in enumerate(xs)]
        for x, given in zip(xs, inputs):
            x.tofile(given['file'])
        self.process.stdin.write(json.dumps({'model': model, 'inputs': inputs, 'outputs': folder}) + '\n')
        self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline())
        if 'error' in said:
            raise RuntimeError('ONNX Runtime: ' + said['error'])
        return [np.fromfile(os.path.join(folder, '%d.bin' % i), np.float32) for i in range(len(said['names']))]


class Torch:
    """A PyTorch that imports the files which are written for it, or nothing."""

    def __init__(self):
        self.process = None
        if importlib.util.find_spec('torch'):
            script = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'module.py')
            self.process = subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def check(self, net, xs, names, ours):
        """Exports a net, loads generated weights, and returns the largest difference from its answers."""
        module, weights = os.path.join(FLAGS.work, 'module.py'), os.path.join(FLAGS.work, 'weights.safetensors')
        cnnlang('export', net, '--to', 'torch', '--output', module)
        only = names[0] if len(names) == 1 else None
        ask = {'module': module, 'inputs': xs, 'outputs': {'' if name == only else name: file for name, file in ours.items()}}
        if not only:
            ask['names'] = names
        graph = json.loads(cnnlang('params', net, '--tensors', '-o', 'json'))
        if graph.get('tensors', []):
            cnnlang('export', net, '--to', 'safetensors', '--weights', 'random', '--output', weights)
            ask['weights'] = weights
        self.process.stdin.write(json.dumps(ask) + '\n')
        self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline())
        if said.get('error') or said.get('missing') or said.get('unexpected'):
            raise RuntimeError('torch: %s' % {k: said.get(k) for k in ('error', 'missing', 'unexpected')})
        want = {t['name']: t['shape'] for t in graph.get('tensors', [])}
        if dict(said['tensors']) != want:
            raise RuntimeError('torch: the tensors are %s' % said['tensors'])
        for name in ask['outputs']:
            if name not in said['errors']:
                raise RuntimeError('torch: %r is %s' % (name, said['shapes'].get(name)))
        return max(said['errors'].values())


RUNTIME = Runtime()
TORCH = Torch()
try:
    import onnx
except ImportError:
    onnx = None


class Case:
    """A net, and how it is exported."""

    def __init__(self, net, batch=1, flags=()):
        self.net, self.batch, self.flags = net, batch, list(flags)

    def __str__(self):
        return ' '.join([self.net] + self.flags + (['batch %d' % self.batch] if self.batch > 1 else []))

    def path(self, name):
        return os.path.join(FLAGS.work, name)

    def check(self):
        """Exports the net, opens it elsewhere, and returns the largest difference."""
        graph = json.loads(cnnlang('graph', self.net, '-o', 'json'))
        sides = [s['name'] for s in graph['sides'] if s['output'] is not None]
        model = self.path('model.onnx')
        cnnlang('export', self.net, '--to', 'onnx', '--weights', 'random', '--output', model,
                *(['--side', 'all'] if sides else []), *self.flags)
        if onnx:
            onnx.checker.check_model(model, full_check=True)
        if not RUNTIME.process and not TORCH.process:
            return 0
        inputs = graph.get('inputs', [{'name': '', 'node': graph['input']}])
        numbers, xs, files, flags = np.random.default_rng(7), [], [], []
        for i, end in enumerate(inputs):
            shape = [self.batch] + graph['nodes'][end['node']]['shape'][1:]
            xs.append(numbers.standard_normal(shape, np.float32))
            files.append(self.path('x%d.npy' % i))
            np.save(files[i], xs[i])
            flags += ['--input', (end['name'] + '=' if end['name'] else '') + files[i]]
        names = [end['name'] for end in graph.get('outputs', [{'name': 'output'}])]
        ours = {name: self.path('y%d.npy' % i) for i, name in enumerate(names + sides)}
        for name, file in ours.items():
            flags += ['--output', file if [name] == names else name + '=' + file]
        cnnlang('run', self.net, '--weights', 'random', *flags)
        worst = 0
        if RUNTIME.process:
            theirs = RUNTIME.run(model, xs)
            worst = max(difference(name, np.load(file), found) for (name, file), found in zip(ours.items(), theirs, strict=True))
        if TORCH.process:
            worst = max(worst, TORCH.check(self.net, files, names, ours))
        return worst


def difference(name, ours, theirs):
    """The largest difference, in standard deviations of our output, or in its magnitudes if it
    is one number, or all are the same."""
    if ours.size != theirs.size:
        raise RuntimeError('%s: got %d numbers, want %d' % (name, theirs.size, ours.size))
    scale = ours.std() if ours.std() > 1e-6 * np.abs(ours).max() else max(np.abs(ours).max(), 1e-30)
    worst = float(np.abs(ours.ravel() - theirs).max() / scale)
    return worst if np.isfinite(worst) else float('inf')  # max passes NaN over


def cases(nets):
    """Every net in its own way: a batch of two, folded, weights outside, names of a map."""
    for i, net in enumerate(nets):
        yield Case(net, 1 + i % 3 // 2, ['--fold-bn'] if i % 3 == 1 else [])
        if net == 'googlenet':
            yield Case(net, 2, ['--external', '--fold-bn'])
        if net == 'inception_v4':
            yield Case(net, 1, ['--output-names', 'slim', '--no-source'])


def operations():
    """Nets of one operation each."""
    folder = os.path.join(FLAGS.work, 'single')
    os.makedirs(folder, exist_ok=True)
    for i, (name, text) in enumerate(single.texts(7)):
        path = os.path.join(folder, name + '.cnn')
        with open(path, 'w') as file:
            file.write(text)
        yield Case(path, 1 + i % 2, ['--fold-bn'] if i % 4 > 1 else [])


def check_operators():
    """Compares the table of operators with what onnx says of them."""
    for line in open(OPERATORS):
        operator, opset = line.split()
        if onnx.defs.get_schema(operator, 17).since_version != int(opset):
            raise RuntimeError('%s: %s is not of opset %s' % (OPERATORS, operator, opset))


def main():
    nets = FLAGS.nets or [n['name'] for n in json.loads(cnnlang('list', '-o', 'json'))['nets']]
    if onnx:
        check_operators()
    else:
        print('not checked by onnx: Python has no module of that name')
    if not RUNTIME.process:
        print('not run by ONNX Runtime: npm could not install onnxruntime-node')
    if not TORCH.process:
        print('not run by torch: Python has no module of that name')
    todo = list(cases(nets)) + [Case('interp/onnx/testdata/%s.cnn' % name, 2) for name in ('operations', 'odd', 'small', 'ends', 'items') if not FLAGS.nets]
    if not FLAGS.nets:
        todo += list(operations())
    random = os.path.join(FLAGS.work, 'random')
    if not FLAGS.nets and os.path.isdir(random):
        todo += [Case(os.path.join(random, name), 1 + i % 2, ['--fold-bn'] if i % 4 > 1 else []) for i, name in enumerate(sorted(os.listdir(random)))]
    wrong = 0
    for case in todo:
        try:
            found = case.check()
            bad = '' if found <= MOST else '  TOO MUCH'
            print('%-50s %.1e%s' % (case, found, bad), flush=True)
        except Exception as problem:
            bad = 'x'
            print('%-50s %s' % (case, problem), flush=True)
        wrong += bool(bad)
    print('%d of %d as they should be' % (len(todo) - wrong, len(todo)))
    return min(wrong, 1)


if __name__ == '__main__':
    sys.exit(main())
