#!/bin/sh
# Builds the image FROM scratch: the programs, the certificates that the upstream
# is checked against, a user, and its directories. Needs buildah, no daemon and no
# privileges beyond its own.
#   image.sh VERSION OUT    VERSION for the labels, OUT the OCI archive to write
# BIN holds the programs; SOURCE_DATE_EPOCH is the time of everything inside;
# CA_BUNDLE is the file with the certificates.
set -eu
umask 022

version=$1 out=$2
bin=${BIN:-bin}
epoch=${SOURCE_DATE_EPOCH:-0}
bundle=${CA_BUNDLE:-/etc/ssl/certs/ca-certificates.crt}
user=65532:65532

[ -r "$bundle" ] || { echo "image: no certificates in $bundle; install ca-certificates or set CA_BUNDLE" >&2; exit 1; }

work=$(mktemp -d)
# A store of its own leaves nothing behind and needs no overlay in the kernel.
export STORAGE_DRIVER=vfs
build() { buildah --root "$work/store" --runroot "$work/run" "$@"; }
trap 'build rm -a >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

root=$work/root data=$work/data
mkdir -p "$root/usr/bin" "$root/etc/ssl/certs" "$root/var/lib" "$data/lib/geminid/inbox" "$data/lib/geminid/state"
install -m 755 "$bin/geminid" "$bin/gchat" "$root/usr/bin/"
install -m 644 "$bundle" "$root/etc/ssl/certs/ca-certificates.crt"
echo "geminid:x:65532:65532:Gemini session keeper:/var/lib/geminid:/usr/sbin/nologin" > "$root/etc/passwd"
echo "geminid:x:65532:" > "$root/etc/group"
chmod 0750 "$data/lib/geminid"
chmod 0770 "$data/lib/geminid/inbox"
chmod 0700 "$data/lib/geminid/state"

c=$(build from scratch)
build copy -q "$c" "$root" / >/dev/null
build copy -q --chown $user "$c" "$data/lib" /var/lib >/dev/null
# The network of a container is not loopback: without a key in the volume the
# server says so and ends. The control socket lies in the volume too, so that any
# user who owns that can run the image, with a root that is read-only.
build config --user $user --workingdir /var/lib/geminid --port 8100 --volume /var/lib/geminid \
  --env PATH=/usr/bin --env STATE_DIRECTORY=/var/lib/geminid --env GEMINID_SOCKET=/var/lib/geminid/geminid.sock \
  --env GEMINID_LISTEN=0.0.0.0:8100 \
  --entrypoint '["/usr/bin/geminid"]' --cmd serve --stop-signal SIGTERM \
  --label org.opencontainers.image.title=geminid \
  --label org.opencontainers.image.description="Gemini session keeper and API server" \
  --label org.opencontainers.image.version="$version" \
  --label org.opencontainers.image.licenses=MIT \
  --label org.opencontainers.image.source=https://github.com/geminid/geminid \
  "$c"
build commit -q --identity-label=false --disable-compression=false --timestamp "$epoch" --format oci "$c" "oci:$work/oci:geminid:latest" >/dev/null
mkdir -p "$(dirname "$out")"
tar --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime="@$epoch" -C "$work/oci" -cf "$out" .
