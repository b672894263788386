"""The training step of our network and its forward pass in PyTorch, for bench/train.js: channels last, Adam in one pass, gradients by autograd.

Reads one JSON request a line and answers each with one line. {"batch": n, "patch": px, "steps": n}: seconds of each step, the patches being there, processor
seconds a step, and the losses since the first; the first answer for a size starts from new weights. {"frame": px}: seconds of one forward pass of a whole frame. The first line
says which versions answer, or what is missing. Weights and patches come from a hash of their index, as ours do, so that the losses can be compared.
"""
import json
import os
import sys
from time import perf_counter, process_time

THREADS = int(sys.argv[1])
os.environ["OMP_NUM_THREADS"] = str(THREADS)

try:
    import numpy as np
    import torch
    import torch.nn.functional as F
except ImportError as error:
    print(json.dumps({"missing": error.name}), flush=True)
    sys.exit(0)

torch.set_num_threads(THREADS)
RAYS, GRID, DEPTH, FILTERS, FEATURES = 32, 2, 3, 32, 128
LEARNING_RATE = 1e-3


def uniform(seed, count):
    """Numbers in [0, 1) from a hash of (seed, index), as in bench/peers/train.js."""
    x = (np.arange(1, count + 1, dtype=np.uint64) + np.uint64(seed * 1000003)) & np.uint64(0xFFFFFFFF)
    for factor, shift in ((2654435761, 15), (2246822519, 13), (3266489917, 16)):
        x = (x * np.uint64(factor)) & np.uint64(0xFFFFFFFF)
        x ^= x >> np.uint64(shift)
    return x.astype(np.float64) / 2**32


def layers():
    """(name, inputs, outputs, kernel size) in the order of the data flow, two convolutions a level."""
    found, channels = [], 1

    def add(name, outputs, size=3):
        nonlocal channels
        found.append((name, channels, outputs, size))
        channels = outputs

    for name in ("grid_0", "grid_1"):
        add(name, FILTERS)
    for level in range(DEPTH):
        for i in range(2):
            add(f"down_{level}_{i}", FILTERS * 2**level)
    add("middle_0", FILTERS * 2**DEPTH)
    add("middle_1", FILTERS * 2 ** (DEPTH - 1))
    for level in reversed(range(DEPTH)):
        channels += FILTERS * 2**level
        add(f"up_{level}_0", FILTERS * 2**level)
        add(f"up_{level}_1", FILTERS * 2 ** max(0, level - 1))
    add("features", FEATURES)
    add("head", RAYS + 1, 1)
    return found


def first_weights():
    weights = {}
    for k, (name, inputs, outputs, size) in enumerate(layers()):
        limit = np.sqrt(6 / ((inputs + outputs) * size * size))
        values = torch.tensor(((2 * uniform(k + 1, outputs * inputs * size * size) - 1) * limit).astype(np.float32).reshape(outputs, inputs, size, size))
        weights[name] = (values.contiguous(memory_format=torch.channels_last).requires_grad_(), torch.zeros(outputs, requires_grad=True))
    return weights


def network(weights, x):
    def conv(name, x):
        weight, bias = weights[name]
        return F.conv2d(x, weight, bias, padding=weight.shape[-1] // 2)

    def pair(first, second, x):
        return F.relu_(conv(second, F.relu_(conv(first, x))))

    x = F.max_pool2d(pair("grid_0", "grid_1", x), 2)
    skipped = []
    for level in range(DEPTH):
        skipped.append(pair(f"down_{level}_0", f"down_{level}_1", x))
        x = F.max_pool2d(skipped[-1], 2)
    x = pair("middle_0", "middle_1", x)
    for level in reversed(range(DEPTH)):
        x = torch.cat([F.interpolate(x, scale_factor=2, mode="nearest"), skipped[level]], 1)
        x = pair(f"up_{level}_0", f"up_{level}_1", x)
    out = conv("head", F.relu_(conv("features", x)))
    return out[:, :RAYS], out[:, RAYS:]


def loss_of(distances, logits, b):
    p, mask = b["probability"], b["mask"]
    probability = (mask * F.binary_cross_entropy_with_logits(logits, p, reduction="none")).mean()
    weight = mask * p
    deviation = (weight * (distances - b["distances"]).abs()).mean() / (weight.mean() + 1e-7)
    return probability + 0.2 * (deviation + 1e-4 * ((mask - weight) * distances.abs()).mean())


class Training:
    def __init__(self, batch, patch):
        cells = patch // GRID
        tensor = lambda values, *shape: torch.tensor(values.astype(np.float32).reshape(shape)).contiguous(memory_format=torch.channels_last)
        object_ = uniform(102, batch * cells * cells)
        self.patches = {
            "image": tensor(2 * uniform(101, batch * patch * patch) - 0.5, batch, 1, patch, patch),
            "probability": tensor(np.where(object_ < 0.5, 0, object_), batch, 1, cells, cells),
            "mask": tensor((uniform(103, batch * cells * cells) > 0.1) * 1.0, batch, 1, cells, cells),
            "distances": tensor(8 * uniform(104, batch * RAYS * cells * cells), batch, RAYS, cells, cells),
        }
        self.weights = first_weights()
        self.optimiser = torch.optim.Adam([w for pair in self.weights.values() for w in pair], lr=LEARNING_RATE, eps=1e-7, fused=True)

    def step(self):
        start = perf_counter()
        loss = loss_of(*network(self.weights, self.patches["image"]), self.patches)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        value = loss.item()
        return perf_counter() - start, value


def frame(edge, weights):
    with torch.inference_mode():
        image = torch.tensor(uniform(105, edge * edge).astype(np.float32).reshape(1, 1, edge, edge)).contiguous(memory_format=torch.channels_last)
        start = perf_counter()
        distances, logits = network(weights, image)
        torch.sigmoid(logits)
        return perf_counter() - start


def main():
    print(json.dumps({"versions": {"Python": sys.version.split()[0], "PyTorch": torch.__version__}}), flush=True)
    trainings = {}
    still = first_weights()
    for line in sys.stdin:
        request = json.loads(line)
        if "frame" in request:
            cpu = process_time()
            answer = {"seconds": frame(request["frame"], still), "cpu": process_time() - cpu}
        else:
            size = (request["batch"], request["patch"])
            if size not in trainings:
                trainings[size] = Training(*size)
            cpu = process_time()
            steps = [trainings[size].step() for _ in range(request["steps"])]
            answer = {"seconds": [seconds for seconds, _ in steps], "losses": [loss for _, loss in steps], "cpu": (process_time() - cpu) / len(steps)}
        print(json.dumps(answer), flush=True)


main()
