#!/usr/bin/env python3
"""A worker that runs an .onnx model in PyTorch: README.md has the protocol.

The model is read into a module, traced, frozen and optimised for inference, which
is the fastest way that torch offers on a CPU. With --layout channels_last weights
and images lie as NHWC. With --output the first answer is written to a file, as
float32 of this machine's byte order.

With --train a run is a step of training on the same batch: cross entropy, and SGD with
momentum. The tensors of --freeze stay as they are, and norms among them take
stored statistics.

With --head FOLDER it trains a new layer fc alone for so many --epochs on the pictures of the
folder, which are decoded in processes of their own, as many as there are threads; it prints
what each epoch came to, and ends.

With --curve FILE it trains all of the model for so many --epochs on the arrays x and y of an .npz, from tensors
that it draws anew by --seed as `cnnlang train` does, and prints the mean loss of each epoch.
"""
import time

BEGAN = time.perf_counter()

import argparse
import json
import os
import sys
import warnings


def read_flags():
    flags = argparse.ArgumentParser()
    flags.add_argument('model')
    flags.add_argument('--input', default='3x224x224')
    flags.add_argument('--threads', type=int, default=1)
    flags.add_argument('--batch', type=int, default=1)
    flags.add_argument('--layout', choices=['plain', 'channels_last'], default='plain')
    flags.add_argument('--output', default='')
    flags.add_argument('--train', action='store_true')
    flags.add_argument('--freeze', default='')
    flags.add_argument('--head', default='')
    flags.add_argument('--curve', default='')
    flags.add_argument('--seed', type=int, default=0)
    flags.add_argument('--epochs', type=int, default=1)
    return flags.parse_args()


def memory(field):
    """VmRSS or VmHWM in MB of 2^20 bytes; 0 where the system has no such file."""
    try:
        with open('/proc/self/status') as status:
            for line in status:
                if line.startswith(field + ':'):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0


def since(start):
    return (time.perf_counter() - start) * 1e3


def say(document):
    print(json.dumps(document), flush=True)


FLAGS = read_flags()
RESIDENT_BEFORE = memory('VmRSS')
# OpenMP reads this when torch is loaded.
os.environ['OMP_NUM_THREADS'] = str(FLAGS.threads)
warnings.filterwarnings('ignore')

import torch
import torch.nn.functional as F

IMPORTED = since(BEGAN)


def symmetric(pads):
    """Splits ONNX's [top, left, bottom, right] into what torch's layers take and
    what has to be padded before, as F.pad wants it."""
    top, left, bottom, right = pads or [0, 0, 0, 0]
    if top == bottom and left == right:
        return (top, left), None
    return (0, 0), (left, right, top, bottom)


def conv(a, x, weight, bias=None):
    pads, before = symmetric(a.get('pads'))
    if before:
        x = F.pad(x, before)
    return F.conv2d(x, weight, bias, a.get('strides', [1, 1]), pads, a.get('dilations', [1, 1]), a.get('group', 1))


def deconv(a, x, weight, bias=None):
    top, left, bottom, right = a.get('pads', [0, 0, 0, 0])
    y = F.conv_transpose2d(x, weight, bias, a.get('strides', [1, 1]), 0, a.get('output_padding', 0), a.get('group', 1), a.get('dilations', 1))
    return y[:, :, top:y.shape[2] - bottom, left:y.shape[3] - right]


def gemm(a, x, weight, bias=None):
    return F.linear(x, weight if a.get('transB') else weight.t(), bias)


def max_pool(a, x):
    pads, before = symmetric(a.get('pads'))
    if before:
        x = F.pad(x, before, value=float('-inf'))
    return F.max_pool2d(x, a['kernel_shape'], a['strides'], pads)


def average_pool(a, x):
    counted = bool(a.get('count_include_pad', 0))
    pads, before = symmetric(a.get('pads'))
    if not before:
        return F.avg_pool2d(x, a['kernel_shape'], a['strides'], pads, count_include_pad=counted)
    y = F.avg_pool2d(F.pad(x, before), a['kernel_shape'], a['strides'])
    if counted:
        return y
    # The share of each window that is image: padding does not count.
    inside = F.avg_pool2d(F.pad(torch.ones_like(x[:1, :1]), before), a['kernel_shape'], a['strides'])
    return y / inside


