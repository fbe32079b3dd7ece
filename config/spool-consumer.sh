#!/bin/sh
# Sends the faxes of a chunkgate spool: an example, to be changed. docs/SPOOL.md has the rules.
#
#   SEND_FAX=/usr/local/bin/send-fax spool-consumer.sh /var/spool/chunkgate
#
# One call sends what is there; call it every minute. Calls may overlap. It needs jq.
set -u
umask 007

# send_fax <number> <file>...: ends when it is known how it went. Success: it was sent. Failure: it
# was not, and the reason is on the standard output. Put your own here. HylaFAX, for one, takes
#     sendfax -n -d "$number" "$@"
# but that ends when the fax is queued: wait for its outcome before you answer.
send_fax() {
    number=$1
    shift
    "$SEND_FAX" "$number" "$@"
}

: "${SEND_FAX:?set it to the program that sends a fax}"
command -v jq >/dev/null || { echo 'jq is missing: install it' >&2; exit 1; }
cd "${1:?name the spool}/new" || exit 1

# make_durable <path>: it survives a power cut.
make_durable() {
    sync "$1" 2>/dev/null || sync
}

for fax in [0-9]*.[0-9]*; do
    # What cannot be read is not taken; what was withdrawn may have no fax.json.
    number=$(jq -r .recipient "$fax/fax.json" 2>/dev/null) || continue
    files=$(jq -r '.documents[].file' "$fax/fax.json") || continue
    # Whoever makes the directory sends the fax; nobody else does, now or later.
    mkdir "$fax/taken" 2>/dev/null || continue
    make_durable "$fax"
    (
        cd "$fax" || exit 1
        # Clients write numbers as they like: +1 (212) 555-0100. Pauses (,) and tones (* #) stay.
        digits=$(printf %s "$number" | tr -d ' ().-' | tr -d /)
        # They choose the text, too: nothing but a number may become an argument.
        case $digits in
        '' | *[!0-9+,*#]*) printf 'failed 3 not a fax number\nfinal\n' ;;
        *)
            # shellcheck disable=SC2086 # names of files have no blanks
            if text=$(send_fax "$digits" $files); then
                printf 'done\n'
            else
                printf 'failed 2 %s\n' "$(printf %s "$text" | tr '\n' ' ' | head -c 1000)"
            fi
            ;;
        esac >status.tmp && make_durable status.tmp && mv status.tmp status
    )
done
