"""PyTorch as a peer of `./onecycle bench peers`: trains until it is ended and prints each step.

  python3 pytorch.py workload.properties --mode standard

standard  the usual first program: transforms image by image in the workers of a DataLoader, float32, NCHW
tuned     after a day of tuning: images in memory as uint8 tensors, augmented by the batch, NHWC, and bfloat16 autocast where the
          workload says that this processor multiplies it faster than float32

Both: SGD with momentum under OneCycleLR, reflect-pad by 4, random crop, random flip, and a loss that is read at every step.
Standard output gets one line of JSON that describes the peer, then one for every step.
"""

import argparse
import json
import os
import random

import numpy
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

PAD = 4
MEAN, DEVIATION = 0.5, 0.25  # of pixels in [0, 1]; the values do not change the speed


def read_workload(path):
    with open(path, encoding="utf-8") as lines:
        workload = dict(line.rstrip("\n").split("=", 1) for line in lines if "=" in line)
    shape = [int(workload[name]) for name in ("count", "height", "width", "channels")]
    images = numpy.fromfile(workload["images"], dtype=numpy.uint8).reshape(shape)
    labels = numpy.fromfile(workload["labels"], dtype=numpy.uint8).astype(numpy.int64)
    return workload, images, labels


def conv(inputs, outputs, kernel, stride=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)


class Residual(nn.Module):
    """Two convolutions beside a shortcut, which is a 1x1 convolution where the shape changes."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            conv(inputs, outputs, 3, stride),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            conv(outputs, outputs, 3),
            nn.BatchNorm2d(outputs),
        )
        self.shortcut = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x), inplace=True)


def resnet(depth, channels, classes):
    layers = [conv(channels, 16, 3), nn.BatchNorm2d(16), nn.ReLU(inplace=True)]
    width = 16
    for stage, outputs in enumerate((16, 32, 64)):
        for block in range((depth - 2) // 6):
            layers.append(Residual(width, outputs, 2 if stage > 0 and block == 0 else 1))
            width = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(width, classes))


def image_transforms(height, width):
    """The usual transforms of one image, by torchvision or, without it, by code of our own; and the name of the choice."""
    try:
        from torchvision import transforms as T
    except ImportError:
        return own_transform(height, width), "without torchvision"
    steps = [
        T.RandomCrop((height, width), padding=PAD, padding_mode="reflect"),
        T.RandomHorizontalFlip(),
        T.ToTensor(),
        T.Normalize([MEAN] * 3, [DEVIATION] * 3),
    ]
    return T.Compose(steps), "torchvision"


def own_transform(height, width):
    from PIL import Image

    def transform(image):
        pixels = numpy.pad(numpy.asarray(image), ((PAD, PAD), (PAD, PAD), (0, 0)), "reflect")
        left, top = random.randint(0, 2 * PAD), random.randint(0, 2 * PAD)
        image = Image.fromarray(pixels).crop((left, top, left + width, top + height))
        if random.random() < 0.5:
            image = image.transpose(Image.FLIP_LEFT_RIGHT)
        tensor = torch.from_numpy(numpy.array(image)).permute(2, 0, 1).contiguous().float().div_(255)
        return tensor.sub_(MEAN).div_(DEVIATION)

    return transform


class ImageByImage(Dataset):
    def __init__(self, images, labels, transform):
        self.images, self.labels, self.transform = images, labels, transform

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        from PIL import Image

        return self.transform(Image.fromarray(self.images[index])), int(self.labels[index])


def tuned_batches(images, labels, size):
    """One epoch: images padded once, then cropped and flipped by one gather a batch."""
    x = torch.from_numpy(images).permute(0, 3, 1, 2)
    count, _, height, width = x.shape
    padded = torch.cat([F.pad(part.float(), (PAD,) * 4, "reflect").byte() for part in x.split(4096)])
    padded, y = padded.permute(0, 2, 3, 1).contiguous(), torch.from_numpy(labels)
    rows, columns = torch.arange(height)[None, :, None], torch.arange(width)[None, None, :]

    def epoch():
        for chosen in torch.randperm(count).split(size):
            top, left = torch.randint(0, 2 * PAD + 1, (2, len(chosen), 1, 1))
            flipped = torch.rand(len(chosen), 1, 1) < 0.5
            across = torch.where(flipped, width - 1 - columns, columns) + left
            batch = padded[chosen[:, None, None], top + rows, across].permute(0, 3, 1, 2)
            yield batch.float().div_(255).sub_(MEAN).div_(DEVIATION), y[chosen]

    return epoch


def say(line):
    print(json.dumps(line), flush=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("workload")
    arguments.add_argument("--mode", choices=("standard", "tuned"), required=True)
    options = arguments.parse_args()
    workload, images, labels = read_workload(options.workload)
    cores = len(os.sched_getaffinity(0))
    torch.set_num_threads(cores)
    size, tuned = int(workload["batchSize"]), options.mode == "tuned"
    bf16 = tuned and workload["precision"] == "bf16"

    net = resnet(int(workload["depth"]), int(workload["channels"]), int(workload["classes"]))
    if tuned:
        net = net.to(memory_format=torch.channels_last)
        epoch = tuned_batches(images, labels, size)
        setup = f"{'bf16 autocast' if bf16 else 'fp32'}, NHWC, batches augmented in memory"
    else:
        transform, by = image_transforms(int(workload["height"]), int(workload["width"]))
        loader = DataLoader(ImageByImage(images, labels, transform), size, shuffle=True, num_workers=cores)
        epoch = lambda: loader
        setup = f"fp32, NCHW, DataLoader with {cores} workers, transforms image by image ({by})"
    say(
        dict(
            setup=f"{setup}, {cores} threads",
            parameters=sum(p.numel() for p in net.parameters()),
            versions=dict(torch=torch.__version__, numpy=numpy.__version__),
        )
    )

    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.2, total_steps=100_000)
    net.train()
    while True:
        for x, y in epoch():
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
                out = net(x)
            loss = F.cross_entropy(out.float(), y)
            loss.backward()
            optimizer.step()
            schedule.step()
            say(dict(images=len(y), loss=loss.item()))


if __name__ == "__main__":
    main()
