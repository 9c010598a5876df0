"""Writes the TorchScript files of the tests, and what Python computes with them.

Run it with Debian's python3-torch in the folder of this file: /usr/bin/python3 networks.py
"""
import json

import torch
import torch.nn as nn
import torch.nn.functional as F


class Tiny(nn.Module):
    """A convolution, a batch norm, dropout and a linear layer, for images of any size."""

    def __init__(self, classes: int, dropout: float):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(8 * 4, classes)
        self.register_buffer("scale", torch.tensor(1.5))

    def forward(self, images):
        x = F.adaptive_avg_pool2d(F.relu(self.norm(self.conv(images))), 2) * self.scale
        return self.head(self.dropout(torch.flatten(x, 1)))


class Viewed(Tiny):
    """Takes the values of an image as they lie in memory."""

    def forward(self, images):
        x = F.adaptive_avg_pool2d(F.relu(self.norm(self.conv(images))), 2) * self.scale
        return self.head(x.view(x.size(0), -1))


class Endless(Tiny):
    """Never comes to an end."""

    def forward(self, images):
        x = images
        while bool(x.sum() < 1e30):
            x = x * 1.0
        return self.head(torch.flatten(x, 1))


class Huge(Tiny):
    """Takes more memory than there is."""

    def forward(self, images):
        x = torch.ones(1 << 20)
        while x.numel() < (1 << 40):
            x = torch.cat([x, x])
        return self.head(x.view(-1, 32)) + images.sum()


class Pair(Tiny):
    """Gives two tensors."""

    def forward(self, images):
        return torch.flatten(images, 1), images


class Cumulative(Tiny):
    """Its batch norm averages by a counter."""

    def __init__(self):
        super().__init__(3, 0.0)
        self.norm = nn.BatchNorm2d(8, momentum=None)


def images():
    """Four images of bytes, row by row, as shares of 255."""
    n = 4 * 3 * 8 * 8
    return ((torch.arange(n) * 37 + torch.arange(n) // 64 * 11) % 256).float().reshape(4, 3, 8, 8) / 255


def computed(network):
    """Scores in evaluation, and the state dict after a step of SGD in training."""
    network.eval()
    scores = network(images()).detach().flatten().tolist()
    network.train()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.5)
    F.cross_entropy(network(images()), torch.tensor([0, 1, 2, 0])).backward()
    optimizer.step()
    state = network.state_dict()
    return {
        "scores": scores,
        "after": {n: state[n].flatten().tolist() for n in state if state[n].is_floating_point()},
    }


def main():
    torch.manual_seed(1)
    files = {
        "tiny": Tiny(3, 0.0),
        "dropout": Tiny(3, 0.3),
        "viewed": Viewed(3, 0.0),
        "endless": Endless(3, 0.0),
        "huge": Huge(3, 0.0),
        "pair": Pair(3, 0.0),
        "cumulative": Cumulative(),
    }
    for name, network in files.items():
        torch.jit.script(network).save(name + ".pt")
    with open("computed.json", "w") as file:
        json.dump(computed(files["tiny"]), file, indent=1)
    torch.save(files["tiny"].state_dict(), "state_dict.pt")


main()
