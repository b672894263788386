"""StarDist's way from an image to labels, for bench/frame.js, with the weights of our network: the layers are the same.

    python frame.py THREADS WEIGHTS              one JSON request a line, one JSON answer a line
    python frame.py THREADS WEIGHTS IMAGE OUT    one image to a file of labels

WEIGHTS is the path of a JSON file that bench/frame.js writes: the layers in the order of the data flow, and their numbers in a file beside it.
{"images": [PATH]}: seconds of `predict_instances` for each of the images, which are read and normalised beforehand. The first line says which versions answer,
or what is missing.
"""
import contextlib
import json
import os
import sys
from time import perf_counter, process_time

THREADS = int(sys.argv[1])
os.environ["OMP_NUM_THREADS"] = str(THREADS)
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

try:
    import numpy as np
    import tensorflow as tf
    import tifffile
    from csbdeep.utils import normalize
    from stardist import __version__ as stardist_version
    from stardist.models import Config2D, StarDist2D
except ImportError as error:
    print(json.dumps({"missing": error.name}), flush=True)
    sys.exit(0)

tf.config.threading.set_intra_op_parallelism_threads(THREADS)
tf.config.threading.set_inter_op_parallelism_threads(THREADS)


def open_model(path):
    with open(path) as file:
        given = json.load(file)
    config = given["config"]
    if config["convolutionsPerLevel"] != 2:
        raise ValueError("expected two convolutions a level")
    model = StarDist2D(
        Config2D(
            n_rays=config["rays"],
            grid=(config["grid"], config["grid"]),
            n_channel_in=1,
            unet_n_depth=config["depth"],
            unet_n_filter_base=config["filters"],
            net_conv_after_unet=config["features"],
        ),
        name=None,
        basedir=None,
    )
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
    versions = {"StarDist": stardist_version, "TensorFlow": tf.__version__}
    print(json.dumps({"versions": versions}), flush=True)
    for line in sys.stdin:
        images = [read(path, normalisation) for path in json.loads(line)["images"]]
        cpu = process_time()
        start = perf_counter()
        counts = [int(model.predict_instances(image, **thresholds)[0].max()) for image in images]
        seconds = (perf_counter() - start) / len(images)
        print(json.dumps({"seconds": seconds, "cpu": (process_time() - cpu) / len(images), "nuclei": counts[0]}), flush=True)


main()
