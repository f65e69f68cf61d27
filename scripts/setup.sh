# Sourced by ./noroshi, ./start and ./check: what a clone needs before it can run. Needs $root. Idempotent; says what it does on stderr.
say() { printf '%s\n' "$*" >&2; }

# Node 20 or newer must be there; everything else follows from the lock file.
setup_packages() {
  command -v node >/dev/null 2>&1 || { say "noroshi: Node.js 20 or newer is needed. Install it (apt-get install nodejs npm, or nodejs.org), then try again."; exit 2; }
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || { say "noroshi: this is Node.js $major; version 20 or newer is needed."; exit 2; }
  stamp="$root/node_modules/.noroshi-lock"
  if ! cmp -s "$root/package-lock.json" "$stamp" 2>/dev/null; then
    say "Installing packages (once, about 900 MB with the embedded ClickHouse engine) …"
    # Not `npm ci`: it refuses a lock file that lacks other systems' optional binaries, which not every registry mirror serves.
    # Versions are exact pins, and the lock file decides everything that it names.
    (cd "$root" && npm install --no-save --no-audit --no-fund --loglevel=error >&2) || { say "noroshi: npm could not install the packages; see its message above."; exit 2; }
    cp "$root/package-lock.json" "$stamp"
  fi
}

# Builds what is newer than dist/. The stamp is touched after a build that succeeded.
setup_build() {
  stamp="$root/dist/.built"
  if [ ! -f "$stamp" ] || [ -n "$(find "$root/src" "$root/test" "$root/bench" "$root/examples" "$root/scripts" "$root/package-lock.json" -newer "$stamp" -print -quit 2>/dev/null)" ]; then
    mkdir -p "$root/dist"
    touch "$stamp.new"
    node "$root/scripts/build.mjs" --quiet || { rm -f "$stamp.new"; say "noroshi: the build failed; see its message above."; exit 3; }
    mv "$stamp.new" "$stamp"
  fi
}
