"""Trackers of others on mask folders, and scores by py-ctcmetrics, for bench/tracking.js.

Reads one JSON request a line and answers each with one line; the first line names the versions of the peers that are installed here.
{"peer": NAME, "masks": FOLDER, "out": FOLDER, "radius": px, "config": FILE or null}: tracks the masks, writes them as results of the Cell Tracking Challenge, and answers
{"seconds": s}. {"truth": GT_FOLDER, "result": FOLDER}: answers with the scores. A request that fails is answered by {"error": TEXT}.

- laptrack, laptrack-15: LapTrack with splitting, one missing frame, and one distance for everything: `radius`, or its own default of 15 px.
- laptrack-overlap: OverLapTrack with the settings of its manual and splitting.
- btrack: the configuration for cells, by motion alone as it has it; btrack-area: with the area as a feature of looks, which breaks many tracks.
- ultrack: its defaults, but for a search radius of `radius`, on the hierarchy that it makes from the labels.
"""
import json
import os
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import perf_counter
from unittest.mock import MagicMock

import numpy as np
import tifffile
from skimage.measure import regionprops

PEERS = {
    "laptrack": "laptrack", "laptrack-15": "laptrack", "laptrack-overlap": "laptrack", "btrack": "btrack", "btrack-area": "btrack", "ultrack": "ultrack",
    "scores": "py-ctcmetrics",
}


