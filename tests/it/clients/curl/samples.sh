#!/bin/sh
# Uploads a document with the curl lines of the service's help page, and prints what it answers.
# Arguments: SOAP version, address of the service, user, password, document, chunk size.
set -eu

version=$1 service=$2 user=$3 password=$4 document=$5 chunk_size=$6
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
block=soap$(echo "$version" | tr -d .)-curl

# sample <operation>: the curl line that the page shows, as it is pasted.
sample() {
    curl -sSf "$service?op=$1" |
        sed -n "/ id=\"$block\">/,/<\\/pre>/p" |
        sed -e "s/.* id=\"$block\">//" -e 's/<\/pre>.*//' -e 's/<\/*mark>//g' \
            -e 's/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&#39;/'"'"'/g; s/&amp;/\&/g'
}

# call <operation>: runs the sample with the parameters on standard input in place of its own.
call() {
    sample "$1" >"$folder/sample.sh"
    grep -q "<$1 " "$folder/sample.sh"
    {
        sed "/<$1 /q" "$folder/sample.sh"
        cat
        sed -n "/<\\/$1>/,\$p" "$folder/sample.sh"
    } >"$folder/call.sh"
    sh "$folder/call.sh"
}

. "$(dirname "$0")/story.sh"
