#!/usr/bin/env python3
"""Trains the head of ResNet-18 alone on JPEGs, with cnnlang and with torch: README.md says how.

Both begin with the same weights and take batches of one size, with one rate and momentum. cnnlang computes what is
frozen once for each picture; torch, as it is used, in every epoch.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time

import numpy
from PIL import Image

CLASSES = 'discs', 'rows', 'squares'


def read_flags():
    flags = argparse.ArgumentParser(description='Trains the head of ResNet-18 alone, with cnnlang and with torch.')
    flags.add_argument('--cnnlang', required=True, help='the program')
    flags.add_argument('--models', required=True, help='a folder with resnet18.onnx and resnet18.safetensors, as bench/onnx writes them')
    flags.add_argument('--work', required=True, help='a folder for pictures and results')
    flags.add_argument('--pictures', type=int, default=67, help='of each of three classes')
    flags.add_argument('--epochs', type=int, default=20)
    flags.add_argument('--torch-epochs', type=int, default=0, help='how many torch takes, 0 for as many; each counts for several then')
    flags.add_argument('--threads', type=int, default=2)
    return flags.parse_args()


def picture(random, kind):
    """A disc, stripes or a square of 500x375 pixels on a ground, with blotches and noise."""
    y, x = numpy.mgrid[:375, :500]
    left, top, size = random.uniform(100, 400), random.uniform(100, 275), random.uniform(30, 90)
    shape = {'discs': (x - left)**2 + (y - top)**2 < size**2,
             'rows': y // int(size / 3) % 2 == 0,
             'squares': (abs(x - left) < size) & (abs(y - top) < size)}[kind]
    pixels = numpy.where(shape[:, :, None], random.uniform(40, 220, 3), random.uniform(40, 220, 3))
    pixels = pixels + numpy.kron(random.normal(0, 20, (47, 63, 3)), numpy.ones((8, 8, 1)))[:375, :500]
    return Image.fromarray((pixels + random.normal(0, 6, pixels.shape)).clip(0, 255).astype(numpy.uint8))


def make(folder, count):
    random = numpy.random.RandomState(1)
    for kind in CLASSES:
        os.makedirs(os.path.join(folder, kind), exist_ok=True)
        for i in range(count):
            picture(random, kind).save(os.path.join(folder, kind, '%04d.jpg' % i), quality=85)


def run(command):
    """The lines that a command prints, its time, and the processor time of all its processes."""
    used = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    start, before = time.perf_counter(), used()
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return lines, time.perf_counter() - start, used() - before


def main():
    flags = read_flags()
    data = os.path.join(flags.work, 'head')
    if not os.path.isdir(data):
        make(data, flags.pictures)
    result = os.path.join(flags.work, 'head.safetensors')
    for file in result, result + '.state':
        if os.path.exists(file):
            os.remove(file)
    recipe = ('batch = 16; optimizer = sgd(lr=3e-4, momentum=0.9); schedule = constant; weight_decay = 0; warmup = 0; head_epochs = 0; '
              'head_rate = 1; loss = cross_entropy; augment = []; epochs = %d; freeze = ["conv1", "bn1", "layer1", "layer2", "layer3", "layer4"]')
    lines, ours, our_processor = run(
        [flags.cnnlang, 'train', 'resnet18', '--data', data, '--split', '0', '--weights', os.path.join(flags.models, 'resnet18.safetensors'),
         '--output', result, '--threads', str(flags.threads), '-o', 'jsonl', '--train', recipe % flags.epochs])
    events = [json.loads(line) for line in lines if line]
    print('cnnlang: the losses of its epochs are', ' '.join('%.3f' % e['loss'] for e in events if e['event'] == 'epoch'))
    epochs = flags.torch_epochs or flags.epochs
    lines, theirs, their_processor = run(
        [sys.executable, os.path.join(os.path.dirname(__file__), 'torch_worker.py'), '--head', data, '--epochs', str(epochs), '--batch', '16',
         '--threads', str(flags.threads), os.path.join(flags.models, 'resnet18.onnx')])
    each = [json.loads(line) for line in lines if line]
    print('torch: the losses of its epochs are', ' '.join('%.3f' % e['loss'] for e in each))
    more = flags.epochs / epochs - 1
    theirs += more * sum(e['s'] for e in each)
    their_processor += more * sum(e['processor_s'] for e in each)
    print('\n| %d epochs on %d threads | torch | cnnlang | ratio |\n|---|---:|---:|---:|' % (flags.epochs, flags.threads))
    for what, a, b in ('s', theirs, ours), ('s of processor time', their_processor, our_processor):
        print('| %s | %.1f | %.1f | **%.3f** |' % (what, a, b, b / a))


main()
