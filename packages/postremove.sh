#!/bin/sh
# Removing keeps configuration, keys and sessions. Purging keeps keys and sessions
# too, unless the answer on the terminal or in GEMINID_PURGE_STATE is yes.
set -e

if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
fi

# What geminid init and config import kept may hold secrets.
if [ "$1" = purge ]; then
    rm -f /etc/geminid/geminid.yaml.old*
    [ ! -d /etc/geminid ] || rmdir --ignore-fail-on-non-empty /etc/geminid
fi

if [ "$1" = purge ] && [ -d /var/lib/geminid ]; then
    answer=${GEMINID_PURGE_STATE:-}
    if [ -z "$answer" ] && [ -t 0 ]; then
        printf 'Remove the sessions and keys in /var/lib/geminid as well? [yes/NO] '
        read -r answer || true
    fi
    if [ "$answer" = yes ]; then
        rm -rf /var/lib/geminid
    else
        echo "The sessions and keys stay in /var/lib/geminid. To remove them: sudo rm -r /var/lib/geminid"
    fi
fi
