"""The steps of our two annotation presets with numpy, scipy and scikit-image alone, and with the best mix that has OpenCV in it, for bench/annotate.js.

Reads one JSON request a line, {"peer": "paper-scipy" | "paper-mix" | "auto-scipy" | "auto-mix", "image": PATH}, and answers each with one line: seconds in
all and by step, counts, and the settings found. The first line says which versions answer, or what is missing. One thread.

`paper` gives exactly our threshold, objects, kept objects and median area. `auto` has the same steps with the same constants; it differs in the last bits of
floating point, in the order in which equal pixels are flooded, and in the area of the hull, taken of the polygon; it takes images with a number in every
pixel, and skips the cut at the glare where no pixel is that bright. Nearly everything is vectorised over all objects at once; loops in Python are those over
the 255 levels of the component tree, over objects where one partition each beats a sort of all, over bands of rows that stay in the cache, and over the few
pairs of pieces that are joined, one after another.
Where several ways gave the same result, the fastest one was taken; "measured" below means on 2048 x 2048 px with 1300 nuclei.
"""
import heapq
import json
import math
import os
import sys
from contextlib import contextmanager
from time import perf_counter, process_time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

try:
    import numpy as np
    import scipy
    import scipy.ndimage as ndi
    import skimage
    import tifffile
    from PIL import Image
    from scipy.sparse import coo_array, csr_array
    from scipy.sparse.csgraph import connected_components
    from skimage.filters import threshold_otsu
    from skimage.measure import label as label_regions
    from skimage.segmentation import watershed
except ImportError as error:
    print(json.dumps({"missing": error.name}), flush=True)
    sys.exit(0)
try:
    import cv2
    cv2.setNumThreads(1)
except ImportError:
    cv2 = None

NONE = np.uint32(0xFFFFFFFF)
CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)
SQUARE = np.ones((3, 3), np.uint8)


class Clock:
    """Seconds by step, in the order of their first use, and in all until `stop`: what is counted of the result afterwards is not part of it."""

    def __init__(self):
        self.seconds = {}
        self.start, self.cpu_start = perf_counter(), process_time()

    def stop(self):
        self.total, self.cpu = perf_counter() - self.start, process_time() - self.cpu_start

    @contextmanager
    def step(self, name):
        start = perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0) + perf_counter() - start


# ---------------------------------------------------------------- what both ways share: numpy

def dilate(mask, reach):
    """True within `reach` px of a True pixel: rows of the disk by shifted ORs. Measured: 6 ms, a distance transform 300 (scipy) or 16 (OpenCV)."""
    limit = math.floor(reach * reach + 1e-9)
    radius = math.isqrt(limit)
    out = mask.copy()
    row = mask.copy()
    width = 0
    for dy in range(radius, -1, -1):
        half = math.isqrt(limit - dy * dy)
        while width < half:
            width += 1
            row[:, width:] |= mask[:, :-width]
            row[:, :-width] |= mask[:, width:]
        if dy == 0:
            out |= row
        else:
            out[dy:] |= row[:-dy]
            out[:-dy] |= row[dy:]
    return out


def nearest_labels(labels, reach):
    """Nearest label within reach, the smallest of equally near ones, and the squared distance.

    Least sums, down the columns and along the rows, of keys that hold the squared distance above the label; in bands of rows that stay in the cache.
    Measured for 6 px: 53 ms; cv2.distanceTransformWithLabels, which is not exact, 80; skimage.segmentation.expand_labels, which rests on
    distance_transform_edt with indices, 330.
    """
    limit = math.floor(reach * reach + 1e-9)
    r = math.isqrt(limit)
    h, w = labels.shape
    unit = int(labels.max()) + 1
    kind, far = (np.int32, 1 << 30) if 2 * (limit + 1) * unit < 1 << 30 else (np.int64, 1 << 60)
    steps = [(k, k * k * unit) for k in range(1, r + 1)]
    out, squared = np.empty((h, w), np.int32), np.empty((h, w), np.int32)
    padded = np.full((h + 2 * r, w + 2 * r), far, kind)
    padded[r:r + h, r:r + w] = labels
    padded[padded == 0] = far
    pairs, rows = np.empty((16, w + 2 * r), kind), np.empty((16, w), kind)
    for top in range(0, h, 16):
        n = min(16, h - top)
        band, pair = padded[top:top + n + 2 * r], pairs[:n]
        column = band[r:r + n].copy()
        for k, add in steps:
            np.minimum(band[r - k:r - k + n], band[r + k:r + k + n], out=pair)
            pair += add
            np.minimum(column, pair, out=column)
        best, pair = column[:, r:r + w].copy(), rows[:n]
        for k, add in steps:
            np.minimum(column[:, r - k:r - k + w], column[:, r + k:r + k + w], out=pair)
            pair += add
            np.minimum(best, pair, out=best)
        best[best >= (limit + 1) * unit] = 0
        np.floor_divide(best, unit, out=pair)
        squared[top:top + n] = pair
        pair *= unit
        best -= pair
        out[top:top + n] = best
    return out, squared


