#!/usr/bin/env python3
"""A slow network for kernels without netem: frames between a host and a bridge, delayed and at a limited rate.

slow-link.py NAMESPACE ADDRESS BRIDGE DEVICE DELAY_MS MBIT

Makes a tap device eth0 with ADDRESS in NAMESPACE and a tap device DEVICE at BRIDGE, and copies frames between them until
it is ended. Each direction has a delay and a rate of its own, and a queue of a second.
"""
import collections
import fcntl
import os
import select
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TAP_NO_PI = 0x0002 | 0x1000
MAX_QUEUE_SECONDS = 1.0


def tap(name):
    """A tap device, as a file of frames."""
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TAP_NO_PI))
    return device


def main():
    namespace, address, bridge, outer, delay, rate = sys.argv[1:]
    inner = outer + "i"
    files = {inner: tap(inner), outer: tap(outer)}
    for command in (
        f"ip link set {inner} netns {namespace}",
        f"ip -n {namespace} link set {inner} name eth0",
        f"ip -n {namespace} addr add {address} dev eth0",
        f"ip -n {namespace} link set eth0 up",
        f"ip link set {outer} master {bridge} up",
    ):
        subprocess.run(command.split(), check=True)
    print("ready", flush=True)
    delay = float(delay) / 1000
    seconds_a_byte = 8 / (float(rate) * 1e6)
    queues = {name: collections.deque() for name in files}
    free = dict.fromkeys(files, 0.0)  # when the last frame of a direction is through
    other = {inner: outer, outer: inner}
    while True:
        now = time.monotonic()
        due = [queue[0][0] for queue in queues.values() if queue]
        wait = max(0.0, min(due) - now) if due else None
        readable, _, _ = select.select(list(files.values()), [], [], wait)
        now = time.monotonic()
        for name, file in files.items():
            if file in readable:
                frame = os.read(file, 65536)
                start = max(now, free[name])
                if start - now < MAX_QUEUE_SECONDS:
                    free[name] = start + len(frame) * seconds_a_byte
                    queues[name].append((free[name] + delay, frame))
        for name, queue in queues.items():
            while queue and queue[0][0] <= now:
                os.write(files[other[name]], queue.popleft()[1])


if __name__ == "__main__":
    main()
