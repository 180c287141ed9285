#!/bin/sh
# Installs Debian packages without starting, stopping, enabling or creating any system service.
#
# usage: apt_install.sh PACKAGE-OR-DEB-FILE...          (as root)
#
# What it touches for the length of the installation, and always puts back:
#   /usr/sbin/policy-rc.d                       denies every service action of the maintainer scripts
#   /etc/postgresql-common/createcluster.conf   create_main_cluster = off, so that no "main" cluster appears
# It runs in a session of its own: when its caller dies it still finishes and still puts things back.
# Copies of what was there lie in $keep; a run that was cut off by a power failure is mended by the next.
set -u
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 NEEDRESTART_SUSPEND=1 UCF_FORCE_CONFFOLD=1
keep=/var/lib/wangge/apt
policy=/usr/sbin/policy-rc.d
createcluster=/etc/postgresql-common/createcluster.conf
mark='# wangge: temporary, while packages are installed'

put_back() {
    if [ -f "$keep/policy-rc.d" ]; then
        mv -f "$keep/policy-rc.d" "$policy"
    elif grep -qsF "$mark" "$policy"; then
        rm -f "$policy"
    fi
    if [ -f "$keep/createcluster.conf" ]; then
        # /etc and /var may be two file systems: copy beside it, then rename.
        cp -p "$keep/createcluster.conf" "$createcluster.wangge" && mv -f "$createcluster.wangge" "$createcluster"
        rm -f "$keep/createcluster.conf"
    fi
    if [ -f "$keep/createcluster.fresh" ]; then
        # The package (if it came) kept our file: give the machine the one it would have made (its template, by ucf).
        if [ -f /usr/share/postgresql-common/createcluster.conf ]; then
            cp /usr/share/postgresql-common/createcluster.conf "$createcluster.wangge"
            chmod 644 "$createcluster.wangge" && mv -f "$createcluster.wangge" "$createcluster"
            rm -f "$createcluster.ucf-dist" "$createcluster.ucf-new"
        elif grep -qsF "$mark" "$createcluster"; then
            rm -f "$createcluster"
            rmdir --ignore-fail-on-non-empty "$(dirname "$createcluster")" 2>/dev/null || true
        fi
    fi
    rm -rf "$keep"
    rmdir --ignore-fail-on-non-empty /var/lib/wangge 2>/dev/null || true
}

deny_services() {
    if [ -e "$policy" ]; then
        # A machine that already denies everything (most containers do) is left as it is.
        "$policy" nginx start >/dev/null 2>&1
        [ $? -eq 101 ] && return 0
        cp -p "$policy" "$keep/policy-rc.d.part" && mv "$keep/policy-rc.d.part" "$keep/policy-rc.d"
    fi
    printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy.wangge" && chmod 755 "$policy.wangge" && mv -f "$policy.wangge" "$policy"
}

no_main_cluster() {
    if [ -f "$createcluster" ]; then
        cp -p "$createcluster" "$keep/createcluster.part" && mv "$keep/createcluster.part" "$keep/createcluster.conf"
        { cat "$keep/createcluster.conf"; echo "create_main_cluster = off"; } >"$createcluster.wangge"
    else
        touch "$keep/createcluster.fresh"
        mkdir -p "$(dirname "$createcluster")"
        printf '%s\ncreate_main_cluster = off\n' "$mark" >"$createcluster.wangge"
    fi
    mv -f "$createcluster.wangge" "$createcluster"
}

apt() {
    apt-get -q -y -o DPkg::Lock::Timeout=600 -o APT::Status-Fd="${STATUS_FD:-1}" \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

install() {
    apt install --no-install-recommends --no-upgrade "$@"
}

installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

put_back
mkdir -p "$keep"
trap put_back EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
deny_services

installed postgresql-15 || no_main_cluster
installed nginx && had_nginx=yes || had_nginx=no
# A dpkg that was cut off (power, kill -9) is finished first; this is a no-op on a sound machine.
dpkg --configure -a || exit 1
case "$1" in
*.deb)
    # From a bundle: no index is asked.
    install "$@" || exit 1 ;;
*)
    ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1 || apt update || exit 1
    install "$@" || { apt update && install "$@"; } || exit 1 ;;
esac

# Debian enables a fresh nginx for the next boot, on port 80: that would be a service nobody asked for.
if [ "$had_nginx" = no ] && installed nginx; then
    deb-systemd-helper disable nginx.service >/dev/null 2>&1
    update-rc.d nginx disable >/dev/null 2>&1
fi
exit 0
