#!/bin/sh
# Makes user and directories. A first installation starts nothing: without a key
# and a cookie file there is nothing to serve. An upgrade restarts what runs.
set -e

systemd-sysusers geminid.conf
systemd-tmpfiles --create geminid.conf

# What the package has just put there is root's alone, and the service has to read
# it. Whatever somebody chose since then stays, also that there is no such file.
config=/etc/geminid/geminid.yaml
if [ -f $config ] && [ "$(stat -L -c %U:%G $config)" = root:root ]; then
    chgrp geminid $config
fi

# A service that can not start is no reason to fail: the journal has it.
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
    systemctl try-restart geminid.service || true
fi

# dpkg passes the old version on an upgrade, rpm the number of installed ones.
case "$1:$2" in
configure: | 1:)
    cat <<'EOT'
geminid is installed and not started. Next:
  sudo geminid keys add laptop             make a key for your clients
  sudo geminid keys add me --admin         make one for the status page and gchat cookies
  sudo systemctl enable --now geminid      start it, now and at boot
  put a cookie file into /var/lib/geminid/inbox/
EOT
    ;;
esac
