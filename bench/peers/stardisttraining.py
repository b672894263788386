"""A training of StarDist itself, for bench/wholetraining.js: its own `train`, so that its generator, its loop and its validation count.

python3 stardisttraining.py DATASET STEPS THREADS: images and masks of a training set in memory, normalised as StarDist's examples do; the last tenth of the
images is its validation. Batch 4, patch 96, the default network with a grid of 2 and 32 rays, flips, quarter turns and intensities as in its examples. An
epoch has 100 steps, its default. The last line is JSON: the versions, the seconds and processor seconds of a step in the epochs after the first, in which
TensorFlow compiles; or what is missing.
"""
import json
import os
import sys
from pathlib import Path
from time import perf_counter, process_time

DATASET, STEPS, THREADS = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
os.environ.update(OMP_NUM_THREADS=str(THREADS), CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3")

try:
    import numpy as np
    import stardist
    import tensorflow as tf
    from csbdeep.utils import normalize
    from stardist.models import Config2D, StarDist2D
    from tifffile import imread
except ImportError as error:
    print(json.dumps({"missing": error.name}), flush=True)
    sys.exit(0)

tf.config.threading.set_intra_op_parallelism_threads(THREADS)
tf.config.threading.set_inter_op_parallelism_threads(THREADS)
PER_EPOCH = 100


def augmented(x, y):
    turns, mirror = np.random.randint(4), np.random.rand() < 0.5
    x, y = np.rot90(x, turns), np.rot90(y, turns)
    if mirror:
        x, y = x[:, ::-1], y[:, ::-1]
    x = x * np.random.uniform(0.6, 2) + np.random.uniform(-0.2, 0.2)
    return x + 0.02 * np.random.normal(0, 1, x.shape), y


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
    config = Config2D(
        n_rays=32, grid=(2, 2), train_patch_size=(96, 96), train_batch_size=4, train_steps_per_epoch=PER_EPOCH, train_epochs=max(2, STEPS // PER_EPOCH), train_tensorboard=False
    )
    model = StarDist2D(config, basedir=None)
    model.prepare_for_training()
    watch = Watch()
    model.callbacks.append(watch)
    model.train(images[:-held], masks[:-held], validation_data=(images[-held:], masks[-held:]), augmenter=augmented, seed=1)
    (first, first_cpu), (last, last_cpu) = watch.ends[0], watch.ends[-1]
    steps = PER_EPOCH * (len(watch.ends) - 1)
    versions = {"StarDist": stardist.__version__, "TensorFlow": tf.__version__}
    print(json.dumps({"versions": versions, "seconds": (last - first) / steps, "cpu": (last_cpu - first_cpu) / steps}), flush=True)


main()
