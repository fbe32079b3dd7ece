#!/bin/sh
# Uploads a document with curl and envelopes written by hand, and prints what the service answers.
# Arguments: SOAP version, address of the description, user, password, document, chunk size.
set -eu

version=$1 wsdl=$2 user=$3 password=$4 document=$5 chunk_size=$6
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The address that the description names.
service=$(curl -sSf "$wsdl" | sed -n 's/.*<soap:address location="\([^"]*\)".*/\1/p' | head -n 1)

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

. "$(dirname "$0")/story.sh"
