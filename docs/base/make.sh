#!/usr/bin/env bash
# Makes the base weights again: docs/base/make.sh [FOLDER]. Some 45 minutes on two cores.
#
# The films are those of ../shared/data (BOTTEGA_DATA); five titles are held out by name, and all figures on the cards are
# measured on them. What is learned goes to crates/specialists/weights/.
set -euo pipefail
cd "$(dirname "$0")/../.."
data=$(realpath "${BOTTEGA_DATA:-../shared/data}")
studio=$(realpath -m "${1:-target/base-studio}")
bottega=$PWD/target/release/bottega

./start engine
cargo build --release --locked
mkdir -p "$studio/films"
film() { ln -sfn "$data/$1" "$studio/films/$2"; }
# Taught on: CC BY 3.0 (Blender Foundation) and CC BY 4.0 (Intel Corporation).
film films/big_buck_bunny_1280x720_24fps_first300s.mp4 "Big Buck Bunny.mp4"
film clips/caminandes1_llama_drama_excerpt_320x180_av1.webm "Caminandes.webm"
film clips/intel_ccby/car-detection.mp4 "Cars.mp4"
film clips/intel_ccby/asl_help.mkv "Signs help.mkv"
# Held out.
film clips/intel_ccby/asl_school.mkv "Signs school.mkv"
film clips/intel_ccby/bottle-detection.mp4 "Bottles.mp4"
film clips/intel_ccby/one-by-one-person-detection.mp4 "Walkers.mp4"
film trailers/sintel_trailer_480x204_24fps.mp4 "Sintel.mp4"
film clips/steamboat_willie_1928_excerpt_854x480.mp4 "Steamboat.mp4"

"$bottega" init "$studio"
cd "$studio"
"$bottega" ingest films
held=(--hold-out Sintel --hold-out Steamboat --hold-out "Signs school" --hold-out Bottles --hold-out Walkers)
"$bottega" train image --fresh --task denoise --steps 6000 "${held[@]}"
"$bottega" train image --fresh --task upscale --steps 3000 "${held[@]}"
"$bottega" train image --fresh --task deblock --steps 8000 "${held[@]}"

cd - >/dev/null
for task in denoise deblock upscale; do
  from=$studio/.bottega/specialists/image/$task
  cp "$from/weights.safetensors" "crates/specialists/weights/$task.safetensors"
  .engine/python/bin/python - "$from" "crates/specialists/weights/$task" <<'EOT'
import json, sys
source, target = sys.argv[1:]
card = json.load(open(source + "/card.json"))
card["state"] = "base"
card["licence"] = "Apache-2.0 OR MIT; learned from films under CC BY 3.0 and CC BY 4.0"
card["command"] = "docs/base/make.sh"
json.dump(card, open(target + ".card.json", "w"), indent=1)
json.dump(json.load(open(source + "/gate.json")), open(target + ".gate.json", "w"), indent=1)
EOT
done
echo "made; build again to carry them: cargo build --release"
