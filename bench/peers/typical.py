"""Peers of bench/typical.js: three other ways from the same images to labels.

    python typical.py fiji|scikit-image|stardist TASK

TASK is the path of a JSON file: {"images": [{"name", "path", "scale"}], "out": FOLDER}. The labels of each image are written to FOLDER/labels/NAME.tif,
32-bit. The last line is JSON: the versions, or what is missing.

fiji: what Fiji's tutorial on touching nuclei does by hand, written anew with SciPy and scikit-image: Gaussian blur, threshold after Otsu, filled holes,
ImageJ's binary watershed, particles of 30 px and more. The tutorial blurs a noisy confocal image of large nuclei by 3 px and calls that large; here it is 2 px,
for many of these nuclei are 15 px wide.
scikit-image: the steps of its example on the nuclei of cells in mitosis, with the numbers of that example: the lower of two thresholds after Otsu, the
distance to the background, its peaks at least 7 px apart, watershed.
stardist: StarDist trained on our annotation of the images, with its own generator, loss, checkpoints and thresholds. TASK holds, too: "config", "patch",
"batch", "low", "high" (percentiles), "steps", "seed", "threads", and "training" and "validation" ({"path", "mask", "scale"}). It sees images at the scale at which our network sees them.
"""
import json
import sys
from pathlib import Path

from stardistmodel import augmented, model_of, open_stardist

METHOD, TASK = sys.argv[1], json.loads(Path(sys.argv[2]).read_text())
STARDIST = open_stardist(TASK["threads"]) if METHOD == "stardist" else None

try:
    import numpy as np
    import scipy
    import skimage
    from scipy import ndimage
    from skimage.feature import peak_local_max
    from skimage.filters import threshold_multiotsu, threshold_otsu
    from skimage.measure import label
    from skimage.morphology import reconstruction
    from skimage.segmentation import watershed
    from tifffile import imread, imwrite
except ImportError as error:
    print(json.dumps({"missing": error.name}), flush=True)
    sys.exit(0)

BLUR, LEAST_AREA, TOLERANCE = 2, 30, 0.5
CLASSES, APART = 3, 7
PER_EPOCH = 100


def maxima_of(distance):
    """Numbered maxima of a distance map that rise by 0.5 px above the saddle to a higher one, ImageJ's tolerance. Equal ones with a higher saddle are one."""
    above = distance - reconstruction(distance - TOLERANCE, distance)
    domes = label((above > 0) & (distance > 0), connectivity=2)
    tops = ndimage.maximum(above, domes, np.arange(domes.max() + 1))
    return np.where(tops > TOLERANCE - 1e-6, np.arange(len(tops)), 0)[domes]


def separated(found):
    """ImageJ's binary watershed: the basins of the distance map around its maxima.

    Basins that touch are parted by a line of 1 px, drawn here: scikit-image's own (`watershed_line`) did not come to an end on these images.
    """
    distance = ndimage.distance_transform_edt(found)
    basins = watershed(-distance, maxima_of(distance), mask=found, connectivity=2)
    return np.where(basins < ndimage.maximum_filter(basins, 3), 0, basins)


def large_enough(labels):
    """The particles that are reported, numbered anew."""
    kept = np.bincount(labels.ravel()) >= LEAST_AREA
    kept[0] = False
    return np.where(kept, np.cumsum(kept), 0)[labels]


def fiji(image):
    blurred = ndimage.gaussian_filter(image.astype(np.float32), BLUR, mode="nearest")
    if np.issubdtype(image.dtype, np.integer):
        blurred = np.rint(blurred).astype(image.dtype)
    found = ndimage.binary_fill_holes(blurred > threshold_otsu(blurred))
    return large_enough(separated(found))


def lower_threshold(image):
    """The lower of two thresholds; the only one where the image has too few grey values for two."""
    try:
        return threshold_multiotsu(image, classes=CLASSES)[0]
    except ValueError:
        return threshold_otsu(image)


def gallery(image):
    cells = image > lower_threshold(image)
    distance = ndimage.distance_transform_edt(cells)
    peaks = peak_local_max(distance, min_distance=APART, exclude_border=False)
    markers = np.zeros(image.shape, np.int32)
    markers[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
    return watershed(-distance, markers, mask=cells)


def normalised(image):
    from csbdeep.utils import normalize

    return normalize(image, TASK["low"], TASK["high"])


def sample(given):
    """A normalised image and its mask at the network's scale, padded to a patch with what no loss counts: labels below 0 are unknown in StarDist, as in ours."""
    image, mask, scale = normalised(imread(given["path"])), imread(given["mask"]).astype(np.int32), given["scale"]
    if scale != 1:
        image, mask = ndimage.zoom(image, scale, order=1), ndimage.zoom(mask, scale, order=0)
    missing = [(0, max(0, TASK["patch"] - size)) for size in image.shape]
    return np.pad(image, missing, mode="edge"), np.pad(mask, missing, constant_values=-1)


def trained():
    """StarDist after so many steps, in its best epoch, with the thresholds that it finds itself. These know of no unknown pixels: there they are background."""
    images, masks = zip(*map(sample, TASK["training"]))
    held, held_masks = zip(*map(sample, TASK["validation"]))
    epochs = -(-TASK["steps"] // PER_EPOCH)
    model = model_of(
        TASK["config"],
        name="model",
        basedir=TASK["out"],
        train_patch_size=(TASK["patch"], TASK["patch"]),
        train_batch_size=TASK["batch"],
        train_steps_per_epoch=round(TASK["steps"] / epochs),
        train_epochs=epochs,
        train_tensorboard=False,
    )
    model.train(images, masks, validation_data=(held, held_masks), augmenter=augmented, seed=TASK["seed"])
    model.optimize_thresholds(held, [np.maximum(mask, 0) for mask in held_masks])
    return model


def stardist():
    """A function from an image and its scale to its labels."""
    import keras

    keras.utils.set_random_seed(TASK["seed"])
    model = trained()
    return lambda image, scale: model.predict_instances(normalised(image), scale=None if scale == 1 else scale)[0]


def main():
    alone = {"fiji": fiji, "scikit-image": gallery}
    labels_of = stardist() if METHOD == "stardist" else lambda image, scale: alone[METHOD](image)
    folder = Path(TASK["out"]) / "labels"
    folder.mkdir(parents=True, exist_ok=True)
    for given in TASK["images"]:
        labels = labels_of(imread(given["path"]), given["scale"])
        imwrite(folder / f"{given['name']}.tif", labels.astype(np.int32), compression="zlib")
    versions = STARDIST or {"scikit-image": skimage.__version__, "SciPy": scipy.__version__}
    print(json.dumps({"versions": versions}), flush=True)


main()
