"""Writes the files of this folder: ../tiny_expected.npz in two files of torch.save, and ../keras/named.weights.h5 in two of h5py."""
import json
import os

import h5py
import numpy as np
import torch

folder = os.path.dirname(os.path.abspath(__file__)) + "/"
values = np.load(folder + "../tiny_expected.npz")
parts, where = [{}, {}], {}
for i, name in enumerate(values.files):
    parts[i % 2][name] = torch.from_numpy(values[name].copy())
    where[name] = "pytorch_model-0000%d-of-00002.bin" % (i % 2 + 1)
for i, part in enumerate(parts):
    torch.save(part, folder + "pytorch_model-0000%d-of-00002.bin" % (i + 1))
json.dump({"metadata": {"total_size": 1}, "weight_map": where}, open(folder + "pytorch_model.bin.index.json", "w"))

where, names = {}, ["model_00000.weights.h5", "model_00001.weights.h5"]
with h5py.File(folder + "../keras/named.weights.h5") as f, h5py.File(folder + names[0], "w") as a, h5py.File(folder + names[1], "w") as b:
    def visit(path, value):
        if isinstance(value, h5py.Dataset):
            n = len(where)
            shard = [a, b][path.endswith("vars/1") or n % 2]  # a layer's variables may be in two
            shard[path] = value[()]
            group = value.parent.parent
            for k, v in group.attrs.items():
                shard[group.name].attrs[k] = v
            where.setdefault(value.parent.name, []).append(os.path.basename(shard.filename))
    f.visititems(visit)
where = {k: v[0] if len(set(v)) == 1 else sorted(set(v)) for k, v in where.items()}
json.dump({"metadata": {"total_size": 1}, "weight_map": where}, open(folder + "model.weights.json", "w"), indent=1)
