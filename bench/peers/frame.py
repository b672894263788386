"""StarDist's way from an image to labels, for bench/frame.js, with the weights of our network: the layers are the same.

    python frame.py THREADS WEIGHTS              one JSON request a line, one JSON answer a line
    python frame.py THREADS WEIGHTS IMAGE OUT    one image to a file of labels

WEIGHTS is the path of a JSON file that bench/frame.js writes: the layers in the order of the data flow, and their numbers in a file beside it.
{"images": [PATH]}: seconds of `predict_instances` for each of the images, which are read and normalised beforehand. The first line says which versions answer,
or what is missing.
"""
import contextlib
import json
import sys
from time import perf_counter, process_time

from stardistmodel import model_of, open_stardist

VERSIONS = open_stardist(int(sys.argv[1]))

import numpy as np
import tifffile
from csbdeep.utils import normalize


def open_model(path):
    with open(path) as file:
        given = json.load(file)
    config = given["config"]
    model = model_of(config)
    numbers = np.fromfile(given["numbers"], np.float32)
    at = 0
    layers = []
    for outputs, inputs, size in given["layers"]:
        count = outputs * inputs * size * size
        kernel = numbers[at : at + count].reshape(outputs, inputs, size, size).transpose(2, 3, 1, 0)
        bias = numbers[at + count : at + count + outputs]
        at += count + outputs
        layers.append((kernel, bias))
    kernel, bias = layers.pop()
    rays = config["rays"]
    ours = [*layers, (kernel[..., rays:], bias[rays:]), (kernel[..., :rays], bias[:rays])]
    theirs = [layer for layer in model.keras_model.layers if layer.get_weights()]
    if len(ours) != len(theirs):
        raise ValueError(f"expected {len(theirs)} layers, received {len(ours)}")
    for layer, weights in zip(theirs, ours):
        layer.set_weights(list(weights))
    thresholds = given["thresholds"]
    return model, {"prob_thresh": thresholds["probability"], "nms_thresh": thresholds["overlap"]}, given["normalisation"]


def read(path, normalisation):
    return normalize(tifffile.imread(path), normalisation["low"], normalisation["high"])


def main():
    # StarDist tells of its thresholds where the answers go.
    with contextlib.redirect_stdout(sys.stderr):
        model, thresholds, normalisation = open_model(sys.argv[2])
    if len(sys.argv) > 3:
        labels, _ = model.predict_instances(read(sys.argv[3], normalisation), **thresholds)
        tifffile.imwrite(sys.argv[4], labels.astype(np.int32), compression="zlib")
        return
    print(json.dumps({"versions": VERSIONS}), flush=True)
    for line in sys.stdin:
        images = [read(path, normalisation) for path in json.loads(line)["images"]]
        cpu = process_time()
        start = perf_counter()
        counts = [int(model.predict_instances(image, **thresholds)[0].max()) for image in images]
        seconds = (perf_counter() - start) / len(images)
        print(json.dumps({"seconds": seconds, "cpu": (process_time() - cpu) / len(images), "nuclei": counts[0]}), flush=True)


main()
