# The story that a script tells with its own `call <operation>`, which sends the parameters on
# standard input and prints the answer. Expects user, password, document, chunk_size and folder.

escaped() {
    printf %s "$1" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'
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
