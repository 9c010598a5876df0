"""Networks of PyTorch for the tests.

networks.py make FOLDER      writes network.pt, a TorchScript file, and resnet20.pth, a state dict
networks.py resnet20 FILE CLASSES
                             writes a ResNet-20 as a TorchScript file, to measure it
networks.py check KIND FILE NETWORK IMAGES LABELS SHAPE
                             prints accuracy and mean cross-entropy of a safetensors file
"""
import json
import struct
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F


class Small(nn.Module):
    def __init__(self, classes: int):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(8 * 4, classes)

    def forward(self, images):
        x = F.adaptive_avg_pool2d(F.relu(self.norm(self.conv(images))), 2)
        return self.head(self.dropout(torch.flatten(x, 1)))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet20(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(*[Block(16, 16, 1) for _ in range(3)])
        self.layer2 = nn.Sequential(Block(16, 32, 2), Block(32, 32, 1), Block(32, 32, 1))
        self.layer3 = nn.Sequential(Block(32, 64, 2), Block(64, 64, 1), Block(64, 64, 1))
        self.fc = nn.Linear(64, classes)

    def forward(self, images):
        x = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(images))))))
        return self.fc(x.mean((2, 3)))


def read(file):
    """The header and the arrays of a safetensors file."""
    content = bytearray(open(file, "rb").read())
    start = 8 + struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8:start])
    metadata = header.pop("__metadata__")
    arrays = {}
    for name, array in header.items():
        begin, end = array["data_offsets"]
        values = torch.frombuffer(content, dtype=torch.float32, count=(end - begin) // 4, offset=start + begin)
        arrays[name] = values.reshape(array["shape"])
    return metadata, arrays


def check(kind, file, network, images, labels, shape):
    metadata, arrays = read(file)
    labels = torch.frombuffer(bytearray(open(labels, "rb").read()), dtype=torch.uint8).long()
    classes = len(json.loads(metadata["onecycle.classes"]))
    model = torch.jit.load(network) if kind == "script" else ResNet20(classes)
    missing, unexpected = model.load_state_dict(arrays, strict=False)
    assert not unexpected and all(name.endswith("num_batches_tracked") for name in missing), missing
    pixels = torch.frombuffer(bytearray(open(images, "rb").read()), dtype=torch.uint8)
    x = pixels.reshape(len(labels), *[int(n) for n in shape.split("x")], 3).permute(0, 3, 1, 2).float() / 255
    means, stds = (torch.tensor(json.loads(metadata["onecycle." + key])).reshape(3, 1, 1) for key in ("means", "stds"))
    model.eval()
    with torch.no_grad():
        scores = model((x - means) / stds)
    accuracy = (scores.argmax(1) == labels).float().mean().item()
    print(json.dumps({"accuracy": accuracy, "loss": F.cross_entropy(scores, labels).item()}))


if sys.argv[1] == "make":
    torch.manual_seed(1)
    torch.jit.script(Small(3)).save(sys.argv[2] + "/network.pt")
    torch.save(ResNet20(3).state_dict(), sys.argv[2] + "/resnet20.pth")
elif sys.argv[1] == "resnet20":
    torch.jit.script(ResNet20(int(sys.argv[3]))).save(sys.argv[2])
else:
    check(*sys.argv[2:])
