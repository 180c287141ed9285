"""The edge: a configuration for Debian's nginx, written at each start into ``$WANGGE_VAR/run``.

It serves the collected static files, keeps tiles that carry a version, and passes everything else to the web process
over a private socket. What it must never do: answer a tile without a version from the cache, key a cached answer on
less than the whole address, pass on a forwarded-for header that a client made up, or write a token into its log.
"""

from __future__ import annotations

from pathlib import Path

from .files import write_whole
from .options import Options
from .places import Places
from .problems import SetupProblem

#: Query parameters that are tokens (or may be): an address that holds one is logged without its query.
SECRET_PARAMETERS = ("id", "api_key", "display", "token", "access_token", "key", "password", "code")
UPLOAD_LIMIT = "205m"  # 200 MB of files and the multipart wrapping; the application counts exactly
_TILE_CACHE_MAX = "1g"

#: For the web process. Set, never appended to: what a client says about itself is not passed on.
_HEADERS = (
    'Connection ""',
    "Host $http_host",
    "X-Forwarded-For $remote_addr",
    "X-Forwarded-Proto $scheme",
    "X-Forwarded-Host $http_host",
    "X-Forwarded-Port $server_port",
    "X-Real-IP $remote_addr",
    'Forwarded ""',
)

_CONFIGURATION = """# Made by gis/local/edge.py at each start; changes belong there.
daemon off;
pid {pid};
error_log stderr error;
worker_processes 2;
worker_rlimit_nofile 8192;
pcre_jit on;
events {{ worker_connections 2048; }}

http {{
    include /etc/nginx/mime.types;
    types {{ text/javascript mjs; application/geo+json geojson; application/vnd.mapbox-vector-tile mvt; }}
    default_type application/octet-stream;
    charset utf-8;
    charset_types text/css text/plain text/javascript application/javascript application/json image/svg+xml;
    client_body_temp_path {tmp_body};
    proxy_temp_path {tmp_proxy};
    fastcgi_temp_path {tmp_fastcgi};
    uwsgi_temp_path {tmp_uwsgi};
    scgi_temp_path {tmp_scgi};

    server_tokens off;
    sendfile on;
    tcp_nopush on;
    etag on;
    open_file_cache max=4000 inactive=60s;
    open_file_cache_valid 5s;

    # Requests: small unless said otherwise. nginx 1.22 counts the bytes of headers, not their number: 4 x 8 kB.
    underscores_in_headers off;
    ignore_invalid_headers on;
    client_header_buffer_size 2k;
    large_client_header_buffers 4 8k;
    client_header_timeout 10s;
    client_body_timeout 30s;
    client_max_body_size 1m;
    send_timeout 30s;
    keepalive_timeout 65s;
    keepalive_requests 10000;
    reset_timedout_connection on;

    gzip on;
    gzip_comp_level 5;
    gzip_min_length 1024;
    gzip_vary on;
    gzip_proxied any;
    gzip_types text/css text/plain text/javascript application/javascript application/json application/geo+json
               application/problem+json image/svg+xml application/manifest+json;

    # An address with a token is logged without its query; so is one whose parameter names are percent-encoded.
    map $args $logged_args {{
        "" "";
        "~*(^|[&;])({secrets})=" "?[masked]";
        "~*(^|[&;])[^=&]*%" "?[masked]";
        default "?$args";
    }}
    log_format plain '$time_iso8601 $remote_addr $status $request_method $uri$logged_args $body_bytes_sent '
                     '$request_time $upstream_cache_status';
    access_log {access} plain buffer=32k flush=2s;

    map $http_upgrade $connection_upgrade {{ default upgrade; "" ""; }}
    map $arg_v $tile_without_version {{ default 0; "" 1; }}
    # A condition goes upstream only where nothing is kept: a 304 must never become the cached answer.
    map $arg_v $tile_condition {{ default ""; "" $http_if_none_match; }}
    # An answer that depends on who asks has no place in a shared cache, whatever its Cache-Control says.
    map $upstream_http_vary $answer_is_personal {{ default 0; "~*(cookie|authorization|\\*)" 1; }}
    map $upstream_http_set_cookie $answer_sets_cookie {{ default 1; "" 0; }}
    map "$arg_v$uri" $static_cache_control {{
        default "no-cache";
        "~\\.[0-9a-f]{{12}}\\.[a-z0-9]+$" "public, max-age=31536000, immutable";
        "~^[^/]+/static/" "public, max-age=31536000, immutable";
    }}

    proxy_cache_path {cache} levels=1:2 keys_zone=tiles:20m max_size={cache_max} inactive=7d use_temp_path=off;

    upstream web {{ server unix:{web_socket}; keepalive 32; keepalive_timeout 10s; }}
    upstream live {{ server unix:{live_socket}; keepalive 32; keepalive_timeout 10s; }}

    proxy_http_version 1.1;
    {headers}
    proxy_connect_timeout 2s;
    proxy_send_timeout 60s;
    proxy_read_timeout 60s;
    # Once more when a kept connection turns out closed; nginx never repeats what may have been done (POST).
    proxy_next_upstream error;
    proxy_next_upstream_tries 2;
    proxy_buffers 16 16k;
    proxy_hide_header X-Powered-By;

    server {{
        listen {listen} backlog=1024;
        server_name _;
        error_page 502 504 =503 @away;
        error_page 413 @too_large;

        location /static/ {{
            alias {static};
            gzip_static on;
            add_header Cache-Control $static_cache_control;
            add_header X-Content-Type-Options nosniff always;
            add_header Cross-Origin-Resource-Policy same-origin always;
            access_log off;
        }}

        location /tiles/ {{
            proxy_pass http://web;
            proxy_cache tiles;
            # The whole address: layers, tile, version (v) and signed scope (s).
            proxy_cache_key $request_uri;
            proxy_cache_methods GET HEAD;
            proxy_cache_bypass $tile_without_version;
            proxy_no_cache $tile_without_version $answer_is_personal $answer_sets_cookie;
            # One stored form (gzip); unpacked for the few clients that can't read it.
            # (A location with a header of its own inherits none of the others: they are repeated.)
            {headers}
            proxy_set_header Accept-Encoding gzip;
            proxy_set_header If-None-Match $tile_condition;
            proxy_ignore_headers Vary;
            gunzip on;
            # Corked, a kept tile whose last segment is short waits 40 ms for the client's delayed acknowledgement.
            tcp_nopush off;
            # Header and tile leave in one write: for a few kB that is cheaper than sendfile's second call and packet.
            # A buffer is as large as its tile, up to this.
            sendfile off;
            output_buffers 1 256k;
            proxy_cache_lock on;
            proxy_cache_lock_timeout 5s;
            proxy_cache_use_stale off;
            add_header X-Cache $upstream_cache_status;
        }}

        location = /live/state {{
            proxy_pass http://live;
        }}

        location /live/ {{
            proxy_pass http://live;
            proxy_buffering off;
            proxy_cache off;
            gzip off;
            proxy_read_timeout 1h;
            proxy_send_timeout 1h;
        }}

        location /api/imports {{
            client_max_body_size {upload};
            proxy_request_buffering on;
            proxy_read_timeout 300s;
            proxy_pass http://web;
        }}

        location / {{ proxy_pass http://web; }}

        location @away {{
            internal;
            default_type text/html;
            add_header Retry-After 2 always;
            add_header Cache-Control no-store always;
            add_header X-Content-Type-Options nosniff always;
            add_header Content-Security-Policy "default-src 'none'; frame-ancestors 'none'" always;
            return 503 "<!doctype html><html lang=\\"zh-Hans\\"><meta charset=\\"utf-8\\"><title>503</title><h1>服务正在启动</h1><p>请稍候再试。</p><p lang=\\"en\\">The service is starting. Please try again in a moment.</p></html>\\n";
        }}

        location @too_large {{
            internal;
            default_type application/problem+json;
            add_header X-Content-Type-Options nosniff always;
            return 413 '{{"type":"about:blank","title":"Payload Too Large","status":413,"code":"too_large","detail":"The body is larger than this address accepts (1 MB; 200 MB for /api/imports). Send less at once. 内容过大：此地址最多接受 1 MB（/api/imports 为 200 MB），请分批发送。"}}\\n';
        }}
    }}
}}
"""


