#!/usr/bin/env python3
"""A worker that decodes and prepares pictures with Pillow and NumPy: README.md has the protocol.

With --make FOLDER it writes the photographs that it is given there instead, in the sizes and
formats that are usually met, and ends. They get the noise of a sensor, without which those that
are enlarged would be too smooth, and so too quick to decode.
"""

import base64
import json
import os
import sys
import time

import numpy
from PIL import Image, __version__, features

MEAN = numpy.array([0.485, 0.456, 0.406], numpy.float32)[:, None, None]
STD = numpy.array([0.229, 0.224, 0.225], numpy.float32)[:, None, None]
SHORT, CROP = 256, 224


def decode(path):
    with Image.open(path) as image:
        return image.convert('RGB')


def prepare(image):
    """What torchvision's Resize, CenterCrop, ToTensor and Normalize compute."""
    width, height = image.size
    if width < height:
        wide, high = SHORT, SHORT * height // width
    else:
        wide, high = SHORT * width // height, SHORT
    left, top = round((wide - CROP) / 2), round((high - CROP) / 2)
    image = image.resize((wide, high), Image.BILINEAR).crop((left, top, left + CROP, top + CROP))
    planes = numpy.asarray(image).transpose(2, 0, 1).astype(numpy.float32)
    planes /= numpy.float32(255)
    planes -= MEAN
    planes /= STD
    return planes


def work(step, path):
    if step == 'decode':
        return lambda: decode(path)
    if step == 'prepare':
        image = decode(path)
        return lambda: prepare(image)
    return lambda: prepare(decode(path))


def answer(question):
    step, path = question['step'], question['path']
    if step == 'tensor':
        planes = numpy.ascontiguousarray(prepare(decode(path)), '<f4')
        return {'tensor': base64.b64encode(planes.tobytes()).decode()}
    run = work(step, path)
    run()
    start = time.process_time()
    for _ in range(question['runs']):
        run()
    return {'ms': (time.process_time() - start) * 1e3 / question['runs']}


def make(folder, photographs):
    os.makedirs(folder, exist_ok=True)
    for path in photographs:
        name = os.path.splitext(os.path.basename(path))[0]
        image = decode(path)
        for width, height in (500, 375), (1920, 1080), (4000, 3000):
            sized = numpy.asarray(image.resize((width, height), Image.LANCZOS))
            noise = numpy.random.RandomState(0).normal(0, 5, sized.shape)
            sized = Image.fromarray((sized + noise).clip(0, 255).astype(numpy.uint8))
            target = os.path.join(folder, '%s_%dx%d' % (name, width, height))
            sized.save(target + '.jpg', quality=90)
            if width == 1920:
                sized.save(target + '_progressive.jpg', quality=90, progressive=True)
                sized.save(target + '_444.jpg', quality=90, subsampling=0)
            if width == 500:
                sized.save(target + '.png')


def main():
    if sys.argv[1:2] == ['--make']:
        return make(sys.argv[2], sys.argv[3:])
    print(json.dumps({'engine': 'Pillow %s, libjpeg-turbo %s' % (__version__, features.version('libjpeg_turbo'))}), flush=True)
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
            reply = {'error': str(problem)}
        print(json.dumps(reply), flush=True)


if __name__ == '__main__':
    main()
