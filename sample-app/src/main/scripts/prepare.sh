# Sourced by the scripts of the sample: finds a JDK, builds the sample if need be. Works with bash 3.2 and no other tool
# than a JDK.

root="$(cd "$here/.." && pwd)"
jar="$here/target/sample-app.jar"

fail() {
  echo "$*" >&2
  exit 1
}

# Sets $java. The Maven wrapper looks for a JDK in the same way, so building and running use the same one.
find_java() {
  if [ -n "${JAVA_HOME:-}" ]; then
    java="$JAVA_HOME/bin/java"
    [ -x "$java" ] || fail "JAVA_HOME is $JAVA_HOME, but there is no bin/java in it. Let it point to a JDK 17 or later."
    [ -x "$JAVA_HOME/bin/javac" ] || fail "JAVA_HOME is $JAVA_HOME, but there is no bin/javac in it: that is no JDK."
  else
    java="$(command -v java)" || fail "There is no java on the PATH. Install a JDK 17 or later, or set JAVA_HOME."
    command -v javac >/dev/null || fail "There is a java on the PATH, but no javac: install a JDK, not a JRE."
  fi
  local version
  version="$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)"
  case "$version" in
    '' | *[!0-9]*) fail "Could not tell the version of $java." ;;
  esac
  [ "$version" -ge 17 ] || fail "$java is version $version; 17 or later is needed. Set JAVA_HOME to a newer JDK."
}

# True if anything that goes into the jar is newer than it. Test sources count: the drills are among them.
out_of_date() {
  [ -f "$jar" ] || return 0
  [ -n "$(find "$root/pom.xml" "$root"/raftify-*/pom.xml "$root"/raftify-*/src/main "$here/pom.xml" "$here/src" \
    -type f -newer "$jar" 2>/dev/null | head -n 1)" ]
}

build() {
  if ! out_of_date; then
    return
  fi
  echo "Building the sample with ./mvnw (the first time this downloads what the build needs) …"
  mkdir -p "$here/target"
  local log="$here/target/build.log"
  # Tests are compiled, since the drills are among them, but not run: that is what ./mvnw verify is for.
  (cd "$root" && ./mvnw -B -ntp -pl sample-app -am -DskipTests -Dspotless.check.skip=true package) >"$log" 2>&1 &
  local maven=$!
  trap 'kill "$maven" 2>/dev/null; exit 130' INT TERM
  local shown=0 lines
  while kill -0 "$maven" 2>/dev/null; do
    sleep 1
    # one line per module, as they come
    lines="$(sed -n 's/^\[INFO\] Building \(raftify.*\) [0-9][^ ]* *\[\(.*\)\]/  \2  \1/p' "$log" 2>/dev/null)"
    if [ "$(echo "$lines" | wc -l)" -gt "$shown" ] && [ -n "$lines" ]; then
      echo "$lines" | tail -n +$((shown + 1))
      shown=$(($(echo "$lines" | wc -l)))
    fi
  done
  trap - INT TERM
  if ! wait "$maven"; then
    tail -n 40 "$log" >&2
    fail "The build failed; all of its output is in $log."
  fi
  # an unchanged jar keeps its date, and would look out of date for ever
  touch "$jar"
}

# Runs a drill, see src/test/java/io/raftify/sample/drill. The drill is found beside the jar, the libraries in it.
drill() {
  exec "$java" -Dloader.path="$here/target/test-classes" -Dloader.main=io.raftify.sample.drill.Drill \
    -Dsample.jar="$jar" -Dsample.work="$here/target/drills" \
    -cp "$jar" org.springframework.boot.loader.launch.PropertiesLauncher "$@"
}
