# Ends the gateway's own Postgres when the gateway has gone, however it went.
#
# stdin  a pipe only the gateway holds: a line when it has stopped the server itself, else its end
# $1     the cluster
# $2     the socket directory: new at each start, so it tells this gateway's server from the next one's
#
# Signals are for the gateway: it decides when its server stops.
trap '' HUP INT QUIT TERM

if read -r stopped; then exit 0; fi

# True while the gateway's server runs; sets $pid. The process' working directory proves that the
# number in the file has not passed to another program.
runs() {
    { read -r pid; read -r x; read -r x; read -r x; read -r sockets; } 2>/dev/null <"$1/postmaster.pid" &&
        [ "$sockets" = "$2" ] && [ "/proc/$pid/cwd" -ef "$1" ]
}

# Waits up to $3 tenths of a second for the server to end.
ends() {
    left=$3
    while runs "$1" "$2"; do
        [ "$left" -gt 0 ] || return 1
        left=$((left - 1))
        sleep 0.1
    done
}

# A server that is only just starting has not written its file yet.
left=20
until runs "$1" "$2"; do
    [ "$left" -gt 0 ] || break
    left=$((left - 1))
    sleep 0.1
done

# At once, without a checkpoint: nobody is left whose work could end well, the next gateway waits for
# the directory, and a server that recovers takes no notice of anything milder. What was committed is
# on disk, and is replayed at the next start. After 5 s the server kills what is left of it itself.
if runs "$1" "$2"; then kill -QUIT "$pid"; fi
if ! ends "$1" "$2" 70; then kill -KILL "$pid"; fi

rm -f "$2"/.s.PGSQL.*
rmdir "$2"
