"""Writes the torch_*, arrays_* and tensors_* files of this folder, and torch_files.json, what a reader must make of them.

Written with PyTorch 1.13 and NumPy 1.24 (Debian 12: python3-torch). The expected values are those that Python
has: names are those of state_dict(), bytes those of a contiguous little-endian array. Run it in this folder."""
import argparse, collections, hashlib, json, os, pickle, zipfile
from unittest import mock
import numpy, torch
from torch import nn

torch.manual_seed(1)
expected = {}


def bits(t):
    """Type, shape and bytes of a tensor or array."""
    names = {"float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "bool": "BOOL", "complex64": "C64"}
    if isinstance(t, torch.Tensor):
        name, t = str(t.dtype).removeprefix("torch."), t.detach().contiguous()
        t = t.view(torch.int16).numpy() if name == "bfloat16" else t.numpy()
    else:
        name = t.dtype.name
        t = t.astype(t.dtype.newbyteorder("<"))
    raw = t.tobytes(order="C")
    text = raw.hex() if len(raw) < 200 else "sha256 " + hashlib.sha256(raw).hexdigest()
    return [names.get(name) or name.replace("uint", "U").replace("int", "I"), list(t.shape), text]


def note(file, form, tensors, key="", beside=()):
    expected[file] = {"format": form, "key": key, "beside": list(beside), "tensors": {k: bits(v) for k, v in tensors.items()}}


def save(value, file, tensors, legacy=False, protocol=2, **more):
    torch.save(value, file, _use_new_zipfile_serialization=not legacy, pickle_protocol=protocol)
    note(file, f"PyTorch ({'legacy' if legacy else 'zip'}, pickle protocol {protocol})", tensors, **more)


plain = collections.OrderedDict(w=torch.arange(6.0).reshape(2, 3) / 7, b=torch.tensor([1.5, -2.0]))
for protocol in (2, 3, 4, 5):
    for legacy in (False, True):
        save(plain, f"torch_protocol{protocol}{'_legacy' * legacy}.pth", plain, legacy, protocol)

# Every type, and shapes and strides of every kind.
base = torch.arange(24.0).reshape(2, 3, 4)
types = {
    "f64": torch.tensor([1 / 3, -1e300], dtype=torch.float64), "f16": torch.tensor([1.5, 6e-8], dtype=torch.float16),
    "bf16": torch.tensor([1.5, -3e38], dtype=torch.bfloat16), "i64": torch.tensor([-(2**40), 3]),
    "i32": torch.tensor([-5, 6], dtype=torch.int32), "i16": torch.tensor([-5, 6], dtype=torch.int16),
    "i8": torch.tensor([-5, 6], dtype=torch.int8), "u8": torch.tensor([250, 6], dtype=torch.uint8),
    "bool": torch.tensor([True, False, True]), "c64": torch.tensor([1 + 2j, -0.5j], dtype=torch.complex64),
    "scalar": torch.tensor(2.5), "empty": torch.zeros(0, 3), "parameter": nn.Parameter(torch.ones(2)),
    "transposed": base.permute(2, 0, 1), "part": base[1, 1:, ::2], "expanded": torch.tensor([[3.0], [4.0]]).expand(2, 3),
    "channels_last": torch.arange(16.0).reshape(1, 4, 2, 2).contiguous(memory_format=torch.channels_last), "shared": base,
}
save(types, "torch_types.pth", types)
save(types, "torch_types_legacy.pth", types, legacy=True)

# What is listed but not read.
kinds = {
    "w": torch.ones(2), "c128": torch.tensor([1j], dtype=torch.complex128), "sparse": torch.eye(3).to_sparse(),
    "csr": torch.eye(3).to_sparse_csr(), "quantized": torch.quantize_per_tensor(torch.ones(2, 2), 0.1, 0, torch.quint8),
    "meta": torch.ones(4, device="meta"),
}
torch.save(kinds, "torch_kinds.pth")

# Checkpoints.
net = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2))
optimizer = torch.optim.Adam(net.parameters())
net(torch.ones(1, 1, 2, 2)).sum().backward()
optimizer.step()
weights = net.state_dict()
average = {k: v * 0 for k, v in weights.items()}
checkpoint = {
    "epoch": 3, "best": torch.tensor(0.5), "loss": numpy.float64(0.25), "history": numpy.arange(3), "args": argparse.Namespace(lr=0.1),
    "optimizer": optimizer.state_dict(), "ema_state_dict": average, "model_state_dict": weights,
}
save(checkpoint, "torch_checkpoint.pth", weights, key="model_state_dict",
     beside=["epoch", "best", "loss", "history", "args", "optimizer", "ema_state_dict"])
