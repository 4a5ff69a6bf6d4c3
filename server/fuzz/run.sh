#!/bin/sh
# Seeds the corpus from recordings of real programs and runs the fuzz target: ./run.sh SECONDS
set -eu
cd "$(dirname "$0")"
seconds=${1:?for how many seconds?}
export RUSTC_BOOTSTRAP=1
mkdir -p corpus/screen
for recording in ../src/session/terminal/screen/recordings/*; do
    # The first two bytes are the size; a seed is the beginning, for long ones are slow.
    { printf 'P\030' && head -c 8000 "$recording"; } >"corpus/screen/$(basename "$recording")"
done
cargo fuzz run screen -- -max_total_time="$seconds" -max_len=16000 -print_final_stats=1