def configuration(places: Places, options: Options) -> str:
    """nginx's whole configuration for this installation."""
    run = places.state / "run"
    return _CONFIGURATION.format(
        headers=" ".join(f"proxy_set_header {header};" for header in _HEADERS),
        pid=_quoted(run / "nginx.pid"),
        **{f"tmp_{name}": _quoted(run / "edge" / name) for name in ("body", "proxy", "fastcgi", "uwsgi", "scgi")},
        access=_quoted(places.state / "log" / "edge" / "access.log"),
        static=_quoted(f"{places.state / 'static'}/"),
        cache=_quoted(places.state / "cache" / "tiles"),
        cache_max=_TILE_CACHE_MAX,
        web_socket=places.web_socket,
        live_socket=places.live_socket,
        secrets="|".join(SECRET_PARAMETERS),
        upload=UPLOAD_LIMIT,
        listen=f"[{options.host}]:{options.port}" if ":" in options.host else f"{options.host}:{options.port}",
    )


def _quoted(path: Path | str) -> str:
    """A path for nginx: quotes, spaces and braces in a folder's name are not syntax (a ``$`` would be: see :func:`write_configuration`)."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def write_configuration(places: Places, options: Options) -> Path:
    """Writes the configuration and the folders it names; returns its path."""
    if "$" in str(places.state):
        raise SetupProblem(
            f"nginx can't serve from a folder with $ in its name: {places.state}",
            "Use WANGGE_VAR=/another/folder or EDGE=0",
        )
    service = places.service_account()
    for folder in (places.state / "run" / "edge", places.state / "cache" / "tiles"):
        folder.mkdir(exist_ok=True)
        service.owns(folder)
        folder.chmod(0o700)
    target = places.state / "run" / "nginx.conf"
    # run/ is the services' own folder: don't write through what they may have put there.
    if target.is_symlink() or (target.exists() and target.stat().st_nlink > 1):
        target.unlink()
    write_whole(target, configuration(places, options), mode=0o640, owner=service)
    return target
