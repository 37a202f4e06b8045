#!/bin/sh
# Makes a small Debian 12 as it is rented by the month: systemd, apt and what comes
# with them, nothing of this machine's.
#   debian.sh DIR    DIR must not exist; needs mmdebstrap and root
set -eu

dir=$1
mmdebstrap --quiet --mode=root --variant=minbase \
  --include=systemd,systemd-sysv,dbus,procps,ca-certificates,curl \
  bookworm "$dir"

# An empty one would mean the first boot, with all its questions.
head -c16 /dev/urandom | od -An -tx1 | tr -d ' \n' > "$dir/etc/machine-id"
echo >> "$dir/etc/machine-id"
echo geminid-test > "$dir/etc/hostname"
: > "$dir/etc/fstab"
# There is no network to fetch updates from, and no console to log in at.
for unit in apt-daily.timer apt-daily-upgrade.timer console-getty.service systemd-networkd-wait-online.service; do
  ln -sf /dev/null "$dir/etc/systemd/system/$unit"
done