save({"state_dict": [plain, average], "err": 0.1}, "torch_list.pth", plain, key="state_dict.0", beside=["err", "state_dict.1"])
save({"ema": average, "step": 1}, "torch_ema_legacy.pth", average, legacy=True, key="ema", beside=["step"])


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 2, 1, bias=False), nn.BatchNorm2d(2), nn.ReLU())
        self.heads = nn.ModuleList([nn.Linear(2, 1), nn.Linear(2, 1)])
        self.heads[1].weight = self.heads[0].weight
        self.scale = nn.Parameter(torch.tensor([2.0]))
        self.register_buffer("kept", torch.tensor([3.0]))
        self.register_buffer("dropped", torch.tensor([4.0]), persistent=False)
        self.register_parameter("none", None)

    def forward(self, x):
        return self.heads[0](self.features(x).mean([2, 3])) * self.scale


module = nn.DataParallel(Net().eval())
save({"model": module, "epoch": 1}, "torch_module.pth", module.state_dict(), key="model", beside=["epoch"])
with mock.patch("inspect.getsourcelines", side_effect=OSError):  # or the file holds the source of all classes
    save(module, "torch_module_legacy.pth", module.state_dict(), legacy=True)


def save_script(script, file):
    """Saves without the code, which is not read."""
    script.save(file)
    with zipfile.ZipFile(file) as source:
        kept = [(n, source.read(n)) for n in source.namelist() if "/code/" not in n]
    with zipfile.ZipFile(file, "w") as target:
        for name, raw in kept:
            target.writestr(zipfile.ZipInfo(name), raw)


script = torch.jit.script(module.module)
save_script(script, "torch_script.pt")
attributes = {**script.state_dict(), "dropped": module.module.dropped}
note("torch_script.pt", "TorchScript (zip)", attributes)
save_script(torch.jit.freeze(script), "torch_frozen.pt")

# Saved on a GPU, by torch before 0.4, on a big-endian machine, and packed again.
with mock.patch("torch.serialization.location_tag", lambda _: "cuda:1"):
    save(plain, "torch_cuda.pth", plain)
    save(plain, "torch_cuda_legacy.pth", plain, legacy=True)
old = lambda t, _: (torch._utils._rebuild_tensor, (t.storage(), t.storage_offset(), tuple(t.size()), t.stride()))
with mock.patch("torch.Tensor.__reduce_ex__", old):
    save(plain, "torch_old_legacy.pth", plain, legacy=True)
with zipfile.ZipFile("torch_types.pth") as source, zipfile.ZipFile("torch_deflated.pth", "w", zipfile.ZIP_DEFLATED) as target:
    for name in source.namelist():
        target.writestr(zipfile.ZipInfo(name), source.read(name), zipfile.ZIP_DEFLATED)
note("torch_deflated.pth", "PyTorch (zip, pickle protocol 2)", types)
with zipfile.ZipFile("torch_protocol2.pth") as source, zipfile.ZipFile("torch_bigendian.pth", "w") as target:
    for name in source.namelist():
        raw = source.read(name)
        target.writestr(zipfile.ZipInfo(name), numpy.frombuffer(raw, "<f4").byteswap().tobytes() if "/data/" in name else raw)
    target.writestr(zipfile.ZipInfo(name.split("/")[0] + "/byteorder"), "big")
note("torch_bigendian.pth", "PyTorch (zip, pickle protocol 2)", plain)

# Arrays of NumPy in a pickle, some long enough to stay in the file.
arrays = {
    "w": numpy.arange(6, dtype="f4").reshape(2, 3), "columns": numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3)),
    "big": numpy.arange(3, dtype=">f8"), "long": numpy.arange(2000, dtype="u2"), "half": numpy.ones(2, "f2"),
    "bool": numpy.array([True, False]), "i64": numpy.array(7), "c64": numpy.array([1j], "c8"),
}
for protocol in (2, 4, 5):
    with open(f"arrays_protocol{protocol}.pkl", "wb") as f:
        pickle.dump(arrays, f, protocol)
    note(f"arrays_protocol{protocol}.pkl", f"Python pickle (protocol {protocol})", arrays)
with open("tensors_protocol4.pkl", "wb") as f:
    pickle.dump({"model": plain, "epoch": 1}, f, 4)
note("tensors_protocol4.pkl", "Python pickle (protocol 4)", plain, key="model", beside=["epoch"])
save({"weights": arrays, "epoch": 1}, "torch_arrays.pth", arrays, key="weights", beside=["epoch"])

with open("torch_files.json", "w") as f:
    f.write("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in expected.items()) + "\n}\n")
