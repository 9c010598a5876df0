"""Prints what PyTorch's OneCycleLR computes for a grid of settings, for OneCycleLrTest.

    python3 one_cycle_lr.py > one_cycle_lr.txt      some steps of each setting: the stored file
    python3 one_cycle_lr.py --all                   every step

A line is a setting (max_lr is 0.7) and its steps:
total_steps pct_start anneal_strategy three_phase div_factor final_div_factor max_momentum base_momentum
then "; step rate momentum" for each step, or "; ZeroDivisionError".
"""
import itertools
import sys
import warnings

import torch
from torch.optim.lr_scheduler import OneCycleLR

warnings.filterwarnings("ignore")

STEPS = [1, 2, 3, 4, 5, 6, 7, 10, 19, 40, 100, 300]
SHARES = [0.0, 0.1, 0.2, 0.25, 0.3, 0.4316, 0.5, 0.7, 1.0]
ANNEALS = ["cos", "linear"]
PHASES = [False, True]
REST = [(25.0, 1e4, 0.95, 0.85), (10.0, 100.0, 0.9, 0.9), (0.5, 0.25, 0.2, 0.99)]


def values(steps, share, anneal, three, divider, final, high, low):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1, momentum=0.5)
    scheduler = OneCycleLR(
        optimizer, 0.7, total_steps=steps, pct_start=share, anneal_strategy=anneal, three_phase=three,
        div_factor=divider, final_div_factor=final, max_momentum=high, base_momentum=low)
    group = optimizer.param_groups[0]
    found = [(group["lr"], group["momentum"])]
    for _ in range(steps - 1):
        scheduler.step()
        found.append((group["lr"], group["momentum"]))
    return found


def chosen(steps, share):
    """The first and last steps, and those beside the ends of the phases."""
    top = int(share * steps - 1)
    bottom = int(2 * share * steps - 2)
    near = {0, 1, top, top + 1, bottom, bottom + 1, steps - 2, steps - 1}
    return sorted(step for step in near if 0 <= step < steps)


def main():
    every = "--all" in sys.argv
    print(f"# torch {torch.__version__}, one_cycle_lr.py")
    for setting in itertools.product(STEPS, SHARES, ANNEALS, PHASES, REST):
        setting = setting[:4] + setting[4]
        words = " ".join(str(word) for word in setting)
        try:
            found = values(*setting)
        except ZeroDivisionError:
            print(words + "; ZeroDivisionError")
            continue
        if every:
            steps = [f"{step} {rate!r} {momentum!r}" for step, (rate, momentum) in enumerate(found)]
        else:
            steps = ["{} {:.15g} {:.15g}".format(step, *found[step]) for step in chosen(*setting[:2])]
        print("; ".join([words] + steps))


if __name__ == "__main__":
    main()
