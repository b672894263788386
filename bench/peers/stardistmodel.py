"""What the peers that use StarDist share: its start on so many threads, a model of the shape of ours, and the variation of its examples."""
import json
import os
import sys


def open_stardist(threads):
    """StarDist on so many threads of the processor, to be called before anything of it is imported.

    @return its versions; ends the process, and says what is missing, where it is not there
    """
    os.environ.update(OMP_NUM_THREADS=str(threads), CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3")
    try:
        import stardist
        import tensorflow as tf
        import tifffile
    except ImportError as error:
        print(json.dumps({"missing": error.name}), flush=True)
        sys.exit(0)
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    return {"StarDist": stardist.__version__, "TensorFlow": tf.__version__}


def model_of(config, name=None, basedir=None, **training):
    """StarDist's network in the shape that `config` of our model.json says. @param training StarDist's own settings of a training"""
    from stardist.models import Config2D, StarDist2D

    if config["convolutionsPerLevel"] != 2:
        raise ValueError("expected two convolutions a level")
    shape = {
        "n_rays": config["rays"],
        "grid": (config["grid"], config["grid"]),
        "n_channel_in": 1,
        "unet_n_depth": config["depth"],
        "unet_n_filter_base": config["filters"],
        "net_conv_after_unet": config["features"],
    }
    return StarDist2D(Config2D(**shape, **training), name=name, basedir=basedir)


def augmented(x, y):
    """Flips, quarter turns and intensities, as in StarDist's examples."""
    import numpy as np

    turns, mirror = np.random.randint(4), np.random.rand() < 0.5
    x, y = np.rot90(x, turns), np.rot90(y, turns)
    if mirror:
        x, y = x[:, ::-1], y[:, ::-1]
    x = x * np.random.uniform(0.6, 2) + np.random.uniform(-0.2, 0.2)
    return x + 0.02 * np.random.normal(0, 1, x.shape), y
