#!/bin/sh
# Installs what the demo needs and is missing; with --tests also what the tests need.
# Says in a sentence what it cannot install itself. Safe to run again and again.
set -eu

rust_wanted=1.95
node_wanted=20.19

say() { echo "install: $*" >&2; }

# at_least HAVE WANTED: whether version HAVE is WANTED or newer.
at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

check_tool() { # check_tool NAME WANTED HAVE WHERE
  if [ -z "$3" ]; then
    say "$1 is missing. Install $1 $2 or newer ($4) and start again."
    exit 1
  fi
  if ! at_least "$3" "$2"; then
    say "$1 is version $3, but $2 or newer is needed ($4)."
    exit 1
  fi
}

missing=
want() { # want COMMAND PACKAGE...
  command=$1
  shift
  command -v "$command" >/dev/null 2>&1 || [ -x "/usr/sbin/$command" ] || missing="$missing $*"
}

want sshd openssh-server
want ssh openssh-client
want cc gcc libc6-dev
want make make
# libjpeg-turbo is built from its source, with what makes it fast.
want cmake cmake
want nasm nasm
# The demo machines' screens, and what is to be seen on them.
want Xtigervnc tigervnc-standalone-server
want tigervncpasswd tigervnc-tools
want openbox openbox
want xclock x11-apps
want xsetroot x11-xserver-utils
want xprop x11-utils
want xterm xterm
if [ "${1-}" = --tests ]; then
  # Other servers of the desktop's protocol, and what is done on their screens.
  want x11vnc x11vnc
  want qemu-system-x86_64 qemu-system-x86
  want xclip xclip
  want openssl openssl
  want chromium chromium
  # Shells and tools of the machines whose terminals are tested.
  want zsh zsh
  want dash dash
  want busybox busybox
  want perl perl
  [ -x /usr/bin/python3 ] || missing="$missing python3"
  want sudo sudo
  want firefox-esr firefox-esr
  # Debian keeps the server's programs out of the usual path.
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || want initdb postgresql
fi

if [ -n "$missing" ]; then
  if ! command -v apt-get >/dev/null 2>&1; then
    say "these packages are missing, and there is no apt-get to install them with:$missing"
    exit 1
  fi
  say "installing$missing"
  as_root=
  [ "$(id -u)" -eq 0 ] || as_root=sudo
  $as_root apt-get update -qq
  # shellcheck disable=SC2086 # a list of packages
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

rust=$(rustc --version 2>/dev/null | cut -d ' ' -f 2 || true)
check_tool Rust "$rust_wanted" "$rust" https://rustup.rs
node=$(node --version 2>/dev/null | tr -d v || true)
check_tool Node.js "$node_wanted" "$node" https://nodejs.org
command -v npm >/dev/null 2>&1 || { say "npm is missing. It comes with Node.js; Debian has it as a package of its own."; exit 1; }