def ordered_bits(values):
    """Unsigned integers that sort as these float32 do."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    return np.where(bits >> 31, ~bits, bits | np.uint32(0x80000000)).astype(np.uint64)


def floats_of(bits):
    bits = (bits & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    return np.where(bits >> 31, bits & np.uint32(0x7FFFFFFF), ~bits).view(np.float32)


class SortedByLabel:
    """Values of all labels in one sort of 64-bit keys (label, value): medians of every label at once. Measured: an eighth of ndimage.median."""

    def __init__(self, labels, values, count):
        self.keys = np.sort((labels.astype(np.uint64) << np.uint64(32)) | ordered_bits(values))
        edges = np.searchsorted(self.keys, np.arange(count + 2, dtype=np.uint64) << np.uint64(32))
        self.first, self.last = edges[:-1], edges[1:]

    def medians(self, first=None):
        first = self.first if first is None else first
        n = self.last - first
        some = n > 0
        out = np.zeros(len(n))
        low = floats_of(self.keys[(first + (n - 1) // 2)[some]]).astype(float)
        high = floats_of(self.keys[(first + n // 2)[some]]).astype(float)
        out[some] = (low + high) / 2
        return out

    def first_from(self, least, first):
        """Position of the first value of at least `least[label]`."""
        index = np.arange(len(least), dtype=np.uint64) << np.uint64(32)
        up = least.astype(np.float32)
        up = np.where(up < least, np.nextafter(up, np.float32(np.inf)), up)
        return np.maximum(first, np.searchsorted(self.keys, index | ordered_bits(up)))


def medians_of(labels, values, count):
    """Medians of every label; where labels have many pixels, a partition of each is faster than one sort of all."""
    if count > 65535 or len(labels) < 300 * count:
        return SortedByLabel(labels, values, count).medians()
    # A stable sort of 16 bits is a radix sort.
    grouped = values[np.argsort(labels.astype(np.uint16), kind="stable")]
    edges = np.r_[0, np.cumsum(np.bincount(labels, minlength=count + 1))].tolist()
    out = np.zeros(count + 1)
    for label, (start, end) in enumerate(zip(edges[:-1], edges[1:])):
        n = end - start
        if n == 0:
            continue
        own = grouped[start:end]
        own.partition(n // 2)
        high = float(own[n // 2])
        out[label] = high if n % 2 else (high + float(own[:n // 2].max())) / 2
    return out


def core_heights(labels, heights):
    at = np.flatnonzero(labels)
    return medians_of(labels.ravel()[at], heights.ravel()[at], int(labels.max()))


def cut_at_own_height(labels, heights, fraction, drop_faint=False):
    at = np.flatnonzero(labels)
    own, values = labels.ravel()[at], heights.ravel()[at]
    by_label = SortedByLabel(own, values, int(labels.max()))
    first = by_label.first
    faint = np.zeros(len(first), bool)
    if drop_faint:
        # What is far dimmer than the objects that carry the image's brightness: one sort for both.
        cores = by_label.medians()
        faint = cores < FAINT * weighted_median(cores, (by_label.last - first) * cores)
    least = np.zeros(len(first))
    for _ in range(3):
        some = by_label.last > first
        least = np.where(some, fraction * by_label.medians(first), least)
        first = np.where(some, by_label.first_from(least, first), first)
    least[faint] = np.inf
    labels.ravel()[at[values < least[own]]] = 0


def weighted_median(values, weights):
    order = np.argsort(values, kind="stable")
    sums = np.cumsum(weights[order])
    return values[order[np.searchsorted(sums, sums[-1] / 2)]] if len(values) else math.nan


def sums_of(labels, values, count):
    return np.bincount(labels, values, count + 1)


def ellipse_fill(area, y, x, yy, xx, xy):
    with np.errstate(divide="ignore", invalid="ignore"):
        vy = yy / area - (y / area) ** 2 + 1 / 12
        vx = xx / area - (x / area) ** 2 + 1 / 12
        c = xy / area - (y * x) / area ** 2
        return np.minimum(1, area / (4 * np.pi * np.sqrt(np.maximum(1e-9, vy * vx - c * c))))


def moments(labels, count, width):
    """Sums over the pixels of each label (row 0 unused): area, y, x, yy, xx, xy; and the pixels, row-major."""
    at = np.flatnonzero(labels)
    own = labels.ravel()[at]
    y, x = np.divmod(at, width)
    y, x = y.astype(float), x.astype(float)
    return np.stack([np.bincount(own, minlength=count + 1).astype(float)] + [sums_of(own, v, count) for v in (y, x, y * y, x * x, y * x)]), at, own, y, x


def sequential(labels):
    """1..n in the order of the first pixel."""
    flat = labels.ravel()
    at = np.flatnonzero(flat)
    own = flat[at]
    first = np.full(int(own.max(initial=0)) + 1, len(flat), np.int64)
    first[own[::-1]] = at[::-1]
    table = np.zeros(len(first), np.int32)
    present = np.flatnonzero(first < len(flat))
    table[present[np.argsort(first[present])]] = np.arange(1, len(present) + 1)
    return table.take(labels), len(present)


def covered(n, scale):
    """Which input pixels each output pixel covers when n pixels are reduced by `scale`, at most so many a row, and their shares."""
    i = np.arange(max(1, math.floor(n * scale + 0.5)))
    start, end = np.minimum(i / scale, n - 1), np.minimum((i + 1) / scale, n)
    at = np.floor(start).astype(int)[:, None] + np.arange(math.ceil(1 / scale) + 1)
    shares = np.clip(np.minimum(at + 1, end[:, None]) - np.maximum(at, start[:, None]), 0, None) / (end - start)[:, None]
    return np.minimum(at, n - 1), shares.astype(np.float32)


def between(positions, n):
    """Both neighbours of positions among n pixels, and the weight of the second."""
    positions = np.clip(positions, 0, n - 1)
    low = np.floor(positions).astype(int)
    return low, np.minimum(low + 1, n - 1), (positions - low).astype(np.float32)


def combine(at, weights, n):
    """The matrix whose product has in row i the rows at[i] of n, weighted. Its product costs as many passes over memory as at has columns."""
    rows, k = at.shape
    return csr_array((weights.ravel(), at.ravel(), np.arange(0, rows * k + 1, k)), shape=(rows, n))


# ---------------------------------------------------------------- where the two ways differ

class Scipy:
    """numpy, scipy and scikit-image."""

    @staticmethod
    def decode(path):
        return tifffile.imread(path) if path.lower().endswith((".tif", ".tiff")) else np.asarray(Image.open(path))

    @staticmethod
    def gaussian(data, sigma):
        # Columns by a product with a band matrix, rows by shifted sums in bands that stay in the cache. Measured: a quarter to a half of gaussian_filter.
        r = int(4 * sigma + 0.5)
        weights = np.exp(-0.5 * (np.arange(-r, r + 1) / sigma) ** 2)
        weights = (weights / weights.sum()).astype(np.float32)
        h, w = data.shape

        def mirrored(n):
            at = np.arange(-r, n + r) % (2 * n)
            return np.where(at < n, at, 2 * n - 1 - at)
        columns = combine(np.lib.stride_tricks.sliding_window_view(mirrored(h), 2 * r + 1), np.tile(weights, (h, 1)), h) @ data
        beside = mirrored(w)
        out, both = np.empty_like(data), np.empty((16, w), np.float32)
        for top in range(0, h, 16):
            band, rows = columns[top:top + 16].take(beside, 1), out[top:top + 16]
            pair = both[:len(rows)]
            np.multiply(band[:, r:r + w], weights[r], out=rows)
            for k in range(1, r + 1):
                np.add(band[:, r - k:r - k + w], band[:, r + k:r + k + w], out=pair)
                pair *= weights[r + k]
                rows += pair
        return out

    @staticmethod
    def half(data):
        h, w = data.shape
        if h % 2 or w % 2:
            data = np.pad(data, ((0, h % 2), (0, w % 2)), mode="edge")
        rows = data[::2] + data[1::2]
        out = rows[:, ::2] + rows[:, 1::2]
        out *= np.float32(0.25)
        return out

    @staticmethod
    def reduce(data, scale):
        # Measured: 7 ms; with a second matrix product, which wants the transposed, 12, and with sums along the axes 70 and more.
        rows = combine(*covered(data.shape[0], scale), data.shape[0]) @ data
        at, shares = covered(data.shape[1], scale)
        out = rows.take(at[:, 0], 1)
        out *= shares[:, 0]
        for k in range(1, at.shape[1]):
            out += rows.take(at[:, k], 1) * shares[:, k]
        return out

    @staticmethod
    def enlarge(data, scale, shape):
        # Measured: 7 ms, affine_transform 70.
        left, right, weight = between((np.arange(shape[1]) + 0.5) / scale - 0.5, data.shape[1])
        first = data.take(left, 1)
        columns = data.take(right, 1)
        columns -= first
        columns *= weight
        columns += first
        above, below, weight = between((np.arange(shape[0]) + 0.5) / scale - 0.5, data.shape[0])
        return combine(np.stack([above, below], 1), np.stack([1 - weight, weight], 1), data.shape[0]) @ columns

    @staticmethod
    def resize(data, shape):
        # Of few pixels to many. Measured: 2 ms, ndimage.zoom 23.
        def matrix(n, length):
            low, high, weight = between((np.arange(length) + 0.5) * n / length - 0.5, n)
            out = np.zeros((length, n), np.float32)
            out[np.arange(length), high] = weight
            out[np.arange(length), low] += 1 - weight
            return out
        return matrix(data.shape[0], shape[0]) @ data @ matrix(data.shape[1], shape[1]).T

    @staticmethod
    def distance(mask):
        return ndi.distance_transform_edt(mask).astype(np.float32)

    @staticmethod
    def window_maximum(data, radius):
        return ndi.maximum_filter(data, 2 * radius + 1, mode="constant", cval=-np.inf)

    @staticmethod
    def components8(mask):
        return ndi.label(mask, np.ones((3, 3)))

    @staticmethod
    def components4(mask):
        return ndi.label(mask)

    @staticmethod
    def erode_cross(mask, times):
        for _ in range(times):
            inner = mask.copy()
            inner[0] = inner[-1] = inner[:, 0] = inner[:, -1] = False
            inner[1:] &= mask[:-1]
            inner[:-1] &= mask[1:]
            inner[:, 1:] &= mask[:, :-1]
            inner[:, :-1] &= mask[:, 1:]
            mask = inner
        return mask

    @staticmethod
    def histogram(data):
        if data.dtype != np.uint8 or data.size % 2:
            return np.bincount(data.ravel())
        # Pixels in pairs: half as many to count.
        pairs = np.bincount(np.ascontiguousarray(data).ravel().view(np.uint16), minlength=65536).reshape(256, 256)
        return pairs.sum(0) + pairs.sum(1)

    @staticmethod
    def second_differences(data, step):
        # In integers where there are few bits: measured 4 ms, cv2.Sobel, which has the same weights, 9.
        kind = np.int16 if data.dtype == np.uint8 else np.float32
        up, here, down = (data[k:data.shape[0] - 2 + k:step].astype(kind) for k in range(3))
        up += down
        here *= 2
        up -= here
        out = up[:, :-2] + up[:, 2:]
        up *= 2
        out -= up[:, 1:-1]
        return np.abs(out, out)

    @staticmethod
    def blur9(grey):
        # OpenCV's weights, exact: 16 bits hold the sums of the columns. In bands of rows that stay in the cache; measured faster than correlate1d.
        padded = np.pad(grey, 4, mode="reflect")
        out = np.empty(grey.shape, np.uint8)
        h, w = grey.shape
        for top in range(0, h, 32):
            n = min(32, h - top)
            band = padded[top:top + n + 8].astype(np.uint16)
            c = [band[k:k + n] for k in range(9)]
            columns = ((c[0] + c[8]) * 4 + (c[1] + c[7]) * 13 + (c[2] + c[6]) * 30 + (c[3] + c[5]) * 51 + c[4] * 60).astype(np.uint32)
            r = [columns[:, k:k + w] for k in range(9)]
            total = (r[0] + r[8]) * 4 + (r[1] + r[7]) * 13 + (r[2] + r[6]) * 30 + (r[3] + r[5]) * 51 + r[4] * 60
            total += 32768
            total >>= 16
            out[top:top + n] = total
        return out

    @staticmethod
    def otsu(blurred):
        counts = np.bincount(blurred.ravel(), minlength=256)
        return int(threshold_otsu(hist=(counts, np.arange(256))))

    @staticmethod
    def closing3(mask):
        def grown(m):
            rows = m.copy()
            rows[:, 1:] |= m[:, :-1]
            rows[:, :-1] |= m[:, 1:]
            out = rows.copy()
            out[1:] |= rows[:-1]
            out[:-1] |= rows[1:]
            return out
        return ~grown(~grown(mask))

    @staticmethod
    def areas_of(labels, count):
        return np.bincount(labels.ravel(), minlength=count + 1)


class Mix(Scipy):
    """The faster of OpenCV and the others, step by step."""

    @staticmethod
    def decode(path):
        return cv2.imread(path, cv2.IMREAD_UNCHANGED)

    @staticmethod
    def gaussian(data, sigma):
        size = 2 * int(4 * sigma + 0.5) + 1
        return cv2.GaussianBlur(data, (size, size), sigma, borderType=cv2.BORDER_REFLECT)

    @staticmethod
    def half(data):
        return cv2.resize(data, (data.shape[1] // 2, data.shape[0] // 2), interpolation=cv2.INTER_AREA) if data.shape[0] % 2 == data.shape[1] % 2 == 0 else Scipy.half(data)

    @staticmethod
    def reduce(data, scale):
        # Measured: 3 ms, cv2.resize with INTER_AREA, of which the result is the same, 9.
        h, w = data.shape
        return cv2.transpose(combine(*covered(w, scale), w) @ cv2.transpose(combine(*covered(h, scale), h) @ data))

    @staticmethod
    def enlarge(data, scale, shape):
        out = cv2.resize(data, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        h, w = out.shape
        if (h, w) == shape:
            return out
        out = cv2.copyMakeBorder(out, 0, max(0, shape[0] - h), 0, max(0, shape[1] - w), cv2.BORDER_REPLICATE)
        return np.ascontiguousarray(out[:shape[0], :shape[1]])

    @staticmethod
    def resize(data, shape):
        return cv2.resize(data, shape[::-1], interpolation=cv2.INTER_LINEAR)

    @staticmethod
    def distance(mask):
        return cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)

    @staticmethod
    def window_maximum(data, radius):
        return cv2.dilate(data, np.ones((2 * radius + 1, 2 * radius + 1), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=-math.inf)

    @staticmethod
    def components8(mask):
        count, labels = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)
        return labels, count - 1

    @staticmethod
    def components4(mask):
        count, labels = cv2.connectedComponents(mask.view(np.uint8), connectivity=4)
        return labels, count - 1

    @staticmethod
    def erode_cross(mask, times):
        return cv2.erode(mask.view(np.uint8), CROSS, iterations=times, borderType=cv2.BORDER_CONSTANT, borderValue=0).view(bool)

    @staticmethod
    def histogram(data):
        return cv2.calcHist([data], [0], None, [256], [0, 256]).ravel().astype(np.int64) if data.dtype == np.uint8 else Scipy.histogram(data)

    @staticmethod
    def blur9(grey):
        return cv2.GaussianBlur(grey, (9, 9), 0)

    @staticmethod
    def otsu(blurred):
        return int(cv2.threshold(blurred, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[0])

    @staticmethod
    def closing3(mask):
        return cv2.morphologyEx(mask.view(np.uint8), cv2.MORPH_CLOSE, SQUARE).view(bool)


# ---------------------------------------------------------------- features that both presets have

def runs_of(labels):
    """Runs of pixels of one label within a row, sorted by label, then place: label, row, first and last column, and the place of each in the image."""
    h, w = labels.shape
    flat = labels.ravel()
    change = np.empty(flat.size + 1, bool)
    change[0] = change[-1] = True
    np.not_equal(flat[1:], flat[:-1], out=change[1:-1])
    change[::w] = True
    edges = np.flatnonzero(change)
    own = flat[edges[:-1]]
    some = np.flatnonzero(own > 0)
    some = some[np.argsort(own[some], kind="stable")]
    y, start = np.divmod(edges[some], w)
    return own[some], y, start, start + edges[some + 1] - edges[some] - 1, edges, some


def hull_areas(own, y, start, end, count):
    """Area of the convex hull of the middles of the outer edges of all pixels, for all labels at once.

    Points that lie inside the chord of their neighbours are no corners; taking them all out, again and again, leaves the corners. Measured: a quarter of
    cv2.convexHull and a tenth of scipy.spatial.ConvexHull label by label.
    """
    new_row = np.r_[True, (np.diff(own) != 0) | (np.diff(y) != 0)]
    last_in_row = np.r_[new_row[1:], True]
    sides = []
    for label, row, x in ((own[new_row], y[new_row], 2 * start[new_row]), (own[last_in_row] + count, y[last_in_row], -2 * end[last_in_row])):
        sides.append(np.stack([np.repeat(label, 3), (2 * row[:, None] + [-1, 0, 1]).ravel(), (x[:, None] + [0, -1, 0]).ravel()]))
    points = np.concatenate(sides, 1)
    while points.shape[1] > 2:
        label, v, u = points
        inside = (label[:-2] == label[2:]) & ((u[1:-1] - u[:-2]) * (v[2:] - v[:-2]) >= (u[2:] - u[:-2]) * (v[1:-1] - v[:-2]))
        if not inside.any():
            break
        points = points[:, np.r_[True, ~inside, True]]
    label, v, u = points
    same = label[1:] == label[:-1]
    under = np.bincount(label[1:][same], ((v[1:] - v[:-1]) * (u[1:] + u[:-1]))[same], 2 * count + 1)
    return -(under[1:count + 1] + under[count + 1:]) / 8


def measure(labels, count, way, clock, grey=None):
    with clock.step("features: moments"):
        own, y, start, end, edges, some = runs_of(labels)
        n = (end - start + 1).astype(float)
        row = y.astype(float)
        sx1 = n * (start + end) / 2
        squares = lambda k: (k * (k + 1) * (2 * k + 1)) / 6
        sxx1 = squares(end.astype(float)) - squares(start - 1.0)
        area, sy, sx, syy, sxx, sxy = (sums_of(own, v, count)[1:] for v in (n, n * row, sx1, n * row * row, sxx1, row * sx1))
        with np.errstate(divide="ignore", invalid="ignore"):
            cy, cx = sy / area, sx / area
            yy, xx, xy = syy / area - cy * cy, sxx / area - cx * cx, sxy / area - cy * cx
        middle, half = (yy + xx) / 2, np.sqrt(((yy - xx) / 2) ** 2 + xy * xy)
        large, small = middle + half, np.maximum(0, middle - half)
        touches = np.zeros(count + 1, bool)
        for line in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
            touches[line] = True
        mean = sums_of(own, np.add.reduceat(grey.ravel(), edges[:-1], dtype=np.int32)[some], count)[1:] / area if grey is not None else None
    with clock.step("features: hulls"):
        hull = hull_areas(own, y, start, end, count)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {"area": area, "y": cy, "x": cx, "large": large, "small": small, "angle": np.arctan2(2 * xy, xx - yy) / 2, "touches": touches[1:], "mean": mean,
                "eccentricity": np.sqrt(1 - small / large), "solidity": np.minimum(1, area / (hull + 0.5)), "diameter": np.sqrt(4 * area / np.pi)}


# ---------------------------------------------------------------- the paper's method

def paper(path, way, clock):
    with clock.step("decode"):
        grey = way.decode(path)
    assert grey.dtype == np.uint8 and grey.ndim == 2, "the peers of `paper` take 8-bit grey images"
    with clock.step("blur"):
        blurred = way.blur9(grey)
    with clock.step("threshold"):
        threshold = way.otsu(blurred)
        mask = blurred > threshold
    with clock.step("closing"):
        mask = way.closing3(mask)
    with clock.step("components"):
        labels, count = way.components8(mask)
        areas = way.areas_of(labels, count)
    with clock.step("border"):
        inside = np.ones(count + 1, bool)
        for line in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
            inside[line] = False
        inside[0] = False
        number = np.where(inside, np.cumsum(inside), 0).astype(np.int32)
        candidates = number.take(labels)
        objects = int(inside.sum())
        areas = areas[inside]
    measure(candidates, objects, way, clock, grey)
    with clock.step("area rule and labels"):
        middle = np.median(areas) if objects else 0.0
        away = np.abs(areas - middle)
        mad = (np.median(away) if objects else 0) or 1
        keep = (away / mad < 2) & (areas >= 0.5 * middle) & (areas <= 1.5 * middle)
        table = np.r_[0, np.where(keep, np.cumsum(keep), 0)].astype(np.int32)
        final = table.take(candidates)
    clock.stop()
    return {"threshold": threshold, "objects": objects, "kept": int(keep.sum()), "medianArea": float(middle), "keptArea": int(np.count_nonzero(final))}


# ---------------------------------------------------------------- the automatic annotation

SMALLEST, STEP = 6, 1.25
WORKING, GLOW, FAINT, FRACTION, NECK_FRACTION, TOUCH_FRACTION, SEED_FRACTION = 16, 0.25, 0.1, 0.4, 0.65, 0.5, 0.8
FAVOUR_CUT, FAVOUR_APART = 0.02, 0.04
LARGE_IMAGE = 1 << 20


def cool_hot_pixels(image, background, least):
    """The image with pixels four times as far above the background as their brightest neighbour made as bright as that one."""
    h, w = image.shape
    flat = image.ravel()
    at = np.flatnonzero(flat > least)
    limit = background + (flat[at].astype(np.float32) - np.float32(background)) / 4
    # Nearly always one neighbour settles it; the columns at the border have only one beside them.
    settled = flat.take(at + 1, mode="clip") > limit
    at, limit = at[~settled | (at % w == w - 1)], limit[~settled | (at % w == w - 1)]
    settled = (flat.take(at - 1, mode="clip") > limit) & (at % w > 0)
    at, limit = at[~settled], limit[~settled]
    if len(at) == 0:
        return image
    y, x = np.divmod(at, w)
    most = np.full(len(at), -np.inf, np.float32)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            v, u = y + dy, x + dx
            inside = (v >= 0) & (v < h) & (u >= 0) & (u < w) & ((dy != 0) | (dx != 0))
            most[inside] = np.maximum(most[inside], image[v[inside], u[inside]])
    hot = (most <= limit) & (most > -np.inf)
    if not hot.any():
        return image
    out = image.copy()
    out.ravel()[at[hot]] = most[hot]
    return out


def prepare(image, way):
    """The image without hot pixels, its percentiles, its glare (None where no pixel is brighter), and the share of saturated pixels."""
    if image.dtype.kind == "u":
        counts = way.histogram(image)
        counts = counts[:np.flatnonzero(counts)[-1] + 1]
        below = np.cumsum(counts)
        largest, saturated = len(counts) - 1, counts[-1]

        def percentile(q):
            place = q / 100 * (image.size - 1)
            low, high = np.searchsorted(below, [math.floor(place), math.ceil(place)], side="right")
            return float(low + (high - low) * (place - math.floor(place)))
        background, middle, high, top = (percentile(q) for q in (10, 50, 99, 99.5))
    else:
        background, middle, high, top = (float(v) for v in np.percentile(image, [10, 50, 99, 99.5]))
        largest = image.max()
        saturated = np.count_nonzero(image == largest)
    glare = background + 2 * (top - background)
    return {"image": cool_hot_pixels(image, background, background + 0.5 * (high - background)), "background": background, "middle": middle,
            "glare": np.float32(glare) if background < glare < largest else None, "saturation": saturated / image.size if saturated > 1 else 0}


def without_glare(data, glare):
    return data if glare is None else np.minimum(data, glare)


def estimate(pixels, data, way, clock):
    image, background = pixels["image"], pixels["background"]
    with clock.step("scale: light and noise"):
        # Half of a large image's rows and a fifth of its pixels say as much as all.
        step = 2 if image.size >= LARGE_IMAGE else 1
        answers = way.second_differences(image, step)
        dark = image[1:-1:step, 1:-1] <= pixels["middle"]
        answers *= dark
        noise = math.sqrt(math.pi / 2) * float(answers.sum(dtype=np.int64 if answers.dtype == np.int16 else float)) / (6 * max(1, int(np.count_nonzero(dark))))
        some = image.ravel()[::5 if image.size >= LARGE_IMAGE else 1]
        bright = some[some > background + 5 * noise]
        brightness = float(np.median(bright)) - background if len(bright) else 0
    with clock.step("scale: size"):
        diameter = None
        cut = without_glare(data, pixels["glare"])
        if data.size >= LARGE_IMAGE:
            d = size_by_energy(way.half(cut), way)
            diameter = 2 * d if d > 1.5 * SMALLEST else None
        diameter = diameter or size_by_energy(cut, way)
    return {"diameter": diameter, "noise": noise, "brightness": brightness}


def size_by_energy(data, way):
    largest = 0.6 * min(data.shape)
    sigma = SMALLEST / (2 * math.sqrt(2) * math.sqrt(STEP))
    current = way.gaussian(data, sigma)
    energies = []
    diameter = SMALLEST
    while diameter <= largest:
        if sigma > 2.5:
            current = way.half(current)
            sigma /= 2
        blurred = way.gaussian(current, sigma * math.sqrt(STEP ** 2 - 1))
        answer = np.maximum(current - blurred, 0).ravel()
        energies.append(float(answer @ answer) / answer.size)
        current = blurred
        sigma *= STEP
        diameter *= STEP
    most = max(energies)
    best = next(i for i, e in enumerate(energies)
                if e >= 0.7 * most and e >= (energies[i + 1] if i + 1 < len(energies) else 0) and (i == 0 or e >= energies[i - 1]))
    offset = 0.0
    if 0 < best < len(energies) - 1:
        a, b, c = energies[best - 1:best + 2]
        if a - 2 * b + c < 0:
            offset = max(-0.5, min(0.5, 0.5 * (a - c) / (a - 2 * b + c)))
    return SMALLEST * STEP ** (best + offset)


def local_background(data, scale, way):
    h, w = data.shape
    cell = max(1, int(scale / 15))
    H, W = -(-h // cell), -(-w // cell)
    means = np.add.reduceat(np.add.reduceat(data, np.arange(0, h, cell), 0), np.arange(0, w, cell), 1)
    sizes = [np.diff(np.r_[np.arange(0, n, cell), n]) for n in (h, w)]
    means = (means / np.outer(*sizes)).astype(np.float32)
    n = [max(1, round(4 * length / scale)) for length in (h, w)]
    window = [min(length, max(1, round(scale / cell))) for length in (H, W)]
    starts = [np.clip(np.floor((np.arange(k) + 0.5) * length / k - size / 2 + 0.5).astype(int), 0, length - size) for k, length, size in zip(n, (H, W), window)]
    windows = np.lib.stride_tricks.sliding_window_view(means, window)[starts[0][:, None], starts[1]].reshape(n[0], n[1], -1)
    nodes = np.percentile(windows, 10, axis=2, overwrite_input=True).astype(np.float32)
    return way.resize(Scipy.gaussian(nodes, 1), data.shape)


def select_regions(levels, height_of, usual, least, clock):
    """The component tree, and the choice of regions while it grows, level by level from the top, all regions of a level at once.

    Measured: 0.37 s. skimage.morphology.max_tree, which has the tree alone, took 4.4 s; the connected components of every level, without any sums, took
    1.2 s with ndimage and 0.7 s with OpenCV.
    """
    h, w = levels.shape
    wide = w + 2
    flat = np.zeros((h + 2, wide), np.uint8)
    flat[1:-1, 1:-1] = levels
    flat = flat.ravel()
    with clock.step("tree"):
        order = np.argsort(flat, kind="stable")
        edges = np.searchsorted(flat[order], np.arange(257))
        rank = np.zeros(flat.size, np.int32)
        node_of = np.zeros(flat.size, np.int32)
        # Node 0 stands for what lies below level 1.
        most = flat.size - edges[1] + 1
        root, parent = np.arange(most, dtype=np.int32), np.zeros(most, np.int32)
        sums, weight, value = np.zeros((7, most)), np.zeros(most), np.zeros(most)
        chosen = np.zeros(most, bool)
        nodes = 1
        starts = []
        for level in range(255, 0, -1):
            pixels = order[edges[level]:edges[level + 1]]
            k = len(pixels)
            if k == 0:
                continue
            rank[pixels] = np.arange(k)
            one, two, upper = [], [], []
            for offset in (-wide, -1, 1, wide):
                beside = pixels + offset
                height = flat[beside]
                above = np.flatnonzero(height > level)
                upper.append((above, node_of[beside[above]]))
                if offset > 0:
                    same = np.flatnonzero(height == level)
                    one.append(same)
                    two.append(rank[beside[same]])
            first = np.concatenate([a for a, _ in upper])
            at = np.concatenate([b for _, b in upper])
            top = root[at]
            while True:
                further = root[top]
                if np.array_equal(further, top):
                    break
                top = further
            root[at] = top
            # Regions above that meet here.
            children, which = np.unique(top, return_inverse=True)
            pairs = (np.concatenate(one + [first]), np.concatenate(two + [which + k]))
            n, member = connected_components(coo_array((np.ones(len(pairs[0]), np.int8), pairs), shape=(k + len(children),) * 2), directed=False)
            own, over = member[:k], member[k:]
            slot = slice(nodes, nodes + n)
            node_of[pixels] = own + nodes
            root[children] = parent[children] = over + nodes
            y, x = np.divmod(pixels, wide)
            y, x = y.astype(float), x.astype(float)
            area = np.bincount(own, minlength=n) + np.bincount(over, sums[0, children], n)
            for i, v in enumerate((y, x, y * y, x * x, y * x), 1):
                sums[i, slot] = np.bincount(own, v, n) + np.bincount(over, sums[i, children], n)
            light = np.bincount(own, minlength=n) * height_of[level] + np.bincount(over, sums[6, children], n)
            sums[0, slot], sums[6, slot] = area, light
            best_weight, best_value = np.bincount(over, weight[children], n), np.bincount(over, value[children], n)
            may = np.flatnonzero((light >= least * area) & (area >= 0.08 * usual) & (area <= 10 * usual))
            if len(may):
                size = area[may]
                quality = (np.exp(-0.5 * (np.log(size / usual) / 1.2) ** 2)
                           * (0.05 + 0.95 * np.clip((ellipse_fill(*sums[:6, nodes + may]) - 0.84) / 0.13, 0, 1))
                           * (0.05 + 0.95 * np.clip((1 - height_of[level] * size / light[may] - 0.02) / 0.33, 0, 1)))
                good = quality * best_weight[may] >= best_value[may]
                chosen[nodes + may[good]] = True
                best_weight[may[good]] = size[good]
                best_value[may[good]] = (size * quality)[good]
            weight[slot], value[slot] = best_weight, best_value
            starts.append(nodes)
            nodes += n
        label = np.zeros(nodes, np.int32)
        label[chosen[:nodes]] = np.arange(1, int(chosen.sum()) + 1)
        for a, b in reversed(list(zip(starts, starts[1:] + [nodes]))):
            above = label[parent[a:b]]
            label[a:b] = np.where(above > 0, above, label[a:b])
        return label[node_of].reshape(h + 2, wide)[1:-1, 1:-1].copy()


def split_at_necks(labels, heights, d, way, clock):
    h, w = labels.shape
    with clock.step("split: distance and peaks"):
        mask = labels > 0
        distance = way.distance(mask)
        smooth = way.gaussian(distance, max(0.5, 0.04 * d))
        values = np.where(mask, smooth, np.float32(-np.inf))
        peak = (values == way.window_maximum(values, max(1, round(0.2 * d)))) & mask & (smooth > smooth.min())
        # A plateau counts once.
        markers, count = way.components8(peak)
        found = np.zeros(int(labels.max()) + 1, bool)
        found[labels[peak]] = True
        found[0] = True
        at = np.flatnonzero(~found.take(labels))
        if len(at):
            # The deepest pixel of each region without a peak. Measured: 2 ms, ndimage.maximum_position 100 to 200.
            own = labels.ravel()[at]
            order = np.lexsort((-smooth.ravel()[at], own))
            deepest = at[order[np.r_[True, np.diff(own[order]) != 0]]]
            markers.ravel()[deepest] = np.arange(count + 1, count + 1 + len(deepest))
            count += len(deepest)
        elevation = np.maximum(0, 255 - smooth / (1.5 * d / 255)).astype(np.uint8)
    with clock.step("split: watershed"):
        pieces = watershed(elevation, markers, mask=mask)
    return join_touching(pieces, heights, d, FAVOUR_CUT, clock)


def join_touching(pieces, heights, d, favour, clock):
    """Labels, which may touch, joined where the union looks more like one nucleus than they do."""
    count = int(pieces.max())
    with clock.step("joining: measures"):
        sums, at, own, _, _ = moments(pieces, count, pieces.shape[1])
        light = sums_of(own, heights.ravel()[at].astype(float), count)
        pairs = []
        for a, b, v in ((pieces[:, :-1], pieces[:, 1:], (heights[:, :-1], heights[:, 1:])), (pieces[:-1], pieces[1:], (heights[:-1], heights[1:]))):
            touch = (a != b) & (a > 0) & (b > 0)
            pairs.append((np.minimum(a[touch], b[touch]), np.maximum(a[touch], b[touch]), (v[0][touch] + v[1][touch]) / 2))
        a, b, v = (np.concatenate(column) for column in zip(*pairs))
        keys, inverse, lengths = np.unique(a.astype(np.int64) * (count + 1) + b, return_inverse=True, return_counts=True)
        lights = np.bincount(inverse, v.astype(float), len(keys))
    # Greedy, best pair first, each joining changing its neighbours' gains: one after another in any library.
    with clock.step("joining: greedily"):
        stands = join_pieces(sums, light, keys // (count + 1), keys % (count + 1), lengths, lights, math.pi / 4 * d * d, favour)
    return stands.take(pieces)


def join_pieces(sums, light, a, b, lengths, lights, usual, favour):
    fill = np.nan_to_num(ellipse_fill(*sums))
    # Gains of all pairs at once.
    area = sums[0, a] + sums[0, b]
    mean = lambda va, vb: (va * sums[0, a] + vb * sums[0, b]) / area
    odd = lambda size: np.log(size / usual) ** 2
    union = ellipse_fill(*(sums[:, a] + sums[:, b]))
    neck = lengths / (1.02 * np.sqrt(np.minimum(sums[0, a], sums[0, b])))
    size = mean(odd(sums[0, a]), odd(sums[0, b])) - odd(area)
    valley = lights / lengths / np.minimum(light[a] / sums[0, a], light[b] / sums[0, b])
    gains = union - mean(fill[a], fill[b]) + 0.12 * (np.minimum(1.2, neck) - 0.8) + 0.04 * np.clip(size, -1, 1) + 0.2 * (np.minimum(1.1, valley) - 1) - favour
    heap = [(-g, i, j, 0, 0) for g, i, j in zip(gains.tolist(), a.tolist(), b.tolist()) if g > 0]
    heapq.heapify(heap)
    # Lists, since single numbers of arrays are slow; only pieces that may be joined, and their neighbours, are looked at again.
    m = sums.T.tolist()
    light, fill = light.tolist(), fill.tolist()
    borders = [{} for _ in m]
    for i, j, n, v in zip(a.tolist(), b.tolist(), lengths.tolist(), lights.tolist()):
        borders[i][j] = borders[j][i] = (n, v)
    version = [0] * len(m)
    stands = np.arange(len(m), dtype=np.int32)

    def fill_of(s):
        n, y, x, yy, xx, xy = s
        return min(1, n / (4 * math.pi * math.sqrt(max(1e-9, (yy / n - (y / n) ** 2 + 1 / 12) * (xx / n - (x / n) ** 2 + 1 / 12) - (xy / n - y * x / n ** 2) ** 2))))

    def gain(i, j):
        p, q, (n, v) = m[i], m[j], borders[i][j]
        s = p[0] + q[0]
        odd = lambda size: math.log(size / usual) ** 2
        neck = n / (1.02 * math.sqrt(min(p[0], q[0])))
        size = (odd(p[0]) * p[0] + odd(q[0]) * q[0]) / s - odd(s)
        valley = v / n / min(light[i] / p[0], light[j] / q[0])
        return (fill_of([u + t for u, t in zip(p, q)]) - (fill[i] * p[0] + fill[j] * q[0]) / s + 0.12 * (min(1.2, neck) - 0.8)
                + 0.04 * max(-1, min(1, size)) + 0.2 * (min(1.1, valley) - 1) - favour)

    while heap:
        _, i, j, vi, vj = heapq.heappop(heap)
        if version[i] != vi or version[j] != vj:
            continue
        m[i] = [u + t for u, t in zip(m[i], m[j])]
        fill[i] = fill_of(m[i])
        light[i] += light[j]
        del borders[i][j]
        for other, (n, v) in borders[j].items():
            if other == i:
                continue
            known = borders[i].get(other, (0, 0))
            borders[i][other] = borders[other][i] = (n + known[0], v + known[1])
            del borders[other][j]
        borders[j] = {}
        stands[j] = i
        version[i] += 1
        version[j] = -1
        for other in borders[i]:
            g = gain(i, other)
            if g > 0:
                heapq.heappush(heap, (-g, i, other, version[i], version[other]))
    while True:
        further = stands[stands]
        if (further == stands).all():
            return stands
        stands = further


def own_contours(labels, count, heights, grow, way, clock, which):
    h, w = labels.shape
    with clock.step(f"contours {which}: grow"):
        cells, _ = nearest_labels(labels, grow)
    with clock.step(f"contours {which}: thresholds"):
        inner = labels > 0
        inner[0] = inner[-1] = inner[:, 0] = inner[:, -1] = False
        same = labels[1:] == labels[:-1]
        inner[1:] &= same
        inner[:-1] &= same
        same = labels[:, 1:] == labels[:, :-1]
        inner[:, 1:] &= same
        inner[:, :-1] &= same
        core = way.erode_cross(inner, 2)
        at = np.flatnonzero(labels)
        own = labels.ravel()[at]
        flat_core = core.ravel()[at]
        small = np.bincount(own[flat_core], minlength=count + 1) <= 20
        use = flat_core | small[own]
        high = medians_of(own[use], heights.ravel()[at[use]], count)
        threshold = np.where(high > 0, FRACTION * high, np.inf)
        threshold[0] = np.inf
        above = cells * (heights > threshold.astype(np.float32).take(cells))
    with clock.step(f"contours {which}: largest pieces"):
        pieces, n = label_regions(above, background=0, connectivity=1, return_num=True)
        at = np.flatnonzero(pieces)
        sizes = np.bincount(pieces.ravel()[at], minlength=n + 1)
        owner = np.zeros(n + 1, np.int32)
        owner[pieces.ravel()[at]] = above.ravel()[at]
        # Of equal sizes the one with the first pixel, which has the smaller number.
        order = np.lexsort((-np.arange(1, n + 1), sizes[1:], owner[1:])) + 1
        best = order[np.r_[np.flatnonzero(np.diff(owner[order])), len(order) - 1]] if n else order
        table = np.zeros(n + 1, np.int32)
        table[best] = owner[best]
        out = table.take(pieces)
    with clock.step(f"contours {which}: holes"):
        rest, n = way.components4(out == 0)
        hole = np.ones(n + 1, bool)
        hole[0] = False
        for line in (rest[0], rest[-1], rest[:, 0], rest[:, -1]):
            hole[line] = False
        at = np.flatnonzero(hole.take(rest))
        if len(at):
            own, flat = rest.ravel()[at], out.ravel()
            low, high = np.full(n + 1, 1 << 30), np.zeros(n + 1, np.int64)
            for offset in (-w, -1, 1, w):
                beside = flat[at + offset]
                np.minimum.at(low, own, np.where(beside > 0, beside, 1 << 30))
                np.maximum.at(high, own, beside)
            foreign = (cells.ravel()[at] > 0) & (cells.ravel()[at] != low[own])
            low[own[foreign]] = 0
            fill = at[low[own] == high[own]]
            flat[fill] = low[rest.ravel()[fill]]
    return out


def without_contacts(labels):
    """Labels without the pixels beside another label: enlarged, they would draw a border in steps."""
    out = labels.copy()
    for one, other in (((slice(None), slice(1, None)), (slice(None), slice(None, -1))), ((slice(1, None),), (slice(None, -1),))):
        a, b = labels[one], labels[other]
        touch = (a != b) & (a > 0) & (b > 0)
        out[one][touch] = 0
        out[other][touch] = 0
    return out


def shells(labels, count, smoothed, heights, shell, pixels):
    """Sums along the outlines; all by label, entry 0 unused."""
    at, own, y, x = pixels
    h, w = labels.shape
    padded = np.pad(labels, 1, mode="edge")
    middle = padded[1:-1, 1:-1]
    edge = (labels == 0)
    for other in (padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]):
        edge |= other != middle
    shallow = dilate(edge, shell).ravel()[at]
    is_edge = edge.ravel()[at]
    near, away = nearest_labels(labels, 1.5 * shell)
    v = heights.ravel()[at].astype(float)
    out = {"pixels": np.bincount(own, minlength=count + 1), "height": sums_of(own, v, count)}
    core = ~shallow
    out["core"] = np.bincount(own[core], minlength=count + 1)
    out["coreHeight"] = sums_of(own[core], v[core], count)
    out["coreSquares"] = sums_of(own[core], v[core] ** 2, count)
    ring = shallow & ~is_edge
    out["inner"], out["innerHeight"] = np.bincount(own[ring], minlength=count + 1), sums_of(own[ring], v[ring], count)
    outside = np.flatnonzero(away > (0.3 * shell) ** 2)
    whose = near.ravel()[outside]
    out["outer"], out["outerHeight"] = np.bincount(whose, minlength=count + 1), sums_of(whose, heights.ravel()[outside].astype(float), count)
    p, whose = at[is_edge], own[is_edge]
    py, px = y[is_edge], x[is_edge]
    flat = smoothed.ravel()
    dy = flat[np.minimum(h - 1, py + 1) * w + px] - flat[np.maximum(0, py - 1) * w + px]
    dx = flat[p + (px < w - 1)] - flat[p - (px > 0)]
    out["outline"], out["gradient"] = np.bincount(whose, minlength=count + 1), sums_of(whose, 0.5 * np.hypot(dy, dx).astype(float), count)
    wide = np.pad(labels, 2).ravel()
    q = (py + 2) * (w + 4) + px + 2
    touch = np.zeros(len(q), bool)
    for offset in (1, 2, w + 4, 2 * (w + 4)):
        for side in (-offset, offset):
            other = wide[q + side]
            touch |= (other > 0) & (other != whose)
    out["contacts"] = np.bincount(whose[touch], minlength=count + 1)
    out["contactHeight"] = sums_of(whose[touch], v[is_edge][touch], count)
    return {key: value[1:] for key, value in out.items()}


def features(labels, count, smoothed, heights, diameter, noise, way, clock):
    f = measure(labels, count, way, clock)
    with clock.step("features: shells"):
        at = np.flatnonzero(labels)
        own = labels.ravel()[at]
        y, x = np.divmod(at, labels.shape[1])
        s = shells(labels, count, smoothed, heights, max(1.5, 0.1 * diameter), (at, own, y, x))
    with clock.step("features: ellipses"):
        a, b = 2 * np.sqrt(f["large"] + 1 / 12), 2 * np.sqrt(f["small"] + 1 / 12)
        i = own - 1
        dy, dx = y - f["y"][i], x - f["x"][i]
        cos, sin = np.cos(f["angle"]), np.sin(f["angle"])
        u, v = dx * (cos / a)[i] + dy * (sin / a)[i], dy * (cos / b)[i] - dx * (sin / b)[i]
        out_of = np.bincount(i[u * u + v * v > 1], minlength=count)
        f["residual"] = (out_of + np.maximum(0, np.pi * a * b - (f["area"] - out_of))) / f["area"]
    with np.errstate(divide="ignore", invalid="ignore"):
        f["intensity"] = s["height"] / s["pixels"]
        core = np.where(s["core"] > 0, s["coreHeight"] / s["core"], f["intensity"])
        variance = np.where(s["core"] > 1, s["coreSquares"] / s["core"] - core ** 2, 0)
        f["texture"] = np.sqrt(np.maximum(0, variance)) / np.maximum(core, 1e-9)
        f["contrast"] = np.where(s["outer"] > 0, (s["innerHeight"] / s["inner"] - s["outerHeight"] / s["outer"]) / f["intensity"], np.nan)
        f["sharpness"] = s["gradient"] / s["outline"] * f["diameter"] / f["intensity"]
        f["contact"] = np.nan_to_num(s["contacts"] / s["outline"])
        f["dip"] = np.where(s["contacts"] > 0, 1 - s["contactHeight"] / s["contacts"] / core, 1)
    f["snr"] = f["intensity"] / max(1e-9, noise / (2 * math.sqrt(math.pi) * max(0.5, 0.025 * diameter)))
    return f


def typical_of(f):
    bright = 0.25 * weighted_median(f["intensity"], f["area"] * np.maximum(0, f["intensity"]))
    good = ~f["touches"] & (f["solidity"] >= 0.9) & (f["residual"] <= 0.15) & (f["intensity"] > bright)
    use = good if good.any() else np.ones_like(good)
    n = int(use.sum())
    of = lambda key: float(np.nanmedian(f[key][use]))
    prior = lambda key, value: (n * of(key) + 10 * value) / (n + 10)
    return {"area": of("area"), "intensity": of("intensity"), "residual": prior("residual", 0.09), "contrast": prior("contrast", 0.68), "texture": prior("texture", 0.13)}


def decide(f):
    t = typical_of(f)
    area, intensity = f["area"] / t["area"], f["intensity"] / t["intensity"]
    log_area, log_intensity = np.log(area), np.log(np.maximum(1e-3, intensity))
    dip = np.clip(f["dip"], -0.2, 0.5)
    contrast = np.nan_to_num(f["contrast"])
    edge = f["touches"]
    logit = (6.27 - 3.1 * np.maximum(0, log_area) + 3.36 * np.where(edge, 0, np.minimum(0, np.log(area * np.clip(intensity, 1, 2))))
             + 1.19 * np.where(edge, np.minimum(0, log_area), 0) + 1.52 * np.minimum(0, log_intensity) - 0.8 * np.clip(log_intensity, 0, 1.5)
             - 6.4 * np.maximum(-0.03, f["residual"] - t["residual"]) + 4.56 * np.minimum(0.05, contrast - t["contrast"]) - 5.2 * f["contact"] + 1.84 * dip
             - 1.15 * f["contact"] * (0.5 - dip) - 1.52 * np.log(np.clip(f["texture"] / t["texture"], 0.5, 4)) - 16.62 / np.sqrt(f["area"]))
    kept = 1 / (1 + np.exp(-logit)) >= 0.9
    kept &= (f["area"] >= np.where(edge, 10, 20)) & (area >= np.where(edge, 0.05, 0.1)) & (area <= 6) & (intensity >= 0.15) & (f["snr"] >= 5)
    # Fragments of dead cells.
    kept &= edge | (area >= 0.25) | (intensity <= 1.5) | ~(f["eccentricity"] < 0.65)
    return kept, t


def nearest_pixels(labels, enlarge, shape):
    """Labels of the pixels under the centres of an image `enlarge` times as large."""
    rows = np.minimum(labels.shape[0] - 1, ((np.arange(shape[0]) + 0.5) / enlarge).astype(int))
    columns = np.minimum(labels.shape[1] - 1, ((np.arange(shape[1]) + 0.5) / enlarge).astype(int))
    return labels.take(rows, 0).take(columns, 1)


def auto(path, way, clock):
    with clock.step("decode"):
        image = way.decode(path)
        assert image.ndim == 2, "the peers take grey images"
    with clock.step("scale: light and noise"):
        pixels = prepare(image, way)
        data = pixels["image"].astype(np.float32)
    light = estimate(pixels, data, way, clock)
    diameter, noise = light["diameter"], light["noise"]
    scale = min(1, WORKING / diameter)
    d = diameter * scale
    with clock.step("detect: reduce"):
        small = without_glare(way.reduce(data, scale) if scale < 1 else data, pixels["glare"])
        sigma = max(0.5, 0.05 * d)
        smooth = way.gaussian(small, sigma)
    with clock.step("detect: background"):
        background = local_background(smooth, 4 * d, way)
        heights = smooth - background
    residual = noise * min(1, scale / (2 * math.sqrt(math.pi) * sigma))
    with clock.step("detect: levels"):
        most = max(0, float(heights.max()))
        floor = max(residual, most / 1000) or 1
        factor = 255 / math.log1p(most / floor)
        levels = np.minimum(255, np.log1p(np.maximum(heights, 0) / np.float32(floor)) * np.float32(factor)).astype(np.uint8)
        height_of = floor * np.expm1(np.arange(256) / factor)
    regions = select_regions(levels, height_of, math.pi / 4 * d * d, 5 * residual, clock)
    with clock.step("detect: cut at own height"):
        cut_at_own_height(regions, heights, NECK_FRACTION, drop_faint=True)
    pieces = split_at_necks(regions, heights, d, way, clock)
    with clock.step("detect: grow downhill"):
        cores = core_heights(pieces, heights)
        lowest = SEED_FRACTION * cores[cores > 0].min(initial=np.inf)
        seeds = watershed(255 - levels, pieces, mask=(pieces > 0) | (heights > lowest))
    with clock.step("detect: cut at own height"):
        cut_at_own_height(seeds, heights, TOUCH_FRACTION)
    seeds = join_touching(seeds, heights, d, FAVOUR_APART, clock)
    with clock.step("detect: cut at own height"):
        cut_at_own_height(seeds, heights, SEED_FRACTION)
    growth = lambda diameter: max(1, math.floor(0.16 * diameter + 0.5))
    count = int(seeds.max())
    first = own_contours(seeds, count, heights, growth(d), way, clock, 1)
    with clock.step("contours 1: contacts"):
        first = without_contacts(first)
    with clock.step("full size"):
        full = nearest_pixels(first, 1 / scale, data.shape)
        wide = way.enlarge(background, 1 / scale, data.shape) if scale < 1 else background
        smoothed = way.gaussian(data, max(0.5, 0.025 * diameter))
        above = smoothed - wide
    second = own_contours(full, count, above, growth(diameter), way, clock, 2)
    with clock.step("contours 2: numbers"):
        labels, count = sequential(second)
    f = features(labels, count, smoothed, above, diameter, noise, way, clock)
    with clock.step("decide"):
        kept, t = decide(f)
    with clock.step("compose"):
        low = max(5 * residual, GLOW * t["intensity"])
        bright = nearest_pixels(heights > low, 1 / scale, data.shape)
        limit = GLOW * np.median(f["intensity"][kept]) if kept.any() else 0
        glow = ~kept & (f["intensity"] < limit)
        table = np.where(kept, np.cumsum(kept), -1)
        table[glow] = 0
        final = np.r_[0, table].astype(np.int32).take(labels)
        spoken = labels * (final != 0)
        rim, margin = max(1.5, 0.1 * diameter), max(1, 0.08 * diameter)
        near, squared = nearest_labels(spoken, max(rim, margin))
        free = spoken == 0
        is_kept = np.r_[False, kept].take(near)
        is_margin = (near > 0) & ~is_kept & (squared <= margin * margin)
        is_rim = is_kept & (squared <= rim * rim)
        final[free & (is_margin | (bright & ~is_rim))] = -1
    clock.stop()
    return {"diameter": diameter, "noise": noise, "candidates": count, "kept": int(kept.sum()), "keptArea": int(np.count_nonzero(final > 0)),
            "unknownArea": int(np.count_nonzero(final < 0))}


def main():
    peers = ["paper-scipy", "auto-scipy"] + (["paper-mix", "auto-mix"] if cv2 is not None else [])
    versions = {"Python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__, "scikit-image": skimage.__version__}
    if cv2 is not None:
        versions["OpenCV"] = cv2.__version__
    print(json.dumps({"peers": peers, "versions": versions}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        preset, way = request["peer"].split("-")
        clock = Clock()
        found = {"paper": paper, "auto": auto}[preset](request["image"], {"scipy": Scipy, "mix": Mix}[way], clock)
        print(json.dumps({"seconds": clock.total, "cpu": clock.cpu, "steps": clock.seconds, "found": found}), flush=True)


main()