def reshape(a, x, shape):
    return x.reshape([x.shape[i] if size == 0 else size for i, size in enumerate(shape.tolist())])


def cut(a, x, starts, ends, axes):
    for start, end, axis in zip(starts.tolist(), ends.tolist(), axes.tolist()):
        x = x.narrow(axis, start, end - start)
    return x


def pad(a, x, pads):
    top, left, bottom, right = [pads.tolist()[i] for i in (2, 3, 6, 7)]
    mode = {b'reflect': 'reflect', b'edge': 'replicate'}.get(a.get('mode'), 'constant')
    return F.pad(x, (left, right, top, bottom), mode=mode)


def resize(a, x, _, __, size):
    mode = {b'nearest': 'nearest', b'linear': 'bilinear', b'cubic': 'bicubic'}[a['mode']]
    if mode == 'nearest':
        return F.interpolate(x, size.tolist()[2:], mode=mode)
    return F.interpolate(x, size.tolist()[2:], mode=mode, align_corners=a['coordinate_transformation_mode'] == b'align_corners')


def largest(a, *inputs):
    y = inputs[0]
    for x in inputs[1:]:
        y = torch.maximum(y, x)
    return y


# Everything that the exporter writes, as functions of the attributes and inputs.
OPERATORS = {
    'Add': lambda a, x, y: x + y,
    'AveragePool': average_pool,
    'BatchNormalization': lambda a, x, weight, bias, mean, var: F.batch_norm(x, mean, var, weight, bias, False, 0.0, a['epsilon']),
    'Clip': lambda a, x, low, high: F.hardtanh(x, low.item(), high.item()),
    'Concat': lambda a, *inputs: torch.cat(inputs, a['axis']),
    'Conv': conv,
    'ConvTranspose': deconv,
    'DepthToSpace': lambda a, x: F.pixel_shuffle(x, a['blocksize']),
    'Div': lambda a, x, y: x / y,
    'Elu': lambda a, x: F.elu(x, a['alpha']),
    'Erf': lambda a, x: torch.erf(x),
    'Expand': lambda a, x, shape: x.expand(shape.tolist()),
    'Flatten': lambda a, x: x.flatten(1),
    'Gather': lambda a, x, at: x.index_select(a['axis'], at),
    'Gemm': gemm,
    'GlobalAveragePool': lambda a, x: F.adaptive_avg_pool2d(x, 1),
    'HardSigmoid': lambda a, x: (x * a['alpha'] + a['beta']).clamp(0, 1),
    'HardSwish': lambda a, x: F.hardswish(x),
    'Identity': lambda a, x: x,
    'InstanceNormalization': lambda a, x, weight, bias: F.instance_norm(x, None, None, weight, bias, eps=a['epsilon']),
    'LRN': lambda a, x: F.local_response_norm(x, a['size'], a['alpha'], a['beta'], a['bias']),
    'LayerNormalization': lambda a, x, weight, bias: F.layer_norm(x, weight.shape, weight, bias, a['epsilon']),
    'LeakyRelu': lambda a, x: F.leaky_relu(x, a['alpha']),
    'MatMul': lambda a, x, y: x @ y,
    'Max': largest,
    'MaxPool': max_pool,
    'Mean': lambda a, *inputs: sum(inputs) / len(inputs),
    'Mul': lambda a, x, y: x * y,
    'PRelu': lambda a, x, slopes: F.prelu(x, slopes.flatten()),
    'Pad': pad,
    'Pow': lambda a, x, p: x.pow(p),
    'ReduceL2': lambda a, x: x.norm(2, a['axes'], keepdim=True),
    'ReduceMax': lambda a, x: x.amax(a['axes'], keepdim=True),
    'ReduceMean': lambda a, x: x.mean(a['axes'], keepdim=True),
    'Relu': lambda a, x: F.relu(x),
    'Reshape': reshape,
    'Resize': resize,
    'Shape': lambda a, x: torch.tensor(x.shape[a['start']:a['end']]),
    'Sigmoid': lambda a, x: torch.sigmoid(x),
    'Slice': cut,
    'Softmax': lambda a, x: F.softmax(x, a['axis']),
    'Softplus': lambda a, x: F.softplus(x),
    'Tanh': lambda a, x: torch.tanh(x),
    'Transpose': lambda a, x: x.permute(a['perm']),
}


