# Shared by the commands in script/: where the repository is, which Python runs it, and the virtual environment.
# Sourced by bash; written so that the old bash of macOS reads it too.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
VENV=$ROOT/.venv
cd "$ROOT"

say() { printf '%s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }

# python_version PATH: print "3.13.0", and behind it what that interpreter lacks of what we need; fail if it does not run.
# A name on PATH proves nothing (version managers put stand-ins there that only answer "command not found"), so it is run.
python_version() {
    "$1" -c '
import sys
found = ["%d.%d.%d" % sys.version_info[:3]]
for name in ("sqlite3", "ssl", "venv", "ensurepip"):
    try:
        __import__(name)
    except ImportError:
        found.append(name)
print(*found)' 2>/dev/null </dev/null
}

python_candidates() {
    local name folder
    for name in python3 python; do type -ap "$name" || true; done
    for name in 13 14 15 12; do type -ap "python3.$name" || true; done
    for folder in "${PYENV_ROOT:-${HOME:-/root}/.pyenv}/versions" "${UV_PYTHON_INSTALL_DIR:-${HOME:-/root}/.local/share/uv/python}"; do
        ls -d "$folder"/*/bin/python3 2>/dev/null | sort -rV || true
    done
    ls -d /usr/local/bin/python3.* /usr/local/*/bin/python3 /opt/*/bin/python3 /opt/*/*/bin/python3 \
        /Library/Frameworks/Python.framework/Versions/*/bin/python3 2>/dev/null | sort -rV || true
}

HOW_TO_COMPLETE="Install what is missing (venv and ensurepip: the package python3-venv on Debian and Ubuntu)."

# find_python: print the interpreter to use. Python 3.13 is what we develop on; any 3.12 or newer will do.
find_python() {
    local candidate found version lacks tried='' second='' incomplete=''
    if [ -n "${APP_PYTHON:-}" ]; then
        found=$(python_version "$APP_PYTHON") || die "APP_PYTHON=$APP_PYTHON does not run."
        read -r version lacks <<<"$found"
        case $version in
            3.1[2-9].* | 3.[2-9][0-9].*) ;;
            *) die "APP_PYTHON=$APP_PYTHON is Python $version; 3.12 or newer is needed." ;;
        esac
        [ -z "$lacks" ] || die "APP_PYTHON=$APP_PYTHON lacks $lacks. $HOW_TO_COMPLETE"
        say "$APP_PYTHON"; return
    fi
    while IFS= read -r candidate; do
        found=$(python_version "$candidate") || continue
        read -r version lacks <<<"$found"
        case $version in
            3.1[2-9].* | 3.[2-9][0-9].*)
                if [ -n "$lacks" ]; then [ -n "$incomplete" ] || incomplete="$candidate ($version) lacks $lacks. $HOW_TO_COMPLETE"; continue; fi
                case $version in 3.13.*) say "$candidate"; return ;; esac
                second=${second:-$candidate} ;;
            *) case " $tried " in *" $version "*) ;; *) tried="$tried $version" ;; esac ;;
        esac
    done <<<"$(python_candidates)"
    [ -n "$second" ] || [ -z "$incomplete" ] || die "$incomplete Or name another: APP_PYTHON=/path/to/python3."
    [ -n "$second" ] || die "No Python 3.12 or newer was found (tried and too old:${tried:- none}). Install one, or set APP_PYTHON=/path/to/python3."
    say "$second"
}

# One at a time: two commands started together must not both fill the environment. A lock whose owner died is taken over.
take_lock() {
    local waited=0 owner
    until mkdir "$VENV.lock" 2>/dev/null; do
        owner=$(cat "$VENV.lock/pid" 2>/dev/null || true)
        if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then rm -rf "$VENV.lock"; continue; fi
        [ "$waited" -lt 600 ] || die "Another script has been setting up $VENV for ten minutes. If none runs, remove $VENV.lock."
        [ "$waited" -gt 0 ] || say "Waiting for another script that is setting up the environment ..."
        sleep 1; waited=$((waited + 1))
    done
    echo $$ >"$VENV.lock/pid"
    trap 'rm -rf "$VENV.lock"' EXIT
}

# installed NAME: whether the environment works and holds exactly what requirements/NAME.lock says now.
installed() {
    [ "$(cat "$VENV/.installed-$1" 2>/dev/null)" = "$(cksum <"requirements/$1.lock")" ] && "$VENV/bin/python" -c '' 2>/dev/null
}

# ensure_environment app|dev: make .venv and install the lock, only when something changed. dev contains app.
ensure_environment() {
    local name=$1 python log=$VENV/bootstrap.log
    if ! installed "$name"; then
        take_lock
        if ! "$VENV/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
            python=$(find_python) || exit 1
            say "Making .venv with $python (Python $(python_version "$python")) ..."
            "$python" -m venv --clear "$VENV" || die "The virtual environment could not be made."
        fi
        if ! installed "$name"; then
            say "Installing requirements/$name.lock ..."
            if command -v uv >/dev/null 2>&1; then
                set -- uv pip install --quiet --python "$VENV/bin/python" --require-hashes -r "requirements/$name.lock"
            else
                set -- "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "requirements/$name.lock"
            fi
            "$@" >"$log" 2>&1 </dev/null || { tail -15 "$log" >&2; die "Installing requirements/$name.lock failed; the lines above say why (all of it: $log)."; }
            cksum <"requirements/$name.lock" >"$VENV/.installed-$name"
            if [ "$name" = dev ]; then cksum <requirements/app.lock >"$VENV/.installed-app"; fi
        fi
        rm -rf "$VENV.lock"; trap - EXIT
    fi
    export PYTHONPATH="$ROOT/platform:$ROOT" DJANGO_SETTINGS_MODULE=config.settings
    compile_translations
    bundle_scripts
}

# Catalogues are compiled here, not committed; only when one changed, because starting Django takes a second. No setting of
# the site has a say in it: a wrong one is told of by the command it concerns.
compile_translations() {
    local source scratch
    for source in locale/*/LC_MESSAGES/*.po; do
        [ -f "$source" ] || continue
        if ! [ "${source%.po}.mo" -nt "$source" ]; then
            scratch=$(mktemp -d)
            env -i PATH="$PATH" PYTHONPATH="$PYTHONPATH" DATA_DIR="$scratch" "$VENV/bin/python" manage.py compile_translations ||
                die "The translations could not be compiled."
            rm -rf "$scratch"; return
        fi
    done
}

# node_works PATH: whether that Node runs, is new enough, and has npm beside it or on PATH. As with Python, a name proves nothing.
node_works() {
    "$1" -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' >/dev/null 2>&1 </dev/null &&
        PATH="$(dirname "$1"):$PATH" npm --version >/dev/null 2>&1 </dev/null
}

# find_node: print the Node to use: what is on this machine, or the one in .venv.
find_node() {
    local candidate
    for candidate in $(type -ap node nodejs || true) "${HOME:-/root}"/.nvm/versions/node/*/bin/node /usr/local/bin/node /opt/*/bin/node "$VENV/bin/node"; do
        if [ -x "$candidate" ] && node_works "$candidate"; then say "$candidate"; return; fi
    done
    return 1
}

# The editor of pages that several people write is bundled here from frontend/, not committed; only when its lock or a source
# changed. Without it pages have a plain form, so what cannot be built is told of in a line and stops nothing; it is tried again
# by script/bootstrap, or when something changed.
bundle_scripts() {
    local state node why log=$VENV/scripts.log stamp=frontend/.bundled lock=frontend/node_modules/.lock
    [ -f frontend/package-lock.json ] || return 0
    state=$(cat frontend/package-lock.json frontend/build.js frontend/src/*.js static/js/*.js requirements/node.lock | cksum)
    case $(cat "$stamp" 2>/dev/null) in
        "$state") if [ -f static/built/pages.js ]; then return; fi ;;
        "failed $state") if [ "${0##*/}" != bootstrap ]; then return; fi ;;
    esac
    take_lock
    say "Bundling the editor of frontend/ ..."
    if ! node=$(find_node); then
        "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements/node.lock >"$log" 2>&1 </dev/null || true
        node=$(find_node) || why="no Node 20 or newer runs here, and none could be installed"
    fi
    if [ -z "${why:-}" ]; then
        (
            PATH="$(dirname "$node"):$PATH"
            { [ "$(cat $lock 2>/dev/null)" = "$(cksum <frontend/package-lock.json)" ] ||
                { npm ci --prefix frontend --no-audit --no-fund --ignore-scripts --fetch-retries=1 --fetch-timeout=30000 &&
                    cksum <frontend/package-lock.json >$lock; }; } &&
                cd frontend && "$node" build.js
        ) >"$log" 2>&1 </dev/null || why="npm or the bundler failed"
    fi
    if [ -z "${why:-}" ]; then printf '%s\n' "$state" >"$stamp"; else
        printf 'failed %s\n' "$state" >"$stamp"
        say "The editor was not bundled: $why ($log). Pages have their plain form; script/bootstrap tries again." >&2
    fi
    rm -rf "$VENV.lock"; trap - EXIT
}
