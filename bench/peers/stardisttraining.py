"""A training of StarDist itself, for bench/wholetraining.js: its own `train`, so that its generator, its loop and its validation count.

python3 stardisttraining.py DATASET STEPS THREADS: images and masks of a training set in memory, normalised as StarDist's examples do; the last tenth of the
images is its validation. Batch 4, patch 96, the default network with a grid of 2 and 32 rays, flips, quarter turns and intensities as in its examples. An
epoch has 100 steps, its default. The last line is JSON: the versions, the seconds and processor seconds of a step in the epochs after the first, in which
TensorFlow compiles; or what is missing.
"""
import json
import sys
from pathlib import Path
from time import perf_counter, process_time

from stardistmodel import augmented, model_of, open_stardist

DATASET, STEPS, THREADS = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
VERSIONS = open_stardist(THREADS)

import numpy as np
import tensorflow as tf
from csbdeep.utils import normalize
from tifffile import imread

PER_EPOCH = 100
SHAPE = {"rays": 32, "grid": 2, "depth": 3, "filters": 32, "features": 128, "convolutionsPerLevel": 2}


class Watch(tf.keras.callbacks.Callback):
    """When each epoch ended, its validation included."""

    def __init__(self):
        super().__init__()
        self.ends = []

    def on_epoch_end(self, epoch, logs=None):
        self.ends.append((perf_counter(), process_time()))


def main():
    names = sorted(path.name for path in (DATASET / "images").iterdir())
    images = [normalize(imread(DATASET / "images" / name), 1, 99.8).astype(np.float32) for name in names]
    masks = [imread(DATASET / "masks" / name).astype(np.int32) for name in names]
    held = max(1, len(names) // 10)
    epochs = {"train_steps_per_epoch": PER_EPOCH, "train_epochs": max(2, STEPS // PER_EPOCH)}
    model = model_of(SHAPE, train_patch_size=(96, 96), train_batch_size=4, train_tensorboard=False, **epochs)
    model.prepare_for_training()
    watch = Watch()
    model.callbacks.append(watch)
    model.train(images[:-held], masks[:-held], validation_data=(images[-held:], masks[-held:]), augmenter=augmented, seed=1)
    (first, first_cpu), (last, last_cpu) = watch.ends[0], watch.ends[-1]
    steps = PER_EPOCH * (len(watch.ends) - 1)
    print(json.dumps({"versions": VERSIONS, "seconds": (last - first) / steps, "cpu": (last_cpu - first_cpu) / steps}), flush=True)


main()