class Network(torch.nn.Module):
    """The nodes of an ONNX graph, one after the other."""

    def __init__(self, graph):
        # Only here, since importing it is not part of running a model in torch.
        import onnx
        from onnx import numpy_helper
        super().__init__()
        self.held = {}
        for tensor in graph.initializer:
            value = torch.from_numpy(numpy_helper.to_array(tensor).copy())
            if value.is_floating_point() and value.dim() > 0:
                name = 'held%d' % len(self.held)
                self.register_parameter(name, torch.nn.Parameter(value, requires_grad=False))
                value = name
            self.held[tensor.name] = value
        self.steps, self.kinds = [], []
        for node in graph.node:
            if node.op_type not in OPERATORS:
                raise SystemExit('torch_worker: no operator ' + node.op_type)
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            self.kinds.append(node.op_type)
            self.steps.append((OPERATORS[node.op_type], attributes, list(node.input), node.output[0]))
        self.input, self.output = graph.input[0].name, graph.output[0].name

    def forward(self, x):
        values = {name: getattr(self, value) if isinstance(value, str) else value for name, value in self.held.items()}
        values[self.input] = x
        for operator, attributes, inputs, output in self.steps:
            values[output] = operator(attributes, *[values[name] if name else None for name in inputs])
        return values[self.output]


def numbers(count):
    """The input that all workers share: 24 bits of a linear congruential generator, from -1 to 1."""
    import array
    data, state = array.array('f'), 12345
    for _ in range(count):
        state = (state * 1103515245 + 12345) & 0xFFFFFFFF
        data.append((state >> 8) / 8388608 - 1)
    return torch.frombuffer(data, dtype=torch.float32)


def frozen(name):
    return any(name == path or name.startswith(path + '.') for path in FLAGS.freeze.split(',') if path)


def batch_norm(a, x, weight, bias, mean, var):
    """The norm in training: a tensor that learns goes with the statistics of the batch."""
    return F.batch_norm(x, mean, var, weight, bias, weight.requires_grad, 0.1, a['epsilon'])


class Step:
    """Steps of training on a batch. Picture i is of class 7i."""

    def __init__(self, network, x):
        OPERATORS['BatchNormalization'] = batch_norm
        network.steps = [(OPERATORS[kind], *rest) for kind, (_, *rest) in zip(network.kinds, network.steps)]
        self.network, self.x = network, x
        learns = []
        for name, value in network.held.items():
            if isinstance(value, str) and not frozen(name) and 'running_' not in name:
                learns.append(getattr(network, value).requires_grad_())
        with torch.no_grad():
            classes = network(x[:1]).shape[1]
        self.labels = 7 * torch.arange(len(x)) % classes
        self.optimizer = torch.optim.SGD(learns, lr=0.01, momentum=0.9, weight_decay=1e-4)

    def __call__(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.network(self.x), self.labels)
        loss.backward()
        self.optimizer.step()
        return loss.item()


def drawn(name, value, random):
    """A tensor as it begins: weights uniform, of a variance of 2 over the number of inputs, of 1 in linear layers."""
    if value.dim() < 2:
        return torch.full_like(value, float(name.endswith(('weight', 'running_var'))))
    inputs, linear = value[0].numel(), value.dim() == 2 or value.shape[1] == 1
    bound = (3 * (1 if linear else 2) / inputs)**0.5
    return bound * (2 * torch.rand(value.shape, generator=random) - 1)


