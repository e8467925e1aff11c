#!/usr/bin/env python3
"""A worker that imports files that `cnnlang export --to torch` wrote: exchange.py and a test of interp start it.

It reads a JSON document from each line of standard input, which names a file, weights, inputs
and what the outputs should be, and answers with one: the tensors, and how far the outputs are off.
"""
import importlib.util
import json
import struct
import sys

import numpy as np
import torch


def read_safetensors(path):
    """The tensors of a file by name, all of them float32."""
    with open(path, 'rb') as file:
        (length,) = struct.unpack('<Q', file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name == '__metadata__':
            continue
        begin, end = entry['data_offsets']
        values = np.frombuffer(data[begin:end], dtype='<f4').reshape(entry['shape'])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors


def last_class(path):
    """The name of the last class of a file, which is the net's."""
    with open(path) as file:
        return [line[6 : line.index('(')] for line in file if line.startswith('class ')][-1]


def named(values, names):
    """The outputs by name: the only one has none, several are a tuple in the order of the names."""
    return dict(zip(names, values, strict=True)) if names else {'': values}


def check(ask):
    spec = importlib.util.spec_from_file_location('exported', ask['module'])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = getattr(module, ask.get('class') or last_class(ask['module']))().eval()
    state = {k: v for k, v in model.state_dict().items() if not k.endswith('num_batches_tracked')}
    answer = {'tensors': [[name, list(value.shape)] for name, value in state.items()]}
    if 'weights' in ask:
        missing, unexpected = model.load_state_dict(read_safetensors(ask['weights']), strict=False)
        answer['missing'] = [k for k in missing if not k.endswith('num_batches_tracked')]
        answer['unexpected'] = list(unexpected)
    inputs = [torch.from_numpy(np.load(path)) for path in ask['inputs']]
    with torch.no_grad():
        outputs = named(model(*inputs), ask.get('names'))
        if hasattr(model, 'side_heads'):
            model.side_heads = True
            values, heads = model(*inputs)
            outputs = {**named(values, ask.get('names')), **heads}
    answer['shapes'], answer['errors'] = {}, {}
    for name, path in ask['outputs'].items():
        want, got = np.load(path), outputs[name].detach().numpy()
        answer['shapes'][name] = list(got.shape)
        if got.shape == want.shape:
            scale = max(float(want.std()), 1e-30) if want.size > 1 else max(abs(float(want.max())), 1e-30)
            worst = float(np.abs(got - want).max()) / scale
            answer['errors'][name] = worst if np.isfinite(worst) else 1e30
    return answer


for line in sys.stdin:
    try:
        answer = check(json.loads(line))
    except Exception as error:
        answer = {'error': f'{type(error).__name__}: {error}'[:2000]}
    print(json.dumps(answer), flush=True)
