#!/bin/sh
# Stops the service when it is removed; an upgrade lets it run until the new one
# is in place.
set -e

case "$1" in
remove | deconfigure | 0)
    if [ -d /run/systemd/system ]; then
        systemctl disable --now geminid.socket geminid.service >/dev/null 2>&1 || true
    fi
    ;;
esac
