#!/bin/sh
# Seeds the corpora from the golden vectors and from what a real server sent, and runs the fuzz targets:
# ./run.sh SECONDS [TARGET…]
set -eu
cd "$(dirname "$0")"
seconds=${1:?for how many seconds?}
shift
[ $# -gt 0 ] || set -- client_frame server_frame client_message round_trip sftp_reply \
    rfb_handshake rfb_opener rfb_decoder picture_op
export RUSTC_BOOTSTRAP=1
cargo run --quiet --manifest-path ../Cargo.toml --example fuzz_seeds
for target; do
    mkdir -p "corpus/$target"
    [ ! -d "seeds/$target" ] || cp "seeds/$target"/* "corpus/$target/"
    cargo fuzz run "$target" -- -max_total_time="$seconds" -max_len=140000 -print_final_stats=1
done
