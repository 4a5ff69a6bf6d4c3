#!/bin/sh
# A TigerVNC server with the RSA-AES security types, as DIRECTORY/run: tests/tigervnc.sh DIRECTORY
# The system's own where it has them (1.13 and newer). Debian 12 has not, so there the next Debian's packages are
# unpacked, not installed, and the program runs with the loader and the libraries beside it.
# Safe to run again and again.
set -eu

directory=${1:?where to?}
mkdir -p "$directory"
cd "$directory"
here=$(pwd)
[ ! -x run ] || exit 0

if Xtigervnc -help 2>&1 | grep -q RSAKey; then
  ln -sf "$(command -v Xtigervnc)" run
  exit 0
fi
echo "tigervnc: fetching one with RSA-AES" >&2
# The place where this system has its own packages from.
mirror=$(apt-get indextargets --format '$(SITE) $(COMPONENT)' 'Identifier: Packages' | sed -n 's/ main$//p' | head -n 1)
[ -n "$mirror" ] || { echo "tigervnc: apt-get names no place to fetch it from" >&2; exit 1; }
mkdir -p apt/lists/partial apt/cache/archives/partial unpacked debs
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >apt/sources.list
: >apt/status
next() {
  apt-get -qq -o Dir::Etc::SourceList="$here/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State::Lists="$here/apt/lists" -o Dir::State::status="$here/apt/status" \
    -o Dir::Cache="$here/apt/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User=root "$@"
}
next update
# Only what the program is linked with: all that its package depends on would be 60 MB of drivers more.
(
  cd debs
  next download tigervnc-standalone-server libaudit1 libbrotli1 libbsd0 libbz2-1.0 libc6 libcap-ng0 libcap2 libdrm2 \
    libexpat1 libffi8 libfontenc1 libfreetype6 libgbm1 libgcc-s1 libgl1 libglvnd0 libglx0 libgmp10 libgnutls30t64 \
    libhogweed6t64 libidn2-0 libjpeg62-turbo liblzma5 libmd0 libnettle8t64 libp11-kit0 libpam0g libpcre2-8-0 \
    libpixman-1-0 libpng16-16t64 libselinux1 libstdc++6 libsystemd0 libtasn1-6 libunistring5 libunwind8 libx11-6 \
    libxau6 libxcb1 libxcvt0 libxdmcp6 libxfont2 libxshmfence1 zlib1g
)
for package in debs/*.deb; do
  dpkg-deb -x "$package" unpacked
done
loader=$(find "$here/unpacked" -name 'ld-linux-*.so*' | head -n 1)
paths=$(find "$here/unpacked" -name '*.so.*' -exec dirname {} + | sort -u | paste -sd :)
printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@"\n' \
  "$loader" "$paths" "$here/unpacked/usr/bin/Xtigervnc" >begun
chmod +x begun
./begun -help 2>&1 | grep -q RSAKey || { echo "tigervnc: it does not start here" >&2; exit 1; }
rm -rf debs apt
mv begun run
