"""Texts of nets of one operation each, with its options drawn at random: exchange.py has them run."""
import random


def texts(seed, rounds=4):
    """Names and texts."""
    draw = random.Random(seed)
    count = 0
    for _ in range(rounds):
        for name, body, shape, axes in steps(draw):
            yield '%s%03d' % (name, count), 'net x [N, %s] -> [N%s] { %s }\n' % (', '.join(map(str, shape)), ', _' * axes, body)
            count += 1


def steps(draw):
    """Every operation that has options: a name, the step, its input, and how many axes come out."""
    flag = lambda: draw.choice(['true', 'false'])
    groups = draw.randint(1, 4)
    channels = groups * draw.randint(1, 4)
    image = [channels, draw.randint(5, 12), draw.randint(5, 12)]
    tensors = 'eps=%s, scale=%s, shift=%s' % (draw.choice(['1e-5', '1e-2']), flag(), flag())
    yield 'bn', 'conv(%d, 1x1, bias=%s) -> bn(%s)' % (channels, flag(), tensors), image, 3
    yield 'group_norm', 'group_norm(%d, %s)' % (groups, tensors), image, 3
    yield 'group_norm', 'group_norm(%d, %s)' % (groups, tensors), [4 * channels], 1
    yield 'instance_norm', 'instance_norm(%s)' % tensors, image, 3
    axes = sorted(draw.sample([1, 2, 3], draw.randint(1, 3)))
    for operation in ('reduce_mean', 'reduce_max'):
        yield operation, '%s(%s)' % (operation, axes), image, 3
        yield 'gate', 'mul { | %s(%s) | id | g: param([%d, 1, 1]) }' % (operation, axes, channels), image, 3
    yield 'softmax', 'softmax(%d)' % draw.randint(1, 3), image, 3
    yield 'permute', 'permute(%s)' % ([0] + draw.sample([1, 2, 3], 3)), image, 3
    yield 'reshape', 'reshape([%d, %d]) -> permute([0, 2, 1])' % (image[0] * image[1], image[2]), image, 2
    yield 'matmul', 'matmul { | id | permute([0, 1, 3, 2]) }', image, 3
    yield 'pow', 'pow(%d)' % draw.randint(-2, 4), image, 3
    yield 'pow', 'sigmoid -> pow(%s)' % draw.choice(['0.5', '1.7', '-0.3']), image, 3
    sides = [draw.randint(0, 3) for _ in range(4)]
    by = '[[%d, %d], [%d, %d]]' % tuple(sides)
    for mode in ('zeros', 'reflect', 'replicate'):
        yield 'pad', 'pad(%s, mode="%s")' % (by, mode), image, 3
    yield 'crop', 'crop([[%d, %d], [%d, %d]])' % tuple(s // 2 for s in sides), image, 3
    r = draw.randint(1, 3)
    yield 'pixel_shuffle', 'pixel_shuffle(%d)' % r, [channels * r * r] + image[1:], 3
    yield 'pixel_unshuffle', 'pixel_unshuffle(%d)' % r, [channels, r * draw.randint(1, 4), r * draw.randint(1, 4)], 3
    for mode in ('nearest', 'bilinear', 'bicubic'):
        corners = '' if mode == 'nearest' else ', align_corners=' + flag()
        yield 'resize', 'resize([%d, %d], mode="%s"%s)' % (draw.randint(1, 20), draw.randint(1, 20), mode, corners), image, 3
    for _ in range(6):
        yield 'deconv', deconv(draw, groups), image, 3


def deconv(draw, groups):
    kernel, stride, dilation = ([draw.randint(1, 4), draw.randint(1, 4)] for _ in range(3))
    pad = 'same' if all(k >= s for k, s in zip(kernel, stride)) and draw.random() < 0.3 else [draw.randint(0, k - 1) for k in kernel]
    more = [0 if pad == 'same' else draw.randint(0, max(s, d) - 1) for s, d in zip(stride, dilation)]
    norm = draw.choice(['', ' -> bn'])
    return 'deconv(%d, %s, stride=%s, pad=%s, groups=%d, dilation=%s, output_pad=%s, bias=%s)%s' % (
        groups * draw.randint(1, 3), kernel, stride, pad, groups, dilation, more, draw.choice(['true', 'false']), norm)
