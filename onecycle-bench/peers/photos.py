"""PyTorch as a peer of `./onecycle bench photos`: works until it is ended and prints each step.

  python3 photos.py photos.properties --mode standard

standard  the usual first program: ImageFolder, RandomResizedCrop, RandomHorizontalFlip, ToTensor and Normalize by Pillow in the
          workers of a DataLoader; training in float32, NCHW
tuned     after a day of tuning: photos decoded and resized once, cropped in the workers by Pillow, normalized by the batch; training
          in NHWC, with bfloat16 autocast where the workload says that this processor multiplies it faster

Both: SGD with momentum under OneCycleLR, and a loss that is read at every step. Standard output gets one line of JSON that describes
the peer, then one for every step.
"""

import argparse
import json
import os

import torch
import torchvision
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms as T
from torchvision.datasets import ImageFolder

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def read_workload(path):
    with open(path, encoding="utf-8") as lines:
        return dict(line.rstrip("\n").split("=", 1) for line in lines if "=" in line)


def standard_batches(workload, cores):
    side, share = int(workload["side"]), float(workload["minShare"])
    transform = T.Compose(
        [
            T.RandomResizedCrop(side, scale=(share, 1)),
            T.RandomHorizontalFlip(),
            T.ToTensor(),
            T.Normalize(MEAN, DEVIATION),
        ]
    )
    images = ImageFolder(workload["photos"], transform)
    loader = DataLoader(
        images, int(workload["batchSize"]), shuffle=True, drop_last=True, num_workers=cores, persistent_workers=True
    )
    while True:
        yield from loader


class InMemory(Dataset):
    """Photos decoded once, as uint8 images that are larger than the crops; the workers share them."""

    def __init__(self, folder, stored, transform):
        self.transform, once = transform, T.Compose([T.Resize(stored), T.CenterCrop(stored)])
        self.images = [(once(image), label) for image, label in ImageFolder(folder)]

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image, label = self.images[index]
        return self.transform(image), label


def tuned_batches(workload, cores):
    side, share = int(workload["side"]), float(workload["minShare"])
    transform = T.Compose([T.RandomResizedCrop(side, scale=(share, 1)), T.RandomHorizontalFlip(), T.PILToTensor()])
    images = InMemory(workload["photos"], side * 9 // 7, transform)
    loader = DataLoader(
        images,
        int(workload["batchSize"]),
        shuffle=True,
        drop_last=True,
        num_workers=cores,
        persistent_workers=True,
        prefetch_factor=4,
    )
    mean, deviation = (torch.tensor(v).view(1, 3, 1, 1) * 255 for v in (MEAN, DEVIATION))
    while True:
        for x, y in loader:
            yield x.contiguous(memory_format=torch.channels_last).float().sub_(mean).div_(deviation), y


def say(line):
    print(json.dumps(line), flush=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("workload")
    arguments.add_argument("--mode", choices=("standard", "tuned"), required=True)
    options = arguments.parse_args()
    workload = read_workload(options.workload)
    cores = len(os.sched_getaffinity(0))
    torch.set_num_threads(cores)
    tuned, training = options.mode == "tuned", workload["part"] == "training"
    batches = (tuned_batches if tuned else standard_batches)(workload, cores)
    setup = f"DataLoader with {cores} workers, Pillow, from decoded images" if tuned else f"DataLoader with {cores} workers, Pillow"
    parameters = 0
    if training:
        net = torchvision.models.resnet18(num_classes=int(workload["classes"]))
        bf16 = tuned and workload["precision"] == "bf16"
        if tuned:
            net = net.to(memory_format=torch.channels_last)
        parameters = sum(p.numel() for p in net.parameters())
        setup = f"{'bf16 autocast' if bf16 else 'fp32'}, {'NHWC' if tuned else 'NCHW'}, {setup}, {cores} threads"
        optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.05, total_steps=100_000)
        net.train()
    first = next(batches)
    say(dict(setup=setup, parameters=parameters, versions=dict(torch=torch.__version__, torchvision=torchvision.__version__)))
    del first
    for x, y in batches:
        if not training:
            say(dict(images=len(y), loss=float(x[0, 0, 0, 0])))
            continue
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            out = net(x.contiguous(memory_format=torch.channels_last) if tuned else x)
        loss = F.cross_entropy(out.float(), y)
        loss.backward()
        optimizer.step()
        schedule.step()
        say(dict(images=len(y), loss=loss.item()))


if __name__ == "__main__":
    main()