def curve(network):
    """Epochs over all batches of the arrays, in a random order."""
    import numpy
    arrays = numpy.load(FLAGS.curve)
    x = (torch.from_numpy(arrays['x']).float()[:, None] / 255 - 0.5) / 0.3
    labels = torch.from_numpy(arrays['y'])
    random = torch.Generator().manual_seed(FLAGS.seed)
    with torch.no_grad():
        for name, held in network.held.items():
            if isinstance(held, str):
                getattr(network, held).copy_(drawn(name, getattr(network, held), random))
    step = Step(network, x[:FLAGS.batch])
    for _ in range(FLAGS.epochs):
        order, losses = torch.randperm(len(x), generator=random), []
        for at in range(0, len(x) - FLAGS.batch + 1, FLAGS.batch):
            chosen = order[at:at + FLAGS.batch]
            step.x, step.labels = x[chosen], labels[chosen]
            losses.append(step())
        say({'loss': sum(losses) / len(losses)})


class Pictures(torch.utils.data.Dataset):
    """The pictures of the folders of a folder, prepared as pillow_worker.py does."""

    def __init__(self, folder):
        self.files, self.classes = [], sorted(os.listdir(folder))
        for label, name in enumerate(self.classes):
            for file in sorted(os.listdir(os.path.join(folder, name))):
                self.files.append((os.path.join(folder, name, file), label))

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        import pillow_worker
        path, label = self.files[i]
        return torch.from_numpy(pillow_worker.prepare(pillow_worker.decode(path))), label


def processor():
    """The processor time of this process and of those that it waited for."""
    import resource
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def head(network):
    """Epochs in which fc alone learns, from the pictures as they are."""
    pictures = Pictures(FLAGS.head)
    width = getattr(network, network.held['fc.weight']).shape[1]
    fresh = torch.nn.Linear(width, len(pictures.classes))
    for name, value in ('fc.weight', fresh.weight), ('fc.bias', fresh.bias):
        network.register_parameter(network.held[name], value)
    optimizer = torch.optim.SGD(fresh.parameters(), lr=3e-4, momentum=0.9)
    loader = torch.utils.data.DataLoader(pictures, FLAGS.batch, shuffle=True, drop_last=True, num_workers=FLAGS.threads)
    for _ in range(FLAGS.epochs):
        start, before, losses = time.perf_counter(), processor(), []
        for x, labels in loader:
            optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(network(x), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        say({'loss': sum(losses) / len(losses), 's': since(start) / 1e3, 'processor_s': processor() - before})


def main():
    torch.set_num_threads(FLAGS.threads)
    start = time.perf_counter()
    import onnx
    network = Network(onnx.load(FLAGS.model).graph).eval()
    shape = [FLAGS.batch] + [int(size) for size in FLAGS.input.split('x')]
    loaded = since(start)
    if FLAGS.head:
        return head(network)
    if FLAGS.curve:
        return curve(network)
    x = numbers(torch.Size(shape).numel()).reshape(shape)  # no part of loading

    start = time.perf_counter()
    if FLAGS.layout == 'channels_last':
        network = network.to(memory_format=torch.channels_last)
        x = x.to(memory_format=torch.channels_last)
    if FLAGS.train:
        run = Step(network, x)
    else:
        with torch.no_grad():
            network = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(network, x, check_trace=False)))
        run = torch.no_grad()(lambda: network(x))
    loaded += since(start)

    start = time.perf_counter()
    y = run()
    first = since(start)
    if FLAGS.train:  # the losses of three steps
        y0 = [y, run(), run()]
    else:
        y0 = y.flatten()[:3].tolist()
    if FLAGS.output:
        y.contiguous().numpy().tofile(FLAGS.output)
    name = 'torch' if FLAGS.layout == 'plain' else 'torch-channels-last'
    say({'engine': name, 'threads': FLAGS.threads, 'batch': FLAGS.batch, 'precision': 'f32',
         'import_ms': IMPORTED, 'load_ms': loaded, 'first_ms': first, 'rss0_mb': RESIDENT_BEFORE,
         'rss_mb': memory('VmRSS'), 'hwm_mb': memory('VmHWM'), 'y0': y0})
    for line in sys.stdin:
        line = line.strip()
        if line == 'quit':
            break
        if line == 'mem':
            say({'rss_mb': memory('VmRSS'), 'hwm_mb': memory('VmHWM')})
            continue
        took = []
        for _ in range(int(line)):
            start = time.perf_counter()
            run()
            took.append(since(start))
        say(took)


main()
