"""Writes weight files of PyTorch into a folder, and beside each FILE its numbers as FILE.txt.

Run it by a Python that has torch: python3 make.py FOLDER. The files beside this one were made by it.
"""
import os
import sys
from collections import Counter, OrderedDict

import torch
from torch import nn

folder = sys.argv[1]


def numbers(name, tensors):
    """One line an array: name, type, sizes, values row by row."""
    with open(os.path.join(folder, name + ".txt"), "w") as out:
        for key, tensor in tensors.items():
            flat = tensor.detach().reshape(-1)
            if tensor.dtype in (torch.float16, torch.bfloat16):
                flat = flat.float()
            values = flat.int().tolist() if tensor.dtype == torch.bool else flat.tolist()
            sizes = ",".join(str(size) for size in tensor.shape)
            kind = str(tensor.dtype).replace("torch.", "")
            out.write("|".join([key, kind, sizes, " ".join(repr(v) for v in values)]) + "\n")


def save(name, value, tensors, **how):
    torch.save(value, os.path.join(folder, name), **how)
    numbers(name, tensors)


base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 7 - 1
types = OrderedDict()
for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16):
    types[str(dtype)[6:]] = torch.tensor(
        [0.1, -1.5, 3e-5, 60000.0, float("inf"), float("-inf"), float("nan"), -0.0], dtype=dtype)
for dtype in (torch.int64, torch.int32, torch.int16, torch.int8):
    info = torch.iinfo(dtype)
    types[str(dtype)[6:]] = torch.tensor([info.min, -1, 0, 7, info.max], dtype=dtype)
types["uint8"] = torch.tensor([0, 1, 127, 128, 255], dtype=torch.uint8)
types["bool"] = torch.tensor([[True, False], [False, True]])
types["single"] = torch.tensor(2.5)
types["counter"] = torch.tensor(7)
types["empty"] = torch.zeros(0, 4)
types["whole"] = base
types["transposed"] = base.permute(2, 0, 1)
types["slice"] = base[:, 1:, ::2]
types["row"] = base[1, 2]
types["half transposed"] = base.half()[0].t()
types["expanded"] = torch.arange(3).expand(1, 3)
types["channels last"] = torch.arange(48.0).reshape(2, 3, 2, 4).contiguous(
    memory_format=torch.channels_last)
save("types.pth", types, types)
save("types-legacy.pth", types, types, _use_new_zipfile_serialization=False)
save("protocol4.pth", dict(types), types, pickle_protocol=4)

torch.manual_seed(1)
net = nn.Sequential(OrderedDict(
    conv1=nn.Conv2d(3, 2, 3, bias=False), bn1=nn.BatchNorm2d(2), fc=nn.Linear(2, 5)))
save("net.pth", net.state_dict(), net.state_dict())
save("net-half.pth", net.half().state_dict(), net.state_dict())
net.float()
parameters = dict(net.named_parameters())
save("parameters.pth", parameters, parameters)

optimizer = torch.optim.Adam(net.parameters())
for parameter in net.parameters():
    parameter.grad = torch.ones_like(parameter)
optimizer.step()
parallel = nn.DataParallel(net)
ema = {"module." + name: value * 0 for name, value in net.state_dict().items()}
scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [3, 3, 5])
checkpoint = {
    "epoch": 3, "best": 0.5, "arch": "tiny", "big": 2 ** 80, "flags": [True, None, (1, "x")],
    "seen": {1, 2}, "size": torch.Size([2, 3]), "device": torch.device("cpu"),
    "dtype": torch.float16, "rng": torch.get_rng_state()[:8], "milestones": Counter([3, 3, 5]),
    "optimizer": optimizer.state_dict(), "lr_scheduler": scheduler.state_dict(),
    "model_ema": ema, "model": parallel.state_dict(),
}
save("checkpoint.pth", checkpoint, parallel.state_dict())
save("checkpoint-legacy.pth", checkpoint, parallel.state_dict(),
     _use_new_zipfile_serialization=False)


class Scripted(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 2, 3, bias=False), nn.BatchNorm2d(2), nn.ReLU())
        self.fc = nn.Linear(2, 5)
        self.sizes = [1, 2]
        self.rate = 0.5

    def forward(self, x):
        return self.fc(self.stem(x).mean([2, 3]))


module = Scripted().eval()
torch.jit.save(torch.jit.script(module), os.path.join(folder, "script.pt"))
numbers("script.pt", module.state_dict())

# A whole module, which refers to classes.
torch.save(nn.Linear(2, 2), os.path.join(folder, "module.pth"))


class Evil:
    def __reduce__(self):
        return os.system, ("touch was-run-by-a-pickle",)


torch.save({"model": Evil()}, os.path.join(folder, "evil.pth"))
torch.save({"model": Evil()}, os.path.join(folder, "evil-legacy.pth"),
           _use_new_zipfile_serialization=False)
