#!/usr/bin/env python3
"""Compares how glyphs learns by cnnlang and by torch, from several seeds: README.md says how.

Losses follow from the seed, so that no two curves are equal. In each tenth of the training the mean of cnnlang's has to lie
between the least and the largest of torch's; otherwise the exit code is 1.
"""

import argparse
import json
import os
import subprocess
import sys

import numpy
from PIL import Image

CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
RECIPE = ('optimizer = sgd(lr=0.01); schedule = constant; warmup = 0; weight_decay = 1e-4; no_decay = []; augment = []; '
          'ema = 0; loss = cross_entropy')


def read_flags():
    flags = argparse.ArgumentParser(description='Compares how glyphs learns by cnnlang and by torch.')
    flags.add_argument('--cnnlang', required=True, help='the program')
    flags.add_argument('--models', required=True, help='a folder with glyphs.onnx, as bench/onnx writes it')
    flags.add_argument('--sheet', default='testdata/images/glyphs.png', help='a picture with a row of 36 characters for each face')
    flags.add_argument('--work', required=True, help='a folder for what is made')
    flags.add_argument('--seeds', type=int, default=5)
    flags.add_argument('--epochs', type=int, default=280, help='of seven steps each')
    flags.add_argument('--batch', type=int, default=72)
    flags.add_argument('--threads', type=int, default=2)
    return flags.parse_args()


def arrays(sheet, file):
    """The characters of the sheet, and which each is."""
    sheet = numpy.array(Image.open(sheet).convert('L'))
    rows = sheet.reshape(-1, 32, len(CHARACTERS), 32).transpose(0, 2, 1, 3)
    numpy.savez(file, x=rows.reshape(-1, 32, 32), y=numpy.tile(numpy.arange(len(CHARACTERS)), len(rows)))


def ours(flags, file, seed):
    log = os.path.join(flags.work, 'bands%d.jsonl' % seed)
    out = os.path.join(flags.work, 'bands%d.safetensors' % seed)
    for name in log, out, out + '.state':
        if os.path.exists(name):
            os.remove(name)
    subprocess.run([flags.cnnlang, 'train', 'glyphs', '--data', file, '--split', '0', '--output', out, '--log', log, '--quiet',
                    '--seed', str(seed), '--batch', str(flags.batch), '--epochs', str(flags.epochs), '--train', RECIPE,
                    '--threads', str(flags.threads)], check=True, stdout=subprocess.DEVNULL)
    with open(log) as lines:
        events = [json.loads(line) for line in lines]
    return [e['loss'] for e in events if e['event'] == 'epoch']


def theirs(flags, file, seed):
    worker = os.path.join(os.path.dirname(__file__), 'torch_worker.py')
    lines = subprocess.run([sys.executable, worker, os.path.join(flags.models, 'glyphs.onnx'), '--curve', file, '--seed', str(seed),
                            '--batch', str(flags.batch), '--epochs', str(flags.epochs), '--threads', str(flags.threads)],
                           check=True, stdout=subprocess.PIPE, text=True).stdout
    return [json.loads(line)['loss'] for line in lines.splitlines()]


def tenths(curves):
    """The means of ten parts of each curve."""
    return numpy.array([[part.mean() for part in numpy.array_split(curve, 10)] for curve in curves])


def main():
    flags = read_flags()
    os.makedirs(flags.work, exist_ok=True)
    file = os.path.join(flags.work, 'bands.npz')
    arrays(flags.sheet, file)
    seeds = range(1, flags.seeds + 1)
    torch, own = tenths([theirs(flags, file, s) for s in seeds]), tenths([ours(flags, file, s) for s in seeds])
    print('| epochs to | torch, least | mean | largest | cnnlang, least | mean | largest |')
    print('|---:|---:|---:|---:|---:|---:|---:|')
    outside = 0
    for i, to in enumerate(numpy.cumsum([len(p) for p in numpy.array_split(range(flags.epochs), 10)])):
        a, b = torch[:, i], own[:, i]
        within = a.min() <= b.mean() <= a.max()
        outside += not within
        print('| %d | %.4f | %.4f | %.4f | %.4f | %.4f | %.4f |%s' % (to, a.min(), a.mean(), a.max(), b.min(), b.mean(), b.max(), '' if within else ' outside'))
    sys.exit(outside > 0)


if __name__ == '__main__':
    main()
