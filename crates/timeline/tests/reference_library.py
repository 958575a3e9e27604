"""The judge: what the reference library (PyPI `opentimelineio`) makes of a timeline.

facts FILE          prints the tracks, items, ranges and media that it reads
edit FILE OUT       trims the second clip of the first track by 3 frames at its head, deletes the third, moves the first to
                    the end of the track, takes all of our metadata away if asked (`edit-bare`), and saves
resave FILE OUT     reads and saves
"""
import json
import sys

import opentimelineio as otio

sys.setrecursionlimit(10000)


def seconds(t):
    return [t.value, t.rate]


def facts(timeline):
    tracks = []
    for track in timeline.tracks:
        items = []
        if not isinstance(track, otio.schema.Track):
            continue
        for child in track:
            kind = type(child).__name__
            if isinstance(child, otio.schema.Transition):
                items.append({"kind": kind, "in": seconds(child.in_offset), "out": seconds(child.out_offset)})
                continue
            place = track.range_of_child(child)
            source = child.trimmed_range()
            item = {
                "kind": kind,
                "name": child.name,
                "enabled": getattr(child, "enabled", True),
                "record": place.start_time.to_seconds(),
                "seconds": place.duration.to_seconds(),
                "source": [seconds(source.start_time), seconds(source.duration)],
            }
            if isinstance(child, otio.schema.Clip):
                media = child.media_reference
                item["media"] = type(media).__name__
                item["url"] = getattr(media, "target_url", None)
                held = media.available_range
                item["available"] = held and [seconds(held.start_time), seconds(held.duration)]
            items.append(item)
        tracks.append({"name": track.name, "kind": track.kind, "items": items, "trimmed": track.source_range is not None})
    return tracks


def edit(timeline, bare):
    track = timeline.tracks[0]
    second = track[1]
    r = second.source_range
    three = otio.opentime.RationalTime(3, r.duration.rate)
    second.source_range = otio.opentime.TimeRange(r.start_time + three, r.duration - three)
    del track[2]
    first = track[0]
    del track[0]
    track.append(first)
    if bare:
        for clip in timeline.find_clips():
            clip.metadata.clear()
            old = clip.media_reference
            clip.media_reference = otio.schema.ExternalReference(target_url=old.target_url)
        timeline.metadata.clear()


act, path = sys.argv[1:3]
timeline = otio.adapters.read_from_file(path)
if act == "facts":
    print(json.dumps(facts(timeline)))
else:
    if act.startswith("edit"):
        edit(timeline, act == "edit-bare")
    otio.adapters.write_to_file(timeline, sys.argv[3])
