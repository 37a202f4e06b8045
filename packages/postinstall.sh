#!/bin/sh
# Makes user and directories. A first installation starts nothing: without a key
# and a cookie file there is nothing to serve. An upgrade restarts what runs.
set -e

systemd-sysusers geminid.conf
systemd-tmpfiles --create geminid.conf
chown root:geminid /etc/geminid/geminid.yaml
chmod 640 /etc/geminid/geminid.yaml

if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl try-restart geminid.service
fi

# dpkg passes the old version on an upgrade, rpm the number of installed ones.
case "$1:$2" in
configure: | 1:)
    cat <<'EOT'
geminid is installed and not started. Next:
  sudo geminid keys add laptop             make a key for your clients
  sudo systemctl enable --now geminid      start it, now and at boot
  put a cookie file into /var/lib/geminid/inbox/
EOT
    ;;
esac