def installed(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def read(folder):
    return [tifffile.imread(path).astype(np.int32) for path in sorted(Path(folder).glob("*.tif"))]


def write(folder, images, track_of, parent_of):
    """Masks and res_track.txt. A track is a new one, with the old as its parent, after each missing frame; what is in no track is left out.

    track_of: (frame, label) to track; parent_of: track to the track that it comes from.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    labels_of = {}
    for (frame, label), track in track_of.items():
        labels_of.setdefault(track, {}).setdefault(frame, []).append(label)
    rows, piece_of, last_piece, first_piece = [], {}, {}, {}
    for track in sorted(labels_of):
        for frame in sorted(labels_of[track]):
            if rows and last_piece.get(track) == len(rows) and rows[-1][2] == frame - 1:
                rows[-1][2] = frame
            else:
                rows.append([len(rows) + 1, frame, frame, last_piece.get(track, 0)])
                last_piece[track] = len(rows)
                first_piece.setdefault(track, len(rows))
            piece_of[track, frame] = len(rows)
    for track, parent in parent_of.items():
        if track in first_piece and parent in last_piece:
            rows[first_piece[track] - 1][3] = last_piece[parent]
    for frame, image in enumerate(images):
        table = np.zeros(image.max() + 1, dtype=np.uint16)
        for label in np.unique(image[image > 0]):
            if (frame, label) in track_of:
                table[label] = piece_of[track_of[frame, label], frame]
        tifffile.imwrite(folder / f"mask{frame:03d}.tif", table[image], compression="zlib")
    # Written last: who finds it finds everything.
    (folder / "res_track.txt").write_text("".join(f"{' '.join(map(str, row))}\n" for row in rows))


def by_laptrack(images, radius, overlap):
    import pandas as pd
    from laptrack import LapTrack, OverLapTrack

    if overlap:
        # Coefficients of (1, pixels, IoU, share of the first, share of the second).
        metric = (1.0, 0.0, 0.0, 0.0, -1.0)
        tracker = OverLapTrack(
            cutoff=0.9, metric_coefs=metric, gap_closing_metric_coefs=metric, gap_closing_cutoff=0.9, gap_closing_max_frame_count=1,
            splitting_cutoff=0.9, splitting_metric_coefs=metric,
        )
        tracks, splits, _ = tracker.predict_overlap_dataframe(images)
        track_of = {(int(frame), int(label)): int(row.track_id) for (frame, label), row in tracks.iterrows()}
    else:
        rows = [(frame, p.label, *p.centroid) for frame, image in enumerate(images) for p in regionprops(image)]
        table = pd.DataFrame(rows, columns=["frame", "label", "y", "x"])
        tracker = LapTrack(cutoff=radius**2, splitting_cutoff=radius**2, gap_closing_cutoff=radius**2, gap_closing_max_frame_count=1)
        tracks, splits, _ = tracker.predict_dataframe(table, ["y", "x"], only_coordinate_cols=False, frame_col="frame")
        frames = tracks["frame_y"] if "frame_y" in tracks else tracks["frame"]
        track_of = {(int(f), int(label)): int(track) for f, label, track in zip(frames, tracks["label"], tracks["track_id"])}
    parent_of = {} if len(splits) == 0 else {int(s.child_track_id): int(s.parent_track_id) for s in splits.itertuples()}
    return images, track_of, parent_of


def by_btrack(images, config, area):
    import btrack

    if config is None:
        from btrack.datasets import cell_config  # Fetched from its own site.

        config = cell_config()
    objects = []
    for frame, image in enumerate(images):
        for p in regionprops(image):
            (y, x), properties = p.centroid, {"area": float(p.area), "mask": p.label}
            objects.append(btrack.btypes.PyTrackObject.from_dict({"ID": len(objects), "t": frame, "x": x, "y": y, "z": 0.0, **properties}))
    height, width = images[0].shape
    with btrack.BayesianTracker(verbose=False) as tracker:
        tracker.configure(config)
        if area:
            tracker.features = ["area"]
        tracker.append(objects)
        tracker.volume = ((0, width), (0, height))
        tracker.track(tracking_updates=["motion", "visual"] if area else ["motion"])
        tracker.optimize()
        track_of, parent_of = {}, {}
        for track in tracker.tracks:
            for frame, dummy, label in zip(track.t, track.dummy, track.properties["mask"]):
                if not dummy:
                    track_of[int(frame), int(label)] = track.ID
            if track.parent not in (0, None, track.ID):
                parent_of[track.ID] = track.parent
    return images, track_of, parent_of


def by_ultrack(images, radius):
    try:
        import torch  # noqa: F401
    except ImportError:
        # Only its flow and its segmentation, which are not used here, need torch; but it imports them with everything else.
        for name in ("torch", "torch.nn", "torch.nn.functional"):
            sys.modules[name] = MagicMock(Tensor=type("Tensor", (), {}))
    from ultrack import MainConfig, Tracker

    config = MainConfig()
    with tempfile.TemporaryDirectory() as folder:
        config.data_config.working_dir = Path(folder)
        config.linking_config.max_distance = radius
        config.tracking_config.solver_name = "CBC"
        # The smallest nucleus that is there must not be below its least area; of fewer than 8 px it takes no object.
        areas = np.concatenate([np.bincount(image.ravel())[1:] for image in images])
        config.segmentation_config.min_area = min(config.segmentation_config.min_area, max(8, int(areas[areas > 0].min())))
        config.segmentation_config.min_area_factor = 1.0
        tracker = Tracker(config)
        tracker.track(labels=np.array(images), overwrite=True)
        tracks, graph = tracker.to_tracks_layer()
        found = [np.asarray(image).astype(np.int32) for image in tracker.to_zarr(tracks_df=tracks)]
    track_of = {(t, int(label)): int(label) for t, image in enumerate(found) for label in np.unique(image[image > 0])}
    parents = {int(child): np.atleast_1d(parent)[0] for child, parent in graph.items()}
    return found, track_of, {child: int(parent) for child, parent in parents.items()}


def track(request):
    peer, images = request["peer"], read(request["masks"])
    start = perf_counter()
    if peer in ("btrack", "btrack-area"):
        result = by_btrack(images, request["config"], peer == "btrack-area")
    elif peer == "ultrack":
        result = by_ultrack(images, request["radius"])
    else:
        result = by_laptrack(images, 15 if peer == "laptrack-15" else request["radius"], peer == "laptrack-overlap")
    seconds = perf_counter() - start
    write(request["out"], *result)
    return {"seconds": seconds}


def score(request):
    from ctc_metrics.scripts.evaluate import evaluate_sequence

    measures = ["Valid", "DET", "TRA", "LNK", "CT", "TF", "BC", "CCA", "CHOTA"]
    if (Path(request["truth"]) / "SEG").is_dir():
        measures.append("SEG")
    scores = evaluate_sequence(request["result"], request["truth"], measures, threads=1)
    names = [*measures, *(f"{name}({i})" for name in ("BC", "BIO") for i in range(4))]
    plain = {name: float(scores[name]) for name in names if scores.get(name) is not None}
    return {name: None if np.isnan(value) else value for name, value in plain.items()}


def main():
    # Solvers print past Python: answers have the true standard output for themselves.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print(json.dumps({name: installed(package) for name, package in PEERS.items() if installed(package)}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = track(request) if "peer" in request else score(request)
        except Exception as error:  # noqa: BLE001 - a peer that fails is a row without scores, with its reason
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


main()
