"""Files of each format and their readers in Python, for bench/formats.js.

Reads one JSON request a line and answers each with one line; the first line names the versions of the packages that are installed here.
{"write": FORMAT, "compression": NAME, "path": PATH, "raw": PATH, "shape": [planes, height, width]}: writes the planes, 16 bits in the order of this machine.
{"open": READER, "path": PATH}: opens a file for the reads that follow; {"plane": i} reads one of its planes and answers {"ms": t}; {"plane": i, "sum": true} answers its sum.
A request that fails is answered by {"error": TEXT}.
"""
import json
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter

import numpy as np

PACKAGES = ["tifffile", "imagecodecs", "zarr", "numcodecs", "liffile", "czifile", "pylibCZIrw", "nd2", "numpy"]


def installed(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def write(request):
    planes = np.fromfile(request["raw"], dtype=np.uint16).reshape(request["shape"])
    return WRITERS[request["write"]](request["path"], planes, request["compression"])


def write_tiff(path, planes, compression):
    import tifffile

    if compression == "jpeg":
        planes = (planes >> 4).astype(np.uint8)
    options = {"none": {}, "big endian": {"byteorder": ">"}}.get(compression, {"compression": compression})
    tifffile.imwrite(path, planes, photometric="minisblack", metadata={"axes": "TYX"}, ome=True, **options)


def write_zarr2(path, planes, compression):
    import numcodecs
    import zarr

    compressor = {"none": None, "blosc": numcodecs.Blosc(cname="lz4"), "zstd": numcodecs.Zstd(level=3), "gzip": numcodecs.GZip(level=5)}[compression]
    group = zarr.create_group(path, zarr_format=2, overwrite=True)
    write_level(group, planes, chunk_key_encoding={"name": "v2", "separator": "/"}, compressors=compressor)
    group.attrs["multiscales"] = [{"version": "0.4", **multiscale()}]


def write_zarr3(path, planes, compression):
    import zarr
    from zarr.codecs import BloscCodec, GzipCodec, ZstdCodec

    name, _, shards = compression.partition(" in ")
    compressor = {"none": None, "blosc": BloscCodec(cname="lz4"), "zstd": ZstdCodec(level=3), "gzip": GzipCodec(level=5)}[name]
    options = {"shards": (1, 1024, 1024)} if shards == "shards" else {}
    group = zarr.create_group(path, zarr_format=3, overwrite=True)
    write_level(group, planes, compressors=compressor, **options)
    group.attrs["ome"] = {"version": "0.5", "multiscales": [multiscale()]}


def write_level(group, planes, **options):
    array = group.create_array("0", shape=planes.shape, chunks=(1, 512, 512), dtype=planes.dtype, **options)
    array[:] = planes


def multiscale():
    axes = [{"name": "t", "type": "time"}, {"name": "y", "type": "space"}, {"name": "x", "type": "space"}]
    return {"axes": axes, "datasets": [{"path": "0", "coordinateTransformations": [{"type": "scale", "scale": [1, 1, 1]}]}]}


def write_czi(path, planes, compression):
    from pylibCZIrw import czi

    options = {"none": "uncompressed:", "zstd0": "zstd0:ExplicitLevel=3", "zstd1": "zstd1:ExplicitLevel=3;PreProcess=HiLoByteUnpack"}[compression]
    with czi.create_czi(path, compression_options=options, exist_ok=True) as document:
        for t, plane in enumerate(planes):
            document.write(data=plane[..., np.newaxis], plane={"T": t, "C": 0})


WRITERS = {"TIFF": write_tiff, "OME-Zarr 0.4": write_zarr2, "OME-Zarr 0.5": write_zarr3, "CZI": write_czi}


def open_tifffile(path):
    import tifffile

    pages = tifffile.TiffFile(path).pages
    return lambda i: pages[i].asarray()


def open_zarr(path):
    import zarr

    array = zarr.open_group(path, mode="r")["0"]
    return lambda i: array[i]


def open_nd2(path):
    import nd2

    file = nd2.ND2File(path)
    # Frames are views of a mapped file: a copy is what has been read.
    return lambda i: np.array(file.read_frame(i))


def open_liffile(path):
    import liffile

    image = liffile.LifFile(path).images[0]
    return lambda i: np.asarray(image.frames[i])


def open_czifile(path):
    import czifile

    file = czifile.CziFile(path)
    blocks = sorted(file.filtered_subblock_directory, key=lambda entry: [d.start for d in entry.dimension_entries if d.dimension == "T"])
    return lambda i: blocks[i].data_segment().data(resize=False).squeeze()


def open_pylibczirw(path):
    from pylibCZIrw import czi

    reader = czi.CziReader(path)
    return lambda i: reader.read(plane={"T": i, "C": 0}).squeeze()


READERS = {
    "tifffile": open_tifffile, "zarr": open_zarr, "nd2": open_nd2, "liffile": open_liffile, "czifile": open_czifile, "pylibCZIrw": open_pylibczirw,
}


def main():
    # Some readers print: answers have the true standard output for themselves.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print(json.dumps({name: installed(name) for name in PACKAGES if installed(name)}), file=answers, flush=True)
    read = None
    for line in sys.stdin:
        request = json.loads(line)
        answer = {}
        try:
            if "write" in request:
                write(request)
            elif "open" in request:
                read = READERS[request["open"]](request["path"])
            else:
                started = perf_counter()
                plane = read(request["plane"])
                answer = {"ms": 1000 * (perf_counter() - started)}
                if request.get("sum"):
                    answer = {"sum": int(plane.astype(np.int64).sum()), "shape": list(plane.shape)}
        except Exception as error:  # noqa: BLE001 - a peer that fails is a row without a time, with its reason
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


main()
