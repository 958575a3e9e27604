# Runs FFmpeg scdet and both PySceneDetect detectors over splices at many thresholds; prints JSON.
import json, re, subprocess, sys
import cv2
from scenedetect import ContentDetector, AdaptiveDetector, FrameTimecode

def frames(path):
    film = cv2.VideoCapture(path)
    while True:
        ok, frame = film.read()
        if not ok:
            return
        # PySceneDetect's own default: to a width of 256 at the least (640 / 2).
        yield cv2.resize(frame, (320, 180), interpolation=cv2.INTER_LINEAR)

# A frame's score does not depend on the threshold: each is reckoned once, by PySceneDetect itself, and kept.
class Scores(ContentDetector):
    def of(self, images):
        return [self._calculate_frame_score(FrameTimecode(i, 24.0), image) for i, image in enumerate(images)]

def kept(kind, scores):
    class Kept(kind):
        def _calculate_frame_score(self, timecode, image):
            return scores[timecode.frame_num]
    return Kept

CONTENT = [16, 20, 24, 27, 30, 35, 40, 45, 50]
ADAPTIVE = [2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0, 10.0, 13.0]
SCDET = [5, 6, 7, 8, 10, 12, 14, 17, 20, 25]
result = {}
for path in sys.argv[1:]:
    images = list(frames(path))
    scores = Scores().of(images)
    found = {}
    for name, kinds, make in [
        ("detect-content", CONTENT, lambda t: kept(ContentDetector, scores)(threshold=t, min_scene_len=4)),
        ("detect-adaptive", ADAPTIVE, lambda t: kept(AdaptiveDetector, scores)(adaptive_threshold=t, min_scene_len=4)),
    ]:
        for t in kinds:
            detector = make(t)
            cuts = []
            for i, image in enumerate(images):
                cuts += detector.process_frame(FrameTimecode(i, 24.0), image)
            cuts += detector.post_process(FrameTimecode(len(images) - 1, 24.0))
            found[f"{name} {t}"] = sorted({c.frame_num for c in cuts})
    log = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, "-vf", "scdet=t=0,metadata=print:key=lavfi.scd.score:file=-", "-f", "null", "-"],
        capture_output=True, text=True).stdout
    scores = [float(s) for s in re.findall(r"scd\.score=([0-9.]+)", log)]
    numbers = [int(s) for s in re.findall(r"frame:(\d+)", log)]
    for t in SCDET:
        found[f"scdet {t}"] = [n for n, s in zip(numbers, scores) if s >= t]
    result[path] = found
json.dump(result, sys.stdout)
