#!/bin/sh
# Installs the peers of the bench into DIRECTORY, from registries only: tests/bench/peers.sh DIRECTORY
# Never fails for a missing peer: the reason is left in DIRECTORY/NAME.skipped, and the bench repeats it.
# Safe to run again and again.
set -u

wetty_version=3.2.0
webssh_version=1.6.3
novnc_version=1.7.0
websockify_version=0.13.0

directory=${1:?where to?}
mkdir -p "$directory"
cd "$directory" || exit 1
here=$(pwd)

say() { echo "peers: $*" >&2; }

# peer NAME PROGRAM: installs NAME with the function install_NAME, unless PROGRAM is there.
peer() {
  rm -f "$1.skipped"
  [ -e "$2" ] && return
  say "installing $1"
  if ! (set -e; "install_$1") >"$1.log" 2>&1 || [ ! -e "$2" ]; then
    why=$(grep -v '^ *$' "$1.log" | tail -n 1)
    echo "${why:-cannot be installed here}" >"$1.skipped"
    say "$1 is skipped: ${why:-cannot be installed here} (see $here/$1.log)"
  fi
}

install_wetty() {
  npm install --prefix "$here/wetty" --no-audit --no-fund --no-save "wetty@$wetty_version"
}

install_webssh() {
  python3 -m venv "$here/webssh" && "$here/webssh/bin/pip" install --quiet "webssh==$webssh_version"
}

install_novnc() {
  npm install --prefix "$here/novnc" --no-audit --no-fund --no-save "@novnc/novnc@$novnc_version"
  python3 -m venv "$here/websockify"
  "$here/websockify/bin/pip" install --quiet "websockify==$websockify_version"
  cp "$here/novnc/node_modules/@novnc/novnc/package.json" "$here/novnc/installed.json"
}

# Debian has ttyd in its newest suite only, whose C library is newer than that of a stable system. So the
# packages are unpacked here, not installed, and the program runs with the loader beside it.
install_ttyd() {
  if own=$(command -v ttyd); then
    mkdir -p ttyd && ln -sf "$own" ttyd/run
    return 0
  fi
  command -v apt-get dpkg-deb >/dev/null || { echo "no ttyd, and no apt-get to fetch it with"; return 1; }
  # The place where this system has its own packages from.
  mirror=$(apt-get indextargets --format '$(SITE) $(COMPONENT)' 'Identifier: Packages' | sed -n 's/ main$//p' | head -n 1)
  [ -n "$mirror" ] || { echo "no ttyd, and apt-get names no place to fetch it from"; return 1; }
  mkdir -p ttyd/apt/lists/partial ttyd/apt/cache/archives/partial ttyd/unpacked
  cd ttyd || return 1
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >apt/sources.list
  touch apt/status
  apt() {
    program=$1
    shift
    "$program" -o Dir::Etc::SourceList="$here/ttyd/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
      -o Dir::State::Lists="$here/ttyd/apt/lists" -o Dir::State::status="$here/ttyd/apt/status" \
      -o Dir::Cache="$here/ttyd/apt/cache" -o Debug::NoLocking=1 -o APT::Install-Recommends=0 \
      -o APT::Sandbox::User=root "$@"
  }
  apt apt-get -q update || return 1
  # With an empty status file, everything that it needs is to be fetched, the C library included.
  apt apt-get -q -y --download-only install ttyd || return 1
  for package in apt/cache/archives/*.deb; do
    dpkg-deb -x "$package" unpacked || return 1
  done
  loader=$(find "$here/ttyd/unpacked" -name 'ld-linux-*.so*' | head -n 1)
  paths=$(find "$here/ttyd/unpacked" -name '*.so.*' -exec dirname {} + | sort -u | paste -sd :)
  # libwebsockets looks for its plugins along this path; ssh, which ttyd starts, must find nothing else there.
  mkdir -p plugins
  find unpacked -name 'libwebsockets-evlib*.so*' -exec cp -P {} plugins/ ';'
  printf '#!/bin/sh\nLD_LIBRARY_PATH="%s" exec "%s" --library-path "%s" "%s" "$@"\n' \
    "$here/ttyd/plugins" "$loader" "$paths" "$here/ttyd/unpacked/usr/bin/ttyd" >run
  chmod +x run
  ./run --version
}

peer wetty wetty/node_modules/wetty/package.json
peer webssh webssh/bin/wssh
peer ttyd ttyd/run
peer novnc novnc/installed.json
