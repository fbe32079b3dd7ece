#!/bin/sh
# Uploads a document with curl and envelopes written by hand, and prints what the service answers.
# Arguments: SOAP version, address of the description, user, password, document, chunk size.
set -eu

version=$1 wsdl=$2 user=$3 password=$4 document=$5 chunk_size=$6
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The address that the description names.
service=$(curl -sSf "$wsdl" | sed -n 's/.*<soap:address location="\([^"]*\)".*/\1/p' | head -n 1)

escaped() {
    printf %s "$1" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'
}

# call <operation>: sends the parameters on standard input, prints the answer.
call() {
    action=http://www.interfax.cc/$1
    if [ "$version" = 1.2 ]; then
        envelope=http://www.w3.org/2003/05/soap-envelope
        set -- "$1" -H "Content-Type: application/soap+xml; charset=utf-8; action=\"$action\""
    else
        envelope=http://schemas.xmlsoap.org/soap/envelope/
        set -- "$1" -H 'Content-Type: text/xml; charset=utf-8' -H "SOAPAction: \"$action\""
    fi
    {
        printf '<?xml version="1.0" encoding="utf-8"?>\n<soap:Envelope xmlns:soap="%s">' "$envelope"
        printf '<soap:Body><%s xmlns="http://www.interfax.cc">' "$1"
        cat
        printf '</%s></soap:Body></soap:Envelope>\n' "$1"
    } >"$folder/request.xml"
    shift
    curl -sSf "$@" --data-binary "@$folder/request.xml" "$service"
}

# value <element>: the text of an element in the answer on standard input.
value() {
    sed -n "s/.*<$1>\([^<]*\)<.*/\1/p"
}

start() {
    printf '<Username>%s</Username><Password>%s</Password>' "$(escaped "$user")" "$(escaped "$1")" |
        call StartFileUpload
}

# upload <session> <is last> [file]
upload() {
    {
        printf '<SessionID>%s</SessionID>' "$1"
        [ $# -lt 3 ] || { printf '<Chunk>' && base64 "$3" && printf '</Chunk>'; }
        printf '<IsLast>%s</IsLast>' "$2"
    } | call UploadFileChunk | value UploadFileChunkResult
}

cancel() {
    printf '<SessionID>%s</SessionID>' "$1" | call CancelFileUpload | value CancelFileUploadResult
}

refused=$(start "$password ")
case $refused in *SessionID*) without='a session' ;; *) without='no session' ;; esac
echo "wrong password $(echo "$refused" | value StartFileUploadResult) $without"

started=$(start "$password")
session=$(echo "$started" | value SessionID)
echo "start $(echo "$started" | value StartFileUploadResult)"
echo "session $session"
echo "missing chunk $(upload "$session" false)"

split -b "$chunk_size" "$document" "$folder/chunk."
last=$(ls "$folder"/chunk.* | tail -n 1)
for chunk in "$folder"/chunk.*; do
    is_last=false
    [ "$chunk" != "$last" ] || is_last=true
    echo "total $(upload "$session" "$is_last" "$chunk")"
done
echo "after the last $(upload "$session" false "$last")"

other=$(start "$password")
abandoned=$(echo "$other" | value SessionID)
echo "start $(echo "$other" | value StartFileUploadResult)"
echo "cancel $(cancel "$abandoned")"
echo "cancel again $(cancel "$abandoned")"
